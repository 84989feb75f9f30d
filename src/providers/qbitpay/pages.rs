//! The pages of the payer.

use minijinja::context;

use super::auth::judge_token;
use super::decisions::PAYMENT_PAGE_TOKEN;
use super::errors::Error;
use super::model::{Charge, ChargeStatus, Memory};
use super::wire::{ChargeObject, number};
use crate::engine::context::Context;
use crate::engine::lifecycle::{On, take};
use crate::engine::tables::Page;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::html::{Pages, environment};
use crate::kit::http::{Method, Request, Response, StatusCode, form_pairs};
use crate::kit::qr;
use crate::kit::time::{countdown, for_people};
use crate::kit::word::Word;

mod bar;

/// The address of a payment page, before its own name.
pub const PAGE_LINK: &str = "/pay?tradeId=";

/// The path of all payment pages.
const PATH: &str = "/pay";
/// The path of a QR image, before and after the page's own name.
const QR: (&str, &str) = ("/pay/", "/qr");

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "pay",
        path: "/pay?tradeId={tradeId}",
        methods: &["GET", "POST"],
        what: "the payer sees the amount and the payment method, reports the payment, and goes on to redirectUrl; an access token can follow as `&accessToken=`, and is judged",
        evidence: Documented(
            "API reference, Charges: paymentPageUrl, redirectUrl and accessToken; the page is Playmoney's own, below the sandbox's address unless the setting `documented_links` is on",
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

/// Whether a path is that of a page.
pub fn has(path: &str) -> bool {
    path == PATH || path.starts_with(QR.0)
}

/// Answers a payer's browser.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let picture = path.strip_prefix(QR.0).and_then(|it| it.strip_suffix(QR.1)).filter(|it| !it.contains('/'));
    if picture.is_none() && path != PATH || request.method != Method::GET && (request.method != Method::POST || picture.is_some()) {
        return Err(Error::NoPath);
    }
    let trade = picture.map(str::to_owned).or_else(|| parameter(request, "tradeId"));
    let Some(charge) = trade.and_then(|it| memory.charge_of_trade(&it)) else {
        return Ok(message(cx, request, StatusCode::NOT_FOUND, "No such payment", "The link is wrong or incomplete."));
    };
    if picture.is_some() {
        return qr::picture(&in_picture(cx, request, charge)).ok_or(Error::INTERNAL);
    }
    let account = memory.own(charge.merchant).account.clone();
    let token = parameter(request, "accessToken");
    if token.is_some() {
        cx.rest_on(PAYMENT_PAGE_TOKEN);
    }
    let judged = token.map_or(Ok(()), |it| judge_token(cx, &account, &it));
    cx.trace.account = Some(account);
    if let Err((status, text)) = judged {
        return Ok(message(cx, request, status, "No access", text));
    }
    if request.method == Method::GET {
        return Ok(render(cx, request, charge, StatusCode::OK));
    }
    let (number, redirect_url) = (charge.number, charge.redirect_url.clone());
    match take::<Charge>(memory, cx, number, On::Act("buyer-paid")) {
        Some(_) => Ok(Response::see_other(&redirect_url)),
        None => memory.charges.get(number).map(|it| render(cx, request, it, StatusCode::CONFLICT)).ok_or(Error::INTERNAL),
    }
}

/// The first query parameter of that name.
fn parameter(request: &Request, name: &str) -> Option<String> {
    form_pairs(request.query.as_bytes()).into_iter().find(|it| it.0 == name).map(|it| it.1)
}

fn message(cx: &Context<'_>, request: &Request, status: StatusCode, title: &str, text: &str) -> Response {
    TEMPLATES.render(request, &cx.frame(request, Vec::new()), (status, "message.html"), context! { title, text })
}

/// A member of the charge's payment method.
fn method(charge: &Charge, name: &str) -> Option<String> {
    let object = serde_json::to_value(ChargeObject::of(charge)).ok()?;
    object["paymentMethod"][name].as_str().map(str::to_owned)
}

/// What the QR code of a charge contains.
fn in_picture(cx: &Context<'_>, request: &Request, charge: &Charge) -> String {
    method(charge, "alipayQRCodeUrl").unwrap_or_else(|| format!("{}{PAGE_LINK}{}", cx.base_url(request), charge.trade))
}

fn render(cx: &Context<'_>, request: &Request, charge: &Charge, status: StatusCode) -> Response {
    let text = |name: &str| method(charge, name);
    let open = charge.status() == ChargeStatus::Pending;
    let values = context! {
        amount => number(charge.quote, charge.cost_units).text(),
        currency => charge.quote.word(),
        order => &charge.external_order_id,
        label => charge.payment_type.labels().0,
        qr => text("alipayQRCodeUrl"),
        picture => format!("pay/{}{}", charge.trade, QR.1),
        has_picture => text("alipayQRCodeUrl").or(text("qrCodeImgUrl")).is_some(),
        bank => text("bankName"),
        account => text("bankAccountNum"),
        status => charge.status().word(),
        open,
        pixels => open.then(|| qr::pixels_on_page(&in_picture(cx, request, charge))),
        until => for_people(charge.expires_at(), 0),
        until_exact => super::wire::timestamp(charge.expires_at()),
        ends => charge.expires_at().as_millisecond(),
        span => charge.expires_at().duration_since(charge.created_at).as_secs(),
        seconds => charge.expires_at().duration_since(cx.now()).as_secs().max(0),
        left => countdown(cx.now(), charge.expires_at()),
        says => says(charge.status()),
        fault => (status == StatusCode::CONFLICT).then_some("This payment has been reported or has ended already."),
        redirect_url => &charge.redirect_url,
    };
    TEMPLATES.render(request, &cx.frame(request, bar::of_charge(charge)), (status, "pay.html"), values)
}

/// The status in the words of a payer.
const fn says(status: ChargeStatus) -> &'static str {
    match status {
        ChargeStatus::Pending => "Waiting for your payment",
        ChargeStatus::BuyerPaid => "Waiting for the seller to confirm",
        ChargeStatus::SellerConfirmed => "The payment has arrived",
        ChargeStatus::Closed => "Paid. Thank you.",
        ChargeStatus::Cancelled => "This payment was cancelled",
        ChargeStatus::Dispute => "This payment is disputed",
    }
}
