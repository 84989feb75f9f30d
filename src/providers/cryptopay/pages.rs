//! What the payer sees: the order, and its QR picture.

use minijinja::context;

use super::actions::{pay_exactly, sum};
use super::errors::Error;
use super::model::{Memory, Order, OrderStatus, TRANSFER};
use super::wire::written;
use crate::engine::actions::ActionError;
use crate::engine::context::Context;
use crate::engine::tables::Page;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::fields::Fields;
use crate::kit::html::{Pages, environment};
use crate::kit::http::{HeaderName, Method, Request, Response, StatusCode, header, with_query};
use crate::kit::qr;
use crate::kit::time::countdown;
use crate::kit::word::Word;

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "order",
        path: "/order/{order_id}",
        what: "the payer sees amount, token, chain, address, QR code and the time that is left, pays, and goes to redirect_url once the payment is confirmed",
        evidence: Documented("Payment Orders, Create Payment Order: payment_url and redirect_url; what the page shows is assumed"),
    },
    Page {
        name: "qr",
        path: "/qr/{order_id}",
        what: "a QR picture of ethereum:ADDRESS@CHAIN, the receiving address on its chain",
        evidence: Documented("Payment Orders, Create Payment Order: qr_code_url; what the picture says is assumed"),
    },
];

static TEMPLATES: Pages =
    Pages::new(|| environment(&[("order.html", include_str!("pages/order.html")), ("nothing.html", include_str!("pages/nothing.html"))]));

/// While a transfer waits for its blocks, a browser looks again by itself.
const REFRESH: (HeaderName, &str) = (header::REFRESH, "5");

/// Whether a path is one of these pages'.
pub fn has(path: &str) -> bool {
    path.starts_with("/order/") || path.starts_with("/qr/")
}

/// A person's browser asks.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let mut segments = path.split('/').skip(1);
    let (Some(page), Some(id), None) = (segments.next(), segments.next(), segments.next()) else { return Err(Error::NotFound) };
    let is_read = request.method == Method::GET;
    if !is_read && (page == "qr" || request.method != Method::POST) {
        let allowed = if page == "qr" { "GET" } else { "GET, POST" };
        return Err(Error::Method { method: request.method.to_string(), allowed: allowed.to_owned() });
    }
    let named = id.starts_with("ORD-").then(|| memory.order_called(id)).flatten();
    let Some(number) = named.map(|it| it.number) else {
        return Ok(TEMPLATES.render(StatusCode::NOT_FOUND, "nothing.html", context! {}));
    };
    match (page, is_read) {
        ("qr", _) => memory.orders.get(number).and_then(|it| qr::picture(&uri(it))).ok_or(Error::Internal),
        (_, true) => shown(memory, cx, number, StatusCode::OK, None),
        (_, false) => paid(memory, cx, number, request),
    }
}

/// The receiving address as wallets read it.
fn uri(order: &Order) -> String {
    format!("ethereum:{}@{}", order.receiving_address.text(), order.chain.eip155())
}

/// The payer has pressed the button.
fn paid(memory: &mut Memory, cx: &mut Context<'_>, number: u32, request: &Request) -> Result<Response, Error> {
    let order = memory.orders.get(number).ok_or(Error::NotFound)?;
    if !order.waits() {
        return shown(memory, cx, number, StatusCode::CONFLICT, Some("This order takes no payment any more."));
    }
    match sum(order, &Fields::form(&request.body)) {
        Ok((amount, token)) => match pay_exactly(memory, cx, number, amount, token) {
            Ok(()) => Ok(Response::see_other(&request.target)),
            Err(ActionError::State(why) | ActionError::Invalid(why) | ActionError::Nothing(why)) => {
                shown(memory, cx, number, StatusCode::CONFLICT, Some(&why))
            }
            Err(ActionError::Unknown) => Err(Error::Internal),
        },
        Err(why) => shown(memory, cx, number, StatusCode::BAD_REQUEST, Some(&why)),
    }
}

fn shown(memory: &Memory, cx: &mut Context<'_>, number: u32, status: StatusCode, fault: Option<&str>) -> Result<Response, Error> {
    let order = memory.orders.get(number).ok_or(Error::NotFound)?;
    cx.trace.account = Some(memory.account_of(order.merchant).to_owned());
    if let (OrderStatus::Confirmed, Some(url), None) = (order.status(), &order.redirect_url, fault) {
        // What has become of the order stands behind the parameters that are there.
        let became = [("order_id", &*order.order_id()), ("status", order.status().word())];
        return Ok(Response::see_other(&with_query(url, &became)));
    }
    let transaction = memory.transaction_of(order);
    let transfer = cx.transfer(order.object(), TRANSFER);
    let waits = order.waits();
    let is_watched = order.status() == OrderStatus::Pending && !waits;
    let values = context! {
        fault, waits,
        order_id => order.order_id(),
        amount => order.amount.to_string(),
        token => order.token.word(),
        chain => order.chain.word(),
        address => order.receiving_address.text(),
        uri => uri(order),
        status => order.status().word(),
        says => says(order),
        received => transaction.map(|it| format!("{} {}", it.amount, it.token.word())),
        hash => transaction.map(|it| it.hash.to_string()),
        confirmations => transfer.map(|it| format!("{} of {}", it.confirmations, it.wanted)),
        left => countdown(cx.now(), order.expires_at),
        until => written(order.expires_at),
    };
    let response = TEMPLATES.render(status, "order.html", values);
    Ok(if is_watched { response.with(REFRESH.0, REFRESH.1) } else { response })
}

/// The status in the words of a payer.
const fn says(order: &Order) -> &'static str {
    match (order.status(), order.transaction) {
        (OrderStatus::Pending, None) => "Waiting for your payment.",
        (OrderStatus::Pending, Some(_)) => "Your payment has been seen and waits for confirmation.",
        (OrderStatus::Confirmed, _) => "Paid. Thank you.",
        (OrderStatus::Failed, _) => "The payment has failed.",
        (OrderStatus::Expired, _) => "This order has expired. Do not pay it any more.",
    }
}
