//! What the payer sees: the price, a choice of coins, then address, amount and the time that is left.

use minijinja::context;

use super::actions::{choose, send};
use super::decisions::{CHECKOUT_ON_THE_PAGE, CREDITS_BELOW_ZERO, OWN_CHECKOUT_ID};
use super::errors::Error;
use super::lifecycle::{self, Sent, begin};
use super::model::{Coin, Memory, Session, SessionStatus, Status, Transaction, coins_max};
use super::wire::{self, NewSession, coins, payment_uri};
use crate::engine::actions::ActionError;
use crate::engine::context::Context;
use crate::engine::tables::Page;
use crate::kit::bar::Button;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::form::Form;
use crate::kit::html::{Pages, environment, onward};
use crate::kit::http::{Method, Request, Response, StatusCode, encoded, header};
use crate::kit::qr;
use crate::kit::time::{Timestamp, countdown, for_people, in_utc};
use crate::kit::word::Word;

mod bar;
mod target;

use target::Target;

/// The page of this provider.
pub const PAGES: &[Page] = &[Page {
    name: "pay",
    path: "/pay.php?checkout_id={checkout_id}",
    methods: &["GET", "POST"],
    what: "the payer chooses a coin, sees address, exact amount, QR code and the time that is left, can cancel, and goes on to `redirect`; the page also opens by the `id` of payment-link, or by price, currency, external_reference, redirect, title, description, note, cloud and pay, which begin a checkout; `checkout_id` can be an id of the shop's own beside a price, and its link finds the checkout again",
    evidence: Documented(
        "Transactions API: pay.php and the steps on it; its parameters and panels are observed in the sibling product and an official client",
    ),
}];

/// The status of a page, and what was wrong with the form that the browser sent.
type Told<'a> = (StatusCode, Option<&'a str>);

static TEMPLATES: Pages = Pages::new(|| {
    environment(&[
        ("choose.html", include_str!("pages/choose.html")),
        ("pay.html", include_str!("pages/pay.html")),
        ("message.html", include_str!("pages/message.html")),
    ])
});

/// The query parameter that asks for a payment's QR code in place of its page.
const PICTURE: &str = "qr";
/// The page of a completed payment goes on to `redirect` after this number of seconds.
const REDIRECT_SECONDS: &str = "3";

/// Answers a request of a payer's browser.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, request: &Request) -> Result<Response, Error> {
    if request.method != Method::GET && request.method != Method::POST {
        return Err(Error::NoPath);
    }
    let target = Target::of(memory, cx, request);
    if let Some(account) = target.account(memory) {
        cx.trace.account = Some(account.clone());
        let merchant = memory.merchant_of(&account);
        if memory.merchant(merchant).credits < rust_decimal::Decimal::ZERO {
            cx.rest_on(CREDITS_BELOW_ZERO);
            return Ok(message(
                cx,
                request,
                "Payments are not available",
                "no-credit-balance",
                "The shop has used up its credits: no-credit-balance.",
            ));
        }
    }
    if let Target::Price { own, .. } = &target {
        cx.rest_on(CHECKOUT_ON_THE_PAGE);
        if own.is_some() {
            cx.rest_on(OWN_CHECKOUT_ID);
        }
    }
    match (target, &request.method) {
        (Target::Nothing(kind), _) => Ok(nothing(cx, request, kind)),
        (target, &Method::POST) => submit(memory, cx, request, target),
        (Target::Session(number), _) => session(memory, cx, request, number, (StatusCode::OK, None)),
        (Target::Transaction(id), _) if request.query_parameter(PICTURE).is_some() => {
            let uri = memory.transaction(id).map(payment_uri).unwrap_or_default();
            qr::picture(&uri).ok_or(Error::Internal)
        }
        (Target::Transaction(id), _) => Ok(transaction(memory, cx, request, id, (StatusCode::OK, None))),
        (Target::Price { new, .. }, _) => {
            let it = Offer::of(&new, request.query_parameter("pay").as_deref());
            Ok(offer(cx, request, Vec::new(), &it, (StatusCode::OK, None)))
        }
    }
}

