//! A tape drives a bare sandbox, without sockets or waiting, and writes down everything that the outside world can see.
//!
//! ```text
//! POST /quantum-payouts/api/v1/features {"a": 1}   a request; the body is the rest of the line
//! with Name: value                                 a header for the next request; `without Name` removes one
//! control GET clock {"a": 1}                       a call of the control API
//! set pretty_body=true                             settings of the default account of Quantum Payouts
//! set quoine/2 currency=JPY                        settings of another account
//! client 3 SECRET                                  the user that signs requests to Quoine from here on
//! signs /api/v1/invoices                           the next of them signs this path instead of its own
//! merchant 500 timeout 204                         how receivers answer from here on, the last one repeated
//! act quantum-payouts.settle orderNumber=A         an action
//! advance 30m                                      or `advance until idle`
//! wait 5s                                          real time passes
//! restart                                          the sandbox is saved, and another process restores it
//! # a remark
//! ```
//!
//! `${link}` stands for the last payoutUrl, `${cookie}` and `${csrf}` for the portal session that was begun last,
//! `${charge}`, `${payout}`, `${order}`, `${deposit}` for the object of that kind that was answered last, `${page}` for the
//! path of the last paymentPageUrl, `${trade}` for its tradeId, `${row}` for the first row of the ledger's last page,
//! `${session}` for the checkout session that was answered last; of CryptoPay `${order_id}` and `${hash}` for the order and
//! transaction, `${access}` and `${refresh}` for the tokens that were answered last.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::time::Duration;

use playmoney::inside::engine::delivery::{Failure, Outcome, Outgoing};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Request, Response};
use playmoney::inside::kit::time::{Timestamp, Uptime, parse_duration};
use playmoney::inside::sandbox::{Answered, Sandbox, Ticket, driving};
use serde_json::{Value as Json, json};

use crate::contract::members::without_row;
use crate::quoine::client::Client;
use crate::wrapping::wrapped;

mod lines;

/// The target of webhooks unless a tape names another.
pub const SHOP: &str = "http://shop.test/hooks";

/// A sandbox with the test's own network.
pub struct Tape {
    pub sandbox: Sandbox,
    pub uptime: Uptime,
    merchant: VecDeque<String>,
    with: Vec<(String, String)>,
    without: Vec<String>,
    /// The user that signs requests to Quoine.
    pub client: Client,
    /// The values that replace `${name}` in a line.
    noted: BTreeMap<&'static str, String>,
    /// Everything that was seen.
    pub log: String,
    /// Every attempt that was posted.
    pub posted: Vec<Outgoing>,
    /// The moments that answers and webhooks were dated with, in their order.
    pub times: Vec<Timestamp>,
}

impl Tape {
    /// A sandbox with this start.
    pub fn new(start: Start) -> Self {
        let sandbox = Sandbox::new(start, Uptime::START);
        let merchant = VecDeque::from(["200".to_owned()]);
        let (with, without, noted) = (Vec::new(), Vec::new(), BTreeMap::new());
        let (log, posted, times, client) = (String::new(), Vec::new(), Vec::new(), Client::default());
        Self { sandbox, uptime: Uptime::START, merchant, with, without, client, noted, log, posted, times }
    }

    /// The sandbox of most tests: frozen, seed 1, with a shop as its receiver.
    pub fn shop() -> Self {
        Self::new(Start { webhook_url: Some(SHOP.to_owned()), ..Start::default() })
    }

