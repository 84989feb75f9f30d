//! The pages of the payer.

use minijinja::context;

use super::errors::Error;
use super::model::{Charge, ChargeStatus, Memory};
use super::wire::{ChargeObject, number};
use crate::engine::context::Context;
use crate::engine::lifecycle::{On, take};
use crate::engine::tables::Page;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::html::{Pages, environment};
use crate::kit::http::{Method, Request, Response, StatusCode};
use crate::kit::qr;
use crate::kit::word::Word;

/// The path of payment pages, before the page's own name.
pub const PAY_PATH: &str = "/pay/";

/// The suffix of the QR image's path.
const QR: &str = "/qr";

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "pay",
        path: "/pay/{tradeId}",
        methods: &["GET", "POST"],
        what: "the payer sees the amount and the payment method, reports the payment, and goes on to redirectUrl",
        evidence: Documented(
            "API reference, Charges: paymentPageUrl and redirectUrl; the page is Playmoney's own, below the sandbox's address unless the setting `documented_links` is on",
        ),
    },
    Page {
        name: "qr",
        path: "/pay/{tradeId}/qr",
        methods: &["GET"],
        what: "the QR code as an image: it contains alipayQRCodeUrl or, with other payment methods, the address of the page",
        evidence: Documented("API reference, Payment methods: qrCodeImgUrl and alipayQRCodeUrl; the content of the image is assumed"),
    },
];

static TEMPLATES: Pages =
    Pages::new(|| environment(&[("pay.html", include_str!("pages/pay.html")), ("message.html", include_str!("pages/message.html"))]));

/// Answers a payer's browser.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let name = path.strip_prefix(PAY_PATH).ok_or(Error::NoPath)?;
    let picture = name.strip_suffix(QR);
    let trade = Some(picture.unwrap_or(name)).filter(|it| !it.is_empty() && !it.contains('/')).ok_or(Error::NoPath)?;
    if request.method != Method::GET && (request.method != Method::POST || picture.is_some()) {
        return Err(Error::NoPath);
    }
    let Some(charge) = memory.charge_of_trade(trade) else {
        let text = "The link is wrong or incomplete.";
        return Ok(TEMPLATES.render(StatusCode::NOT_FOUND, "message.html", context! { title => "No such payment", text }));
    };
    if picture.is_some() {
        let text = method(charge, "alipayQRCodeUrl").unwrap_or_else(|| format!("{}{PAY_PATH}{trade}", cx.base_url(request)));
        return qr::picture(&text).ok_or(Error::Internal);
    }
    cx.trace.account = Some(memory.own(charge.merchant).account.clone());
    if request.method == Method::GET {
        return Ok(render(charge, StatusCode::OK));
    }
    let (number, redirect_url) = (charge.number, charge.redirect_url.clone());
    match take::<Charge>(memory, cx, number, On::Act("buyer-paid")) {
        Some(_) => Ok(Response::see_other(&redirect_url)),
        None => memory.charges.get(number).map(|it| render(it, StatusCode::CONFLICT)).ok_or(Error::Internal),
    }
}

/// A member of the charge's payment method.
fn method(charge: &Charge, name: &str) -> Option<String> {
    let object = serde_json::to_value(ChargeObject::of(charge)).ok()?;
    object["paymentMethod"][name].as_str().map(str::to_owned)
}

fn render(charge: &Charge, status: StatusCode) -> Response {
    let text = |name: &str| method(charge, name);
    let values = context! {
        amount => number(charge.quote, charge.cost_units).text(),
        currency => charge.quote.word(),
        order => &charge.external_order_id,
        label => charge.payment_type.labels().0,
        qr => text("alipayQRCodeUrl"),
        picture => format!("{}{QR}", charge.trade),
        has_picture => text("alipayQRCodeUrl").or(text("qrCodeImgUrl")).is_some(),
        bank => text("bankName"),
        account => text("bankAccountNum"),
        status => charge.status().word(),
        open => charge.status() == ChargeStatus::Pending,
        until => super::wire::timestamp(charge.expires_at()),
        redirect_url => &charge.redirect_url,
    };
    TEMPLATES.render(status, "pay.html", values)
}
