//! The pages for people: the recipient's page, and the portal's login and webhook settings.

use minijinja::context;

use super::actions::{Details, enter, refuse_at_once, right};
use super::auth::{self, COOKIE};
use super::decisions::{FAIL_URL_USE, REDIRECT_PARAMETERS};
use super::errors::Error;
use super::model::{Kind, Link, Memory, Payout, Session, Status};
use super::settings::{CARD_PAYOUTS, COMPANY, SBP_PAYOUTS, WEBHOOK_ENABLED, WEBHOOK_SIGNED};
use super::wire::MOSCOW_HOURS;
use crate::engine::context::Context;
use crate::engine::tables::{Page, settings};
use crate::kit::bar::Button;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::fields::Fields;
use crate::kit::html::{Pages, environment, is_refresh, onward, unframed};
use crate::kit::http::{HeaderValue, Method, Request, Response, StatusCode, encoded, form_pairs, header};
use crate::kit::sign::same;
use crate::kit::time::{countdown, for_people, with_offset};
use crate::kit::word::Word;

mod bar;

/// The field and the value with which a button of the sandbox lets the bank refuse.
const BANK: &str = "bank";
const REFUSES: &str = "refuses";

/// The recipient's page.
pub const PAYOUT_PATH: &str = "/static/payout.php";
/// The portal.
pub const PORTAL_PATH: &str = "/index.php";

/// The pages of this provider.
pub const PAGES: &[Page] = &[
    Page {
        name: "payout",
        path: PAYOUT_PATH,
        methods: &["GET", "POST"],
        what: "the recipient enters a card or a phone number, and the page goes on to returnUrl, or to failUrl when the payout is refused at once",
        evidence: Documented("Developer API, Create Payout: payoutUrl; the fields are those of the portal's file columns"),
    },
    Page {
        name: "login",
        path: "/index.php?view=login",
        methods: &["GET", "POST"],
        what: "a user name and a password begin a portal session, which ends after 30 idle minutes",
        evidence: Documented("portal guide: the login and the idle limit of a session; the form is ours"),
    },
    Page {
        name: "settings",
        path: "/index.php?view=settings",
        methods: &["GET"],
        what: "the webhook settings, with the csrf_token that webhook_save and webhook_test need",
        evidence: Documented("Developer API, Webhook: Dashboard, Settings, Webhook; the form is ours"),
    },
];

static TEMPLATES: Pages = Pages::new(|| {
    environment(&[
        ("payout.html", include_str!("pages/payout.html")),
        ("login.html", include_str!("pages/login.html")),
        ("settings.html", include_str!("pages/settings.html")),
        ("message.html", include_str!("pages/message.html")),
    ])
});

/// Answers a request of a browser. `None`: the page does not exist.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Option<Result<Response, Error>> {
    let handler = match path {
        PAYOUT_PATH => payout,
        PORTAL_PATH | "/" => portal,
        _ => return None,
    };
    if request.method != Method::GET && request.method != Method::POST {
        return Some(Err(Error::MethodNotAllowed("GET, POST")));
    }
    Some(Ok(handler(memory, cx, request)))
}

/// A page that says one thing, and how good it is.
struct Message<'a> {
    kind: &'static str,
    title: &'a str,
    text: &'a str,
    /// Of a payout that exists.
    sum: Option<String>,
    link: Option<&'a str>,
}

fn message(cx: &Context<'_>, request: &Request, status: StatusCode, buttons: Vec<Button>, it: &Message<'_>) -> Response {
    let values = context! { kind => it.kind, title => it.title, text => it.text, sum => it.sum.as_deref(), link => it.link };
    TEMPLATES.render(request, &cx.frame(request, buttons), (status, "message.html"), values)
}

fn no_such_payout(cx: &Context<'_>, request: &Request) -> Response {
    let it = Message { kind: "bad", title: "No such payout", text: "The link is wrong or incomplete.", sum: None, link: None };
    message(cx, request, StatusCode::NOT_FOUND, Vec::new(), &it)
}

