//! The pages of the payer: the order, and its QR image.

use minijinja::context;

use super::actions::{pay_exactly, sum};
use super::decisions::{LATE_TRANSFER, REDIRECT_RESULT, SECOND_TRANSFER};
use super::errors::Error;
use super::model::{Memory, Order, OrderStatus, TRANSFER};
use super::wire::timestamp;
use crate::engine::actions::ActionError;
use crate::engine::context::Context;
use crate::engine::tables::Page;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::fields::Fields;
use crate::kit::html::{Pages, environment};
use crate::kit::http::{Method, Request, Response, StatusCode, with_query};
use crate::kit::qr;
use crate::kit::time::{countdown, for_people};
use crate::kit::word::Word;

mod bar;

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "order",
        path: "/order/{order_id}",
        methods: &["GET", "POST"],
        what: "the payer sees amount, token, chain, address, QR code and the time left, pays, and goes to redirect_url when the payment is confirmed",
        evidence: Documented("Payment Orders, Create Payment Order: payment_url and redirect_url; what the page shows is assumed"),
    },
    Page {
        name: "qr",
        path: "/qr/{order_id}",
        methods: &["GET"],
        what: "a QR image of ethereum:ADDRESS@CHAIN, the receiving address on its chain",
        evidence: Documented("Payment Orders, Create Payment Order: qr_code_url; the content of the image is assumed"),
    },
];

static TEMPLATES: Pages =
    Pages::new(|| environment(&[("order.html", include_str!("pages/order.html")), ("nothing.html", include_str!("pages/nothing.html"))]));

/// Whether a path belongs to these pages.
pub fn has(path: &str) -> bool {
    path.starts_with("/order/") || path.starts_with("/qr/")
}

/// Answers a payer's browser.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let mut segments = path.split('/').skip(1);
    let (Some(page), Some(id), None) = (segments.next(), segments.next(), segments.next()) else { return Err(Error::NoPath) };
    let is_read = request.method == Method::GET;
    if !is_read && (page == "qr" || request.method != Method::POST) {
        let allowed = if page == "qr" { "GET" } else { "GET, POST" };
        return Err(Error::Method { method: request.method.to_string(), allowed: allowed.to_owned() });
    }
    let order = id.starts_with("ORD-").then(|| memory.find_order(id)).flatten();
    let Some(number) = order.map(|it| it.number) else {
        return Ok(TEMPLATES.render(request, &cx.frame(request, Vec::new()), (StatusCode::NOT_FOUND, "nothing.html"), context! {}));
    };
    match (page, is_read) {
        ("qr", _) => memory.orders.get(number).and_then(|it| qr::picture(&uri(it))).ok_or(Error::Internal),
        (_, true) => render(memory, cx, request, number, (StatusCode::OK, None)),
        (_, false) => pay(memory, cx, number, path, request),
    }
}

/// The receiving address as wallets read it.
fn uri(order: &Order) -> String {
    format!("ethereum:{}@{}", order.receiving_address.text(), order.chain.eip155())
}

/// Pays, when the payer presses the button.
fn pay(memory: &mut Memory, cx: &mut Context<'_>, number: u32, path: &str, request: &Request) -> Result<Response, Error> {
    let order = memory.orders.get(number).ok_or(Error::NotFound)?;
    if !order.waits() {
        cx.rest_on(if order.status() == OrderStatus::Pending { SECOND_TRANSFER } else { LATE_TRANSFER });
        return render(memory, cx, request, number, (StatusCode::CONFLICT, Some("This order takes no payment any more.")));
    }
    match sum(order, &Fields::form(&request.body)) {
        Ok((amount, token)) => match pay_exactly(memory, cx, number, amount, token) {
            Ok(()) => Ok(Response::see_other(&cx.page_url(request, path))),
            Err(ActionError::State(why) | ActionError::Invalid(why) | ActionError::Nothing(why)) => {
                render(memory, cx, request, number, (StatusCode::CONFLICT, Some(&why)))
            }
            Err(ActionError::Unknown) => Err(Error::Internal),
        },
        Err(why) => render(memory, cx, request, number, (StatusCode::BAD_REQUEST, Some(&why))),
    }
}

fn render(
    memory: &Memory,
    cx: &mut Context<'_>,
    request: &Request,
    number: u32,
    (status, fault): (StatusCode, Option<&str>),
) -> Result<Response, Error> {
    let order = memory.orders.get(number).ok_or(Error::NotFound)?;
    cx.trace.account = Some(memory.account_of(order.merchant).to_owned());
    if let (OrderStatus::Confirmed, Some(url), None) = (order.status(), &order.redirect_url, fault) {
        cx.rest_on(REDIRECT_RESULT);
        // The result of the order follows the parameters that the URL already has.
        let result = [("order_id", &*order.order_id()), ("status", order.status().word())];
        return Ok(Response::see_other(&with_query(url, &result)));
    }
    let transaction = memory.transaction_of(order);
    let transfer = cx.transfer(order.object(), TRANSFER);
    let waits = order.waits();
    let values = context! {
        fault, waits,
        ends => order.expires_at.as_millisecond(),
        span => order.expires_at.duration_since(order.created_at).as_secs(),
        seconds => order.expires_at.duration_since(cx.now()).as_secs().max(0),
        order_id => order.order_id(),
        amount => order.amount.to_string(),
        token => order.token.word(),
        chain => order.chain.word(),
        address => order.receiving_address.text(),
        uri => uri(order),
        pixels => waits.then(|| qr::pixels_on_page(&uri(order))),
        status => order.status().word(),
        says => says(order),
        received => transaction.map(|it| format!("{} {}", it.amount, it.token.word())),
        hash => transaction.map(|it| it.hash.to_string()),
        confirmations => transfer.map(|it| format!("{} of {}", it.confirmations, it.wanted)),
        left => countdown(cx.now(), order.expires_at),
        until => for_people(order.expires_at, 0),
        until_exact => timestamp(order.expires_at),
    };
    let frame = cx.frame(request, bar::of_order(order, transfer));
    Ok(TEMPLATES.render(request, &frame, (status, "order.html"), values))
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