    /// Plays every line.
    pub fn play(&mut self, tape: &str) -> &mut Self {
        for line in tape.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
            self.line(line);
        }
        self
    }

    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "merchant" => self.merchant = rest.split(' ').map(str::to_owned).collect(),
            "wait" => {
                self.uptime.elapsed += parse_duration(rest).expect("a duration").unsigned_abs();
                writeln!(self.log, "{line}").expect("text");
                self.sandbox.tick(self.uptime);
                self.pump();
            }
            "restart" => self.restart(),
            "set" => {
                writeln!(self.log, "{line}").expect("text");
                let request = self.request(line).expect("it sends one");
                let response = self.ask(request);
                assert_eq!(response.status, 200, "{line}: {}", String::from_utf8_lossy(&response.body));
            }
            _ => match self.request(line) {
                Some(request) => self.seen(line, &request),
                None if word == "client" => writeln!(self.log, "client {}", self.client.user).expect("text"),
                None => writeln!(self.log, "{line}").expect("text"),
            },
        }
    }

    /// A control call, answered.
    pub fn admin(&mut self, method: &str, path: &str, body: &Json) -> Json {
        let response = self.ask(Self::control(method, path, body));
        serde_json::from_slice(&response.body).expect("control answers are JSON")
    }

    fn seen(&mut self, line: &str, request: &Request) {
        writeln!(self.log, "{line}").expect("text");
        let response = self.ask(request.clone());
        self.note(&response);
        self.log.push_str(&written(&response));
    }

    /// The present value of `${name}`.
    pub fn noted(&self, name: &str) -> &str {
        &self.noted[name]
    }

    /// Remembers the values of an answer that later lines may need.
    pub fn note(&mut self, response: &Response) {
        let body = String::from_utf8_lossy(&response.body);
        let between = |before: &str| body.split_once(before).and_then(|it| it.1.split_once('"')).map(|it| it.0.to_owned());
        let link = between("\"payoutUrl\":\"").map(|it| it.replace("http://127.0.0.1:4242", ""));
        let cookie = response.headers.get("set-cookie").and_then(|it| it.to_str().ok()?.split(';').next().map(str::to_owned));
        let page = between("\"paymentPageUrl\":\"").map(|it| it.replace("http://127.0.0.1:4242", ""));
        let trade = page.as_deref().and_then(|it| it.split_once("tradeId=")).map(|it| it.1.to_owned());
        let (order, hash) = (between("\"order_id\":\"ORD-"), between("\"transaction_hash\":\""));
        let tokens = [("access", between("\"access\":\"")), ("refresh", between("\"refresh\":\""))];
        let answered = [("order_id", order.map(|it| format!("ORD-{it}"))), ("hash", hash)].into_iter().chain(tokens);
        self.noted.extend(answered.filter_map(|(name, text)| Some((name, text?))));
        let found =
            [("link", link), ("cookie", cookie), ("csrf", between("name=\"csrf_token\" value=\"")), ("page", page), ("trade", trade)];
        let kinds = ["charge", "payout", "order", "deposit"].into_iter();
        let answered = kinds.filter(|it| body.contains(&format!("\"object\":\"{it}\"")) && !body.contains("\"object\":\"list\""));
        let id = if body.contains("\"subject\":") { between("\"subject\":\"") } else { between("{\"id\":\"") };
        let row = between("\"data\":[{\"id\":\"").filter(|_| body.contains("/balanceTransactions\""));
        self.noted.extend(row.map(|it| ("row", it)));
        self.noted.extend(between("\"session_id\":\"").map(|it| ("session", it)));
        self.noted.extend(answered.filter_map(|it| Some((it, id.clone()?))));
        self.noted.extend(found.into_iter().filter_map(|(name, text)| text.map(|it| (name, it))));
    }

    /// Sends one request, posts its webhooks, and returns its answer.
    pub fn ask(&mut self, request: Request) -> Response {
        self.try_ask(request).expect("the connection is not cut")
    }

    /// The same; `None` when the connection is cut.
    pub fn try_ask(&mut self, request: Request) -> Option<Response> {
        let ticket = self.sandbox.handle(self.uptime, request);
        let mut answered = self.drive(ticket);
        if answered.is_none() {
            self.sandbox.end_patience(ticket);
            answered = self.drive(ticket);
        }
        self.sandbox.give_up(self.uptime, ticket);
        let response = answered.expect("an answer").response?;
        let time = response.headers.get("playmoney-time").and_then(|it| it.to_str().ok()?.parse().ok());
        self.times.push(time.expect("every answer is dated"));
        Some(response)
    }

    /// Drives the sandbox until the answer is there, with the tape's receivers.
    fn drive(&mut self, ticket: Ticket) -> Option<Answered> {
        let (uptime, mut network) = (self.uptime, Network::of(&mut self.merchant, &mut self.log, &mut self.posted, &mut self.times));
        driving::answer(&mut self.sandbox, uptime, ticket, &mut |sandbox, it| network.answer(sandbox, it))
    }

    /// Posts webhooks, and those that their answers cause, until none is under way.
    fn pump(&mut self) {
        let (uptime, mut network) = (self.uptime, Network::of(&mut self.merchant, &mut self.log, &mut self.posted, &mut self.times));
        driving::deliver(&mut self.sandbox, uptime, &mut |sandbox, it| network.answer(sandbox, it));
    }

    /// Lets real time pass; everything that is due happens at its moment.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.uptime.elapsed + span;
        while let Some(wait) = self.sandbox.next_wakeup(self.uptime).filter(|it| self.uptime.elapsed + *it <= end) {
            self.uptime.elapsed += wait;
            self.sandbox.tick(self.uptime);
            self.pump();
        }
        self.uptime.elapsed = end;
        self.sandbox.tick(self.uptime);
        self.pump();
    }

    /// Another tape that continues from here with the same receivers.
    pub fn fork(&self) -> Self {
        let (sandbox, merchant, noted, client) = (self.sandbox.clone(), self.merchant.clone(), self.noted.clone(), self.client.clone());
        Self {
            sandbox,
            merchant,
            noted,
            client,
            log: self.log.clone(),
            posted: self.posted.clone(),
            times: self.times.clone(),
            ..Self::shop()
        }
    }

    /// Saves the sandbox and restores it in another process, which has run for a while.
    pub fn restart(&mut self) {
        let saved = self.ask(Self::control("GET", "state", &Json::Null)).body;
        let start = Start { webhook_url: None, ..self.sandbox.world().start.clone() };
        self.uptime.elapsed += Duration::from_secs(1000);
        self.sandbox = Sandbox::new(start, self.uptime);
        let mut put = Self::control("PUT", "state", &Json::Null);
        put.body = saved;
        let response = self.ask(put);
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    }
}