/// Handles a form of the page.
fn submit(memory: &mut Memory, cx: &mut Context<'_>, request: &Request, target: Target) -> Result<Response, Error> {
    let form = Form::of(request);
    match target {
        Target::Session(number) => match act_on_session(memory, cx, number, &form) {
            Ok(()) => Ok(Response::see_other(&own_address(memory, cx, request, number))),
            Err(why) => session(memory, cx, request, number, (StatusCode::BAD_REQUEST, Some(&why))),
        },
        Target::Transaction(id) => {
            let done = match form.get("do") {
                Some("cancel") => cancel(memory, cx, id),
                Some("pay") => pay(memory, cx, id, &form),
                _ => Err("This cannot be done.".to_owned()),
            };
            match done {
                Ok(()) => Ok(Response::see_other(&cx.page_url(request, "/pay.php"))),
                Err(why) => Ok(transaction(memory, cx, request, id, (StatusCode::BAD_REQUEST, Some(&why)))),
            }
        }
        Target::Price { new, account, own } => match coin_for(memory, &new, &form) {
            Ok(coin) => {
                let number = begin(memory, cx, &account, *new, own).map_err(|_| Error::Internal)?;
                choose(memory, cx, number, coin).map_err(|_| Error::Internal)?;
                Ok(Response::see_other(&own_address(memory, cx, request, number)))
            }
            Err(why) => Ok(offer(cx, request, Vec::new(), &Offer::of(&new, None), (StatusCode::BAD_REQUEST, Some(why)))),
        },
        Target::Nothing(kind) => Ok(nothing(cx, request, kind)),
    }
}

fn coin(form: &Form) -> Option<Coin> {
    form.get("cryptocurrency").and_then(Coin::of)
}

fn act_on_session(memory: &mut Memory, cx: &mut Context<'_>, number: u32, form: &Form) -> Result<(), String> {
    let latest = memory.sessions.get(number).and_then(|it| it.transaction).filter(|it| memory.transaction(*it).is_some());
    match (form.get("do"), latest, coin(form)) {
        (Some("cancel"), Some(id), _) => cancel(memory, cx, id),
        (Some("pay"), Some(id), _) => pay(memory, cx, id, form),
        (_, _, Some(coin)) => choose(memory, cx, number, coin).map(|_| ()).map_err(|why| match why {
            ActionError::State(text) | ActionError::Invalid(text) | ActionError::Nothing(text) => text,
            ActionError::Unknown => "This cannot be done.".to_owned(),
        }),
        _ => Err("Choose one of the coins.".to_owned()),
    }
}

/// The chosen coin, if the price can be paid in it.
fn coin_for(memory: &Memory, new: &NewSession, form: &Form) -> Result<Coin, &'static str> {
    let coin = coin(form).ok_or("Choose one of the coins.")?;
    memory.rates.coins(new.price, new.fiat, coin).map(|_| coin).ok_or("The price cannot be paid in that coin.")
}

fn own_address(memory: &Memory, cx: &Context<'_>, request: &Request, session: u32) -> String {
    let id = memory.sessions.get(session).map(Session::checkout_id).unwrap_or_default();
    onward(request, &format!("{}/pay.php?checkout_id={}", cx.base_url(request), encoded(&id))).into_owned()
}

fn cancel(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> Result<(), String> {
    if lifecycle::cancel(memory, cx, id) { Ok(()) } else { Err("This payment cannot be cancelled any more.".to_owned()) }
}

/// Sends play money.
fn pay(memory: &mut Memory, cx: &mut Context<'_>, id: u32, form: &Form) -> Result<(), String> {
    let own = memory.transaction(id).filter(|it| it.status() == Status::Pending && it.transfer.is_none());
    let own = own.ok_or("This payment is not waited for any more.")?;
    let given = form.get("amount").map(str::trim).filter(|it| !it.is_empty());
    let decimals_max = own.coin.precision();
    let wrong = || format!("The amount is a number of coins above 0 with at most {decimals_max} decimals.");
    let amount = given.map_or(Ok(own.amount), |it| wire::amount(it, decimals_max, coins_max()).ok_or_else(wrong))?;
    let sent = Sent { to: id, coin: own.coin, amount, hash: None, fake: false };
    send(memory, cx, &sent).map(drop).map_err(|_| "The sandbox cannot take this payment.".to_owned())
}

fn message(cx: &Context<'_>, request: &Request, title: &str, kind: &str, text: &str) -> Response {
    let frame = cx.frame(request, Vec::new());
    TEMPLATES.render(request, &frame, (StatusCode::OK, "message.html"), context! { title, kind, text })
}

/// The page behind a wrong link.
fn nothing(cx: &Context<'_>, request: &Request, kind: &str) -> Response {
    match kind {
        // Quirk: plain text with the status 200.
        "id" => Response::new(StatusCode::OK, "text/plain; charset=utf-8", "This payment does not exist, or is not pending any more."),
        _ => TEMPLATES.render(
            request,
            &cx.frame(request, Vec::new()),
            (StatusCode::NOT_FOUND, "message.html"),
            context! { title => "No such payment", kind => "nothing", text => "The link is wrong or incomplete." },
        ),
    }
}

/// What the page with the choice of coins shows.
struct Offer<'a> {
    price: String,
    currency: String,
    title: &'a str,
    description: &'a str,
    chosen: Option<&'static str>,
    /// When it began and when it ends, once it has begun.
    time: Option<(Timestamp, Timestamp)>,
}