fn payout(memory: &mut Memory, cx: &mut Context<'_>, request: &Request) -> Response {
    let asked = request.query_parameter("payout_id").and_then(|it| it.parse().ok());
    let token = request.query_parameter("token").unwrap_or_default();
    let found = asked.and_then(|id| memory.payouts.get(id));
    let found = found.and_then(|it| it.link.as_ref().filter(|link| same(&link.token, &token)).map(|link| (it, link)));
    let Some((payout, link)) = found else {
        return no_such_payout(cx, request);
    };
    cx.trace.account = Some(payout.account.clone());
    if payout.status() == Status::Cancelled && payout.target.is_none() {
        // It can be cancelled before its time is over.
        let (title, text) = if link.until <= cx.now() {
            ("The link has expired", "This link has expired. Nothing will be paid out.")
        } else {
            ("The payout was cancelled", "This payout was cancelled. Nothing will be paid out.")
        };
        let it = Message { kind: "off", title, text, sum: Some(sum(payout)), link: link.fail_url.as_deref() };
        return message(cx, request, StatusCode::OK, bar::of_payout(payout), &it);
    }
    if payout.status() != Status::Uploaded {
        return submitted(cx, request, payout, link);
    }
    if request.method == Method::GET {
        return form(cx, request, payout, link, (StatusCode::OK, None));
    }
    submit(memory, cx, request, asked.unwrap_or_default())
}

/// The page of a payout whose details have been received.
fn submitted(cx: &Context<'_>, request: &Request, payout: &Payout, link: &Link) -> Response {
    let text = format!("Details have been received. The payout is {}.", payout.status().word());
    let (kind, title, has_ended_badly) = match payout.status() {
        Status::Failed => ("bad", "The payout has failed", true),
        Status::Cancelled => ("off", "The payout was cancelled", true),
        Status::Success => ("good", "Paid out", false),
        Status::Uploaded | Status::Created | Status::Processing => ("seen", "The payout is on its way", false),
    };
    let it = Message { kind, title, text: &text, sum: Some(sum(payout)), link: link.fail_url.as_deref().filter(|_| has_ended_badly) };
    message(cx, request, StatusCode::OK, bar::of_payout(payout), &it)
}

/// Handles the recipient's form of a payout that waits for details.
fn submit(memory: &mut Memory, cx: &mut Context<'_>, request: &Request, id: u32) -> Response {
    let body = without_gaps(&request.body);
    let fields = Fields::form(&body);
    let Some((payout, link)) = memory.payouts.get(id).and_then(|it| it.link.clone().map(|link| (it, link))) else {
        return no_such_payout(cx, request);
    };
    let details = match Details::parse(&fields, payout.kind) {
        Ok(details) => details,
        Err(fault) => {
            cx.rest_on(FAIL_URL_USE);
            return form(cx, request, payout, &link, (StatusCode::BAD_REQUEST, Some(&fault)));
        }
    };
    if !cx.flag(&payout.account, right(details.kind())) {
        return to_fail_url(cx, request, &link, StatusCode::FORBIDDEN, "Payouts of this kind are not enabled.");
    }
    enter(memory, cx, id, details);
    if fields.plain(BANK).as_deref() == Some(REFUSES) {
        refuse_at_once(memory, cx, id);
        return to_fail_url(cx, request, &link, StatusCode::OK, "The bank has refused the payout.");
    }
    cx.rest_on(REDIRECT_PARAMETERS);
    Response::see_other(&link.return_url)
}