/// The receivers of a tape, and a record of what they get.
struct Network<'a> {
    merchant: &'a mut VecDeque<String>,
    log: &'a mut String,
    posted: &'a mut Vec<Outgoing>,
    times: &'a mut Vec<Timestamp>,
}

impl<'a> Network<'a> {
    fn of(merchant: &'a mut VecDeque<String>, log: &'a mut String, posted: &'a mut Vec<Outgoing>, times: &'a mut Vec<Timestamp>) -> Self {
        Self { merchant, log, posted, times }
    }

    /// The next answer of the script, whose last one is repeated.
    fn answer(&mut self, sandbox: &Sandbox, it: &Outgoing) -> Outcome {
        let answer = self.merchant.front().cloned().unwrap_or_default();
        if self.merchant.len() > 1 {
            self.merchant.pop_front();
        }
        let outcome = match answer.as_str() {
            "timeout" => Outcome::failed(Failure::Timeout),
            "reset" => Outcome::failed(Failure::Reset),
            "refused" => Outcome::failed(Failure::Refused),
            status => Outcome::status(status.parse().expect("a status")),
        };
        self.log.push_str(&written_down(sandbox, it, &answer));
        self.times.push(sandbox.world().core.now);
        self.posted.push(it.clone());
        outcome
    }
}

/// The attempts that leave now; they are not posted.
pub fn polled(sandbox: &mut Sandbox) -> Vec<Outgoing> {
    std::iter::from_fn(|| sandbox.poll_outgoing()).collect()
}

fn written_down(sandbox: &Sandbox, it: &Outgoing, answer: &str) -> String {
    let text = |name: &str| it.headers.get(name).map_or("-", |it| it.to_str().unwrap_or("?"));
    let at = sandbox.world().core.now;
    let body = String::from_utf8_lossy(&it.body);
    let (seconds, signature) = match (text("authorization"), text("qbitpay-signature")) {
        ("-", "-") if it.headers.contains_key("x-webhook-signature") => ("x-webhook-signature".to_owned(), text("x-webhook-signature")),
        ("-", "-") => (text("x-payouts-timestamp").to_owned(), text("x-payouts-signature")),
        ("-", signed) => ("qbitpay-signature".to_owned(), signed),
        (signed, _) => (format!("{} | {} | {}", text("date"), text("nonce"), text("content-md5")), signed),
    };
    format!("  ~ {at} dlv-{} #{} -> {} {answer}\n    {seconds} {signature}\n    {body}\n", it.id.delivery, it.id.number, it.url)
}

fn written(response: &Response) -> String {
    let mut text = format!("  < {}", response.status.as_u16());
    for name in ["location", "allow", "playmoney-hint", "set-cookie"] {
        if let Some(value) = response.headers.get(name) {
            write!(text, " [{name}: {}]", value.to_str().unwrap_or("?")).expect("text");
        }
    }
    let body = String::from_utf8_lossy(&response.body);
    let body = body.split_once("<main>").and_then(|it| it.1.split_once("</main>")).map_or(body.as_ref(), |it| it.0);
    let body = body.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n    ");
    text + " " + &body + "\n"
}

/// Plays a tape in the shop and compares the record with the accepted one.
pub fn check(name: &str, tape: &str) {
    let mut shop = Tape::shop();
    shop.play(tape);
    let strange = without_row(shop.sandbox.world());
    assert!(strange.is_empty(), "members without a row: {strange:?}");
    snapshot(name, &shop.log);
}

/// Compares a text, its long lines broken, with the accepted one.
pub fn snapshot(name: &str, text: &str) {
    let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{}/snapshots/{folder}", env!("CARGO_MANIFEST_DIR")));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, wrapped(text)));
}

/// The changes of status in a saved state, each with its moment and its provider's slug.
pub fn changes(state: &Json) -> Vec<Json> {
    let slugs: Vec<&str> = playmoney::inside::providers::all().iter().map(|it| it.contract().slug).collect();
    let change = |entry: &Json| {
        let mut change = entry["what"].get("change")?.clone();
        change["at"] = entry["at"].clone();
        change["provider"] = json!(slugs[usize::try_from(entry["provider"].as_u64()?).ok()?]);
        Some(change)
    };
    state["core"]["log"]["entries"].as_array().expect("a list").iter().filter_map(change).collect()
}