impl<'a> Offer<'a> {
    fn of(new: &'a NewSession, preselected: Option<&str>) -> Self {
        let texts = new.texts.as_deref();
        Self {
            price: wire::rate(new.price),
            currency: new.fiat.code().to_uppercase(),
            title: texts.map_or("", |it| &it.title),
            description: texts.map_or("", |it| &it.description),
            chosen: preselected.and_then(Coin::of).map(Coin::code),
            time: None,
        }
    }
}

fn offer(cx: &Context<'_>, request: &Request, buttons: Vec<Button>, it: &Offer<'_>, (status, fault): Told<'_>) -> Response {
    let coins: Vec<_> = Coin::all().map(|it| context! { code => it.code(), name => it.name(), network => it.network_name() }).collect();
    let Offer { price, currency, title, description, chosen, time } = it;
    let (now, ends) = (cx.now(), time.map(|it| it.1));
    let clock = context! {
        ends => ends.map(Timestamp::as_millisecond),
        span => time.map(|(from, to)| to.duration_since(from).as_secs()),
        seconds => ends.map(|it| it.duration_since(now).as_secs().max(0)),
        left => ends.map(|it| countdown(now, it)),
        until => ends.map(|it| for_people(it, 0)),
        until_exact => ends.map(in_utc),
    };
    TEMPLATES.render(
        request,
        &cx.frame(request, buttons),
        (status, "choose.html"),
        context! { price, currency, title => *title, description => *description, chosen => *chosen, coins, fault, ..clock },
    )
}

/// A session's page: its latest payment, or the choice of coins.
fn session(memory: &Memory, cx: &mut Context<'_>, request: &Request, number: u32, told: Told<'_>) -> Result<Response, Error> {
    let session = memory.sessions.get(number).ok_or(Error::Internal)?;
    if let Some(id) = session.transaction.filter(|it| memory.transaction(*it).is_some()) {
        return Ok(transaction(memory, cx, request, id, told));
    }
    if session.status(cx.now()) == SessionStatus::Expired {
        return Ok(message(cx, request, "Expired", "expired", "The time to pay is over. Go back to the shop to begin anew."));
    }
    let Session { price, fiat, ref texts, .. } = *session;
    let new = NewSession { price, fiat, reference: None, texts: texts.clone() };
    let it = Offer { time: Some((session.created_at, session.expires_at())), ..Offer::of(&new, None) };
    Ok(offer(cx, request, bar::of_session(session, cx.now()), &it, told))
}

/// A payment's page.
fn transaction(memory: &Memory, cx: &mut Context<'_>, request: &Request, id: u32, (status, fault): Told<'_>) -> Response {
    let Some(it) = memory.transaction(id) else { return nothing(cx, request, "id") };
    let now = cx.now();
    let confirmations = cx.transfer(it.object(), 0).map_or(it.wanted, |it| it.confirmations);
    let redirect = wire::redirect(it).filter(|_| it.status() == Status::Completed);
    let panel = panel(it, it.is_expired(now));
    let missing = it.transfer.as_ref().map(|own| (it.amount - it.coin.cut(own.amount)).max(rust_decimal::Decimal::ZERO));
    let values = context! {
        id, fault, panel, confirmations,
        go_seconds => REDIRECT_SECONDS,
        ends => it.expires_at().as_millisecond(),
        span => it.expires_at().duration_since(it.created_at).as_secs(),
        seconds => it.expires_at().duration_since(now).as_secs().max(0),
        missing => missing.map(coins),
        network => it.coin.network_name(),
        redirect => redirect.as_deref(),
        title => it.texts.as_deref().map_or("", |it| &it.title),
        price => wire::rate(it.amount_fiat),
        currency => it.fiat.code().to_uppercase(),
        coin => it.coin.code(),
        amount => coins(it.amount),
        address => &*it.address,
        token => wire::tokens::of(cx, id),
        uri => payment_uri(it),
        pixels => (panel == "pending").then(|| qr::pixels_on_page(&payment_uri(it))),
        status => it.status().word(),
        left => countdown(now, it.expires_at()),
        until => for_people(it.expires_at(), 0),
        until_exact => in_utc(it.expires_at()),
        wanted => it.wanted,
        received => it.transfer.as_ref().map(|own| coins(it.coin.cut(own.amount))),
    };
    let frame = cx.frame(request, bar::of_transaction(it, now, confirmations));
    let response = TEMPLATES.render(request, &frame, (status, "pay.html"), values);
    match (panel, &redirect) {
        ("done", Some(target)) => response.with(header::REFRESH, &format!("{REDIRECT_SECONDS}; url={target}")),
        _ => response,
    }
}

/// Which of its panels the page shows.
fn panel(it: &Transaction, expired: bool) -> &'static str {
    match it.status() {
        Status::Pending if expired => "expired",
        Status::Pending if it.transfer.is_some() => "seen",
        Status::Pending => "pending",
        Status::Completed => "done",
        Status::Underpaid => "underpaid",
        Status::Refunded | Status::Deleted => "refunded",
    }
}
