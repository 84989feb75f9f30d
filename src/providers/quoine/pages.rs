//! What the payer sees: the invoice, and its QR picture.

use minijinja::context;

use super::actions::{amount, pay_exactly};
use super::errors::Error;
use super::model::{Invoice, Memory, Status};
use super::wire::{JAPAN_HOURS, btc, expires_at, payment_uri, price, time};
use crate::engine::actions::ActionError;
use crate::engine::context::Context;
use crate::engine::tables::Page;
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::fields::Fields;
use crate::kit::html::{Pages, environment};
use crate::kit::http::{Method, Request, Response, StatusCode};
use crate::kit::qr;
use crate::kit::time::{countdown, for_people};
use crate::kit::word::Word;

mod bar;

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "invoice",
        path: "/pay/{id}",
        methods: &["GET", "POST"],
        what: "the payer sees amount, address, QR code and the time that is left, and pays",
        evidence: Assumed("the API page documents addresses and QR pictures, which merchants show on pages of their own"),
    },
    Page {
        name: "qr",
        path: "/qr/{id}",
        methods: &["GET"],
        what: "a QR picture of bitcoin:ADDRESS?amount=BTC_PRICE; with ?of=address a picture of the address alone",
        evidence: Assumed(
            "another service makes the documented pictures of qrcode_protocol_url and qrcode_address_url; with `local_qr` this page does",
        ),
    },
];

static TEMPLATES: Pages = Pages::new(|| {
    environment(&[("invoice.html", include_str!("pages/invoice.html")), ("nothing.html", include_str!("pages/nothing.html"))])
});

/// Answers a request of a browser.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let mut segments = path.split('/').skip(1);
    let (Some(page), Some(id), None) = (segments.next(), segments.next(), segments.next()) else { return Err(Error::NotFound) };
    let found = id.parse().ok().filter(|it| memory.invoices.get(*it).is_some());
    match (page, &request.method, found) {
        ("pay", &(Method::GET | Method::POST), None) | ("qr", &Method::GET, None) => {
            Ok(TEMPLATES.render(request, &cx.frame(request, Vec::new()), (StatusCode::NOT_FOUND, "nothing.html"), context! {}))
        }
        ("pay", &Method::GET, Some(id)) => show(memory, cx, request, id, (StatusCode::OK, None)),
        ("pay", &Method::POST, Some(id)) => pay(memory, cx, id, path, request),
        ("qr", &Method::GET, Some(id)) => {
            let invoice = memory.invoices.get(id).ok_or(Error::NotFound)?;
            cx.trace.account = Some(invoice.account());
            let of_address = request.query_parameter("of").as_deref() == Some("address");
            let text = if of_address { invoice.address.to_string() } else { payment_uri(invoice) };
            qr::picture(&text).ok_or(Error::Internal)
        }
        _ => Err(Error::NotFound),
    }
}

/// Handles the payer's form.
fn pay(memory: &mut Memory, cx: &mut Context<'_>, id: u32, path: &str, request: &Request) -> Result<Response, Error> {
    let amount = amount(&Fields::form(&request.body));
    match amount.map(|it| pay_exactly(memory, cx, id, it)) {
        Ok(Ok(())) => Ok(Response::see_other(&cx.page_url(request, path))),
        Ok(Err(ActionError::State(why) | ActionError::Invalid(why) | ActionError::Nothing(why))) => {
            show(memory, cx, request, id, (StatusCode::CONFLICT, Some(&why)))
        }
        Ok(Err(ActionError::Unknown)) => Err(Error::Internal),
        Err(why) => show(memory, cx, request, id, (StatusCode::BAD_REQUEST, Some(&why))),
    }
}

fn show(
    memory: &Memory,
    cx: &mut Context<'_>,
    request: &Request,
    id: u32,
    (status, fault): (StatusCode, Option<&str>),
) -> Result<Response, Error> {
    let invoice = memory.invoices.get(id).ok_or(Error::NotFound)?;
    cx.trace.account = Some(invoice.account());
    let until = expires_at(invoice);
    let part = !invoice.payments.is_empty() && invoice.due() != 0;
    let shown = || if part { invoice.address.to_string() } else { payment_uri(invoice) };
    let pixels = (invoice.status() == Status::Ready).then(|| qr::pixels_on_page(&shown()));
    let confirmations = cx.transfers(invoice.object()).map(|it| format!("{} of {}", it.1.confirmations, it.1.wanted));
    let values = context! {
        id, fault,
        title => invoice.name.as_deref().unwrap_or("Invoice"),
        price => format!("{} {}", price(invoice.price), invoice.currency.word()),
        amount => btc(invoice.satoshi).text(),
        balance => btc(invoice.balance()).text(),
        due => btc(invoice.due()).text(),
        address => &*invoice.address,
        uri => payment_uri(invoice),
        status => invoice.status().word(),
        says => payer_text(invoice),
        waits => invoice.status() == Status::Ready,
        part, pixels,
        ends => until.as_millisecond(),
        span => until.duration_since(invoice.created_at).as_secs(),
        seconds => until.duration_since(cx.now()).as_secs().max(0),
        left => countdown(cx.now(), until),
        until => for_people(until, JAPAN_HOURS),
        until_exact => time(until),
        confirmations => confirmations.collect::<Vec<_>>(),
    };
    let least = cx.transfers(invoice.object()).map(|it| it.1).min_by_key(|it| it.confirmations);
    let frame = cx.frame(request, bar::of_invoice(invoice, until, least));
    Ok(TEMPLATES.render(request, &frame, (status, "invoice.html"), values))
}

/// The status in the words of a payer.
const fn payer_text(invoice: &Invoice) -> &'static str {
    match invoice.status() {
        Status::Ready if invoice.payments.is_empty() => "Waiting for your payment.",
        Status::Ready => "Part of the payment has arrived; the rest is missing.",
        Status::Unconfirmed => "Your payment has been seen and waits for confirmation.",
        Status::Confirmed | Status::Captured | Status::Complete => "Paid. Thank you.",
        Status::Expired => "This invoice has expired. Do not pay it any more.",
        Status::Invalid => "Your payment was not confirmed in time.",
    }
}