/// The form with the card number as the bank takes it: cards are printed, and copied, with gaps.
fn without_gaps(body: &[u8]) -> Vec<u8> {
    let plain = |name: &str, text: String| if name == "pan" { text.replace([' ', '-'], "") } else { text };
    let pairs = form_pairs(body).into_iter().map(|(name, text)| format!("{}={}", encoded(&name), encoded(&plain(&name, text))));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

/// The recipient goes to failUrl; without one, the page says why.
fn to_fail_url(cx: &mut Context<'_>, request: &Request, link: &Link, status: StatusCode, why: &str) -> Response {
    cx.rest_on(FAIL_URL_USE);
    if let Some(url) = &link.fail_url {
        return Response::see_other(url);
    }
    let it = Message { kind: "bad", title: "The payout cannot be made", text: why, sum: None, link: None };
    message(cx, request, status, Vec::new(), &it)
}

fn sum(it: &Payout) -> String {
    format!("{}.{:02} RUB", it.kopecks / 100, it.kopecks % 100)
}

fn form(cx: &Context<'_>, request: &Request, payout: &Payout, link: &Link, (status, fault): (StatusCode, Option<&str>)) -> Response {
    let offered = |kind: Kind| payout.kind.is_none_or(|it| it == kind);
    let enabled = |kind: Kind, row| offered(kind) && (payout.kind.is_some() || cx.flag(&payout.account, row));
    let sent = if fault.is_some() { form_pairs(&request.body) } else { Vec::new() };
    let given = |name: &str| sent.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
    let values = context! {
        fault,
        given => context! { phone => given("phone"), bank_id => given("bank_id"), full_name => given("full_name") },
        sum => sum(payout),
        description => payout.description.as_deref(),
        card => enabled(Kind::Card, &CARD_PAYOUTS),
        sbp => enabled(Kind::Sbp, &SBP_PAYOUTS),
        until => for_people(link.until, MOSCOW_HOURS),
        until_exact => with_offset(link.until, MOSCOW_HOURS),
        order => payout.order_number.as_deref(),
        ends => link.until.as_millisecond(),
        span => link.until.duration_since(payout.created_at).as_secs(),
        seconds => link.until.duration_since(cx.now()).as_secs().max(0),
        left => countdown(cx.now(), link.until),
    };
    TEMPLATES.render(request, &cx.frame(request, bar::of_payout(payout)), (status, "payout.html"), values)
}

fn portal(memory: &mut Memory, cx: &mut Context<'_>, request: &Request) -> Response {
    let view = request.query_parameter("view").unwrap_or_else(|| "settings".to_owned());
    unframed(match (view.as_str(), &request.method) {
        ("login", &Method::GET) => {
            let values = context! { fault => None::<&str>, username => "" };
            TEMPLATES.render(request, &cx.frame(request, Vec::new()), (StatusCode::OK, "login.html"), values)
        }
        ("login", _) => log_in(memory, cx, request),
        ("settings", &Method::GET) => show_settings(memory, cx, request),
        _ => {
            let text = "The portal has a login and the webhook settings.";
            let it = Message { kind: "bad", title: "No such page", text, sum: None, link: Some("index.php?view=settings") };
            message(cx, request, StatusCode::NOT_FOUND, Vec::new(), &it)
        }
    })
}

fn log_in(memory: &mut Memory, cx: &mut Context<'_>, request: &Request) -> Response {
    let pairs = form_pairs(&request.body);
    let field = |name: &str| pairs.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
    let username = field("username");
    let Some(account) = auth::login(cx, username, field("password")) else {
        let values = context! { fault => "Wrong user name or password.", username };
        return TEMPLATES.render(request, &cx.frame(request, Vec::new()), (StatusCode::UNAUTHORIZED, "login.html"), values);
    };
    let (id, _) = admit(memory, cx, request.cookie(COOKIE), account);
    // Two sandboxes of one server have two sessions in one browser.
    let path = if cx.sandbox() == "default" { "/".to_owned() } else { format!("/s/{}/", cx.sandbox()) };
    let cookie = format!("{COOKIE}={id}; Path={path}; HttpOnly; SameSite=Lax");
    let mut response = Response::see_other(&onward(request, "index.php?view=settings"));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Begins a session and returns its id and its `csrf_token`.
pub fn admit(memory: &mut Memory, cx: &Context<'_>, before: Option<&str>, account: String) -> (String, String) {
    memory.logins += 1;
    let mut draws = cx.draws("quantum-payouts session", memory.logins);
    let (id, csrf_token) = (draws.hex(32), draws.hex(32));
    memory.log_in(before, id.clone(), account, csrf_token.clone(), cx.now());
    (id, csrf_token)
}

fn show_settings(memory: &mut Memory, cx: &mut Context<'_>, request: &Request) -> Response {
    let Ok((id, Session { account, csrf_token, .. })) = auth::session(memory, cx, request) else {
        return Response::see_other(&onward(request, "index.php?view=login"));
    };
    let (id, account, csrf_token) = (id.to_owned(), account.clone(), csrf_token.clone());
    if !is_refresh(request) {
        memory.touch(&id, cx.now());
    }
    let own = cx.account(&account);
    let text = |row| own.and_then(|it| it.text(row));
    let flag = |row| own.is_some_and(|it| it.flag(row));
    let secret = own.and_then(|it| it.webhook_secret()).map(crate::kit::secret::Secret::shown);
    let values = context! {
        csrf_token, secret,
        company => text(&COMPANY),
        url => text(&settings::WEBHOOK_URL),
        enabled => flag(&WEBHOOK_ENABLED),
        use_signature => flag(&WEBHOOK_SIGNED),
    };
    TEMPLATES.render(request, &cx.frame(request, Vec::new()), (StatusCode::OK, "settings.html"), values)
}
