//! A rule, read from its node: what it waits on, when it fires, what it does.

use rust_decimal::Decimal;

use super::check::Check;
use super::keys::THEN;
use super::mistakes::{Mistake, shown};
use super::reference::{Saved, resolved};
use super::yaml::{Key, Node, What};
use crate::engine::matching::Matcher;
use crate::engine::rules::effects::TRANSPORTS;
use crate::engine::rules::{Business, Effects, Latency, LifecycleStep, On, Override, Rule, Spread, Transport, Until, WebhookFault, When};
use crate::engine::tables::Contract;
use crate::engine::tables::leading::{leading_to, makers, paying, reachable};
use crate::kit::http::{HeaderName, HeaderValue};
use crate::kit::money;
use crate::kit::nearest::nearest;
use crate::kit::time::{Duration, parse_duration, parse_timestamp};

/// Effects on a request, and on nothing else.
const ON_REQUESTS: &[&str] = &[
    "error",
    "status",
    "headers",
    "body",
    "latency",
    "connection_reset",
    "empty_response",
    "malformed_response_chunk",
    "random_data_then_close",
    "truncate_body_at_fraction",
    "dribble",
    "lifecycle",
    "underpaid",
    "late_payment",
    "reorg",
    "payout_returned",
];
/// What answers in the provider's place; two of them would contradict each other.
const ANSWERS: &[&str] = &["error", "status", "body"];
/// What becomes of the bytes of an answer; only one can.
const ON_BYTES: &[&str] =
    &["connection_reset", "empty_response", "malformed_response_chunk", "random_data_then_close", "truncate_body_at_fraction", "dribble"];
/// What happens to the object that a call makes; only one can.
const FATES: &[&str] = &["lifecycle", "underpaid", "late_payment", "reorg", "payout_returned"];
/// Without `after`, a payer takes so long.
const PROMPTLY: Duration = Duration::from_secs(1);
/// Without `after`, a reorganisation comes so long after the payment.
const SOME_BLOCKS: Duration = Duration::from_hours(1);

/// Reads a rule whose shape has been checked, and notes what its parts have against each other.
pub fn read(check: &mut Check<'_>, node: &Node) -> Rule {
    let node = &resolved(node, &Saved::new()).unwrap_or_else(|_| node.clone());
    let text = |name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
    let on = text("on").map_or(On::Header, |it| on(&it));
    let contract = match &on {
        On::Requests { provider, .. } | On::Webhooks { provider } => check.known.provider(provider),
        On::Header => None,
    };
    if let Some(then) = node.get("then") {
        fitting(check, then, &on, contract);
    }
    match (&on, node.get("when").and_then(|it| it.get("event")), contract) {
        (On::Requests { provider, .. }, Some(_), _) => {
            let at = node.get("when").map_or(node.at.clone(), |it| it.place_of("event"));
            check.mistakes.push(Mistake::at(at, "a request has no event").help(format!("a rule on webhooks is on `{provider}:webhook`")));
        }
        (On::Webhooks { .. }, Some(event), Some(contract)) => check.events(event, contract),
        _ => {}
    }
    if let (On::Webhooks { .. }, Some(when)) = (&on, node.get("when")) {
        for name in ["headers", "query"].into_iter().filter(|it| when.get(it).is_some()) {
            let mistake = Mistake::at(when.place_of(name), format!("`{name}` is a condition on requests, and this rule is on webhooks"));
            check.mistakes.push(mistake.help("a webhook is known by its event, account and body"));
        }
    }
    if node.get("on").is_none() && node.get("when").is_some() {
        check.wrong(&node.place_of("when"), "a rule without `on` waits on nothing: say `on`, or leave `when` out");
    }
    if matches!(node.what, What::Map(_)) && node.get("on").is_none() && node.get("name").is_none() {
        let mistake = Mistake::at(node.at.clone(), "a rule without `on` needs a name for Playmoney-Fault to ask by");
        check.mistakes.push(mistake.help("give it `on` or `name`"));
    }
    Rule {
        name: text("name").unwrap_or_default(),
        on,
        when: node.get("when").map(when).unwrap_or_default(),
        then: node.get("then").map(effects).unwrap_or_default(),
        ttl: node.get("ttl").and_then(duration),
        written: node.to_value(),
    }
}

fn on(text: &str) -> On {
    if let Some((provider, _)) = text.split_once(':') {
        return On::Webhooks { provider: provider.to_owned() };
    }
    let (provider, operation) = text.split_once('.').unwrap_or((text, "*"));
    On::Requests { provider: provider.to_owned(), operation: (operation != "*").then(|| operation.to_owned()) }
}

/// Whether the effects are ones that such a rule can have, and go together.
fn fitting(check: &mut Check<'_>, then: &Node, on: &On, contract: Option<&'static Contract>) {
    if let What::Map(members) = &then.what
        && members.is_empty()
    {
        check.wrong(&then.at, "a rule that does nothing: `then` names at least one effect");
    }
    for (key, it) in then.members() {
        let is_request = ON_REQUESTS.contains(&key.name.as_str());
        let misplaced = match on {
            _ if THEN.row(&key.name).is_none() => None,
            On::Webhooks { .. } if is_request => Some("an effect on requests, and this rule is on webhooks"),
            On::Requests { .. } if !is_request => Some("an effect on webhooks, and this rule is on requests"),
            On::Header if !is_request => Some("an effect on webhooks, and Playmoney-Fault asks for effects on requests"),
            On::Webhooks { .. } | On::Requests { .. } | On::Header => None,
        };
        if let Some(why) = misplaced {
            check.wrong(&key.at, format!("`{}` is {why}", key.name));
        }
        if let (Some(contract), true) = (contract, is_request) {
            possible(check, contract, key, it);
            if let On::Requests { operation: Some(operation), .. } = on {
                born(check, contract, operation, key);
            }
        }
        if key.name == "headers" {
            headers(check, it);
        }
    }
    for group in [ON_BYTES, FATES] {
        let found: Vec<&str> = group.iter().copied().filter(|it| then.get(it).is_some()).collect();
        if let [first, .., last] = found[..] {
            exclude(check, then, first, last, &format!("`{first}` and `{last}` exclude each other"));
        }
    }
    if let (Some(_), Some(own)) = (then.get("error"), ANSWERS[1..].iter().find(|it| then.get(it).is_some())) {
        exclude(check, then, "error", own, &format!("`error` brings its own status and body: leave `{own}` out, or `error`"));
    }
    let answer = ANSWERS.iter().find(|it| then.get(it).is_some());
    if let (Some(answer), Some(fate)) = (answer, FATES.iter().find(|it| then.get(it).is_some())) {
        exclude(check, then, answer, fate, &format!("`{fate}` needs an object, and a call that the rule answers makes none"));
    }
    if let Some(spread) = then.get("latency").filter(|it| matches!(it.what, What::Map(_))) {
        let kinds = ["fixed", "uniform", "lognormal"].iter().filter(|it| spread.get(it).is_some()).count();
        let pair = spread.get("uniform").map_or(&[][..], Node::items);
        let in_order = pair.iter().filter_map(duration).collect::<Vec<_>>();
        if kinds != 1 {
            check.wrong(&spread.at, "a latency is one of fixed, uniform and lognormal");
        } else if spread.get("uniform").is_some() && !matches!(in_order[..], [from, to] if from <= to) {
            check.wrong(&spread.at, "`uniform` is a list of two spans, the shorter first: [100ms, 2s]");
        }
    }
}

fn headers(check: &mut Check<'_>, node: &Node) {
    for (key, it) in node.members() {
        let good = key.name.parse::<HeaderName>().is_ok() && it.plain().is_some_and(|it| HeaderValue::from_str(it).is_ok());
        if !good {
            no_header(check, key);
        }
    }
}

/// A pair that is no header.
pub fn no_header(check: &mut Check<'_>, key: &Key) {
    if key.name.parse::<HeaderName>().is_ok() {
        check.wrong(&key.at, format!("the header `{}` has a value of one line", key.name));
    } else {
        let mistake = Mistake::at(key.at.clone(), format!("`{}` is no name of a header", shown(&key.name)));
        check.mistakes.push(mistake.help("it has letters, digits and -, as Retry-After"));
    }
}

/// Two members that cannot stand beside each other: the mistake is at the later one.
pub fn exclude(check: &mut Check<'_>, node: &Node, one: &str, other: &str, why: &str) {
    let (one, other) = (node.place_of(one), node.place_of(other));
    let (first, last) = if one.start < other.start { (one, other) } else { (other, one) };
    check.mistakes.push(Mistake::at(last, why).also(first, "the other one"));
}

/// Whether the provider knows what the effect is about.
fn possible(check: &mut Check<'_>, contract: &'static Contract, key: &Key, node: &Node) {
    let (name, at) = (key.name.as_str(), key.at.clone());
    let acts = contract.actions;
    let has = |act: &str| acts.iter().any(|it| it.name == act);
    let impossible = match name {
        "error" => {
            let asked = node.plain().unwrap_or("");
            if contract.error(asked).is_none() {
                let names = contract.errors.iter().map(|it| it.name);
                check.unknown(&node.at, format!("{} documents no error `{}`", contract.name, shown(asked)), asked, names);
            }
            false
        }
        "lifecycle" => {
            for it in node.items().iter().filter_map(|it| it.get("to")) {
                let to = it.plain().unwrap_or("");
                if leading_to(contract, None, None, to).is_none() {
                    let known = reachable(contract);
                    check.unknown(
                        &it.at,
                        format!("no action of {} leads to the status `{}`", contract.name, shown(to)),
                        to,
                        known.iter().copied(),
                    );
                }
            }
            false
        }
        "underpaid" => !acts.iter().any(|it| it.name == "pay" && it.parameters.iter().any(|it| it.name == "amount")),
        "late_payment" => paying(contract).is_none(),
        "reorg" => !has("reorg"),
        "payout_returned" => leading_to(contract, None, None, "failed").is_none_or(|it| it.1.is_none()),
        _ => false,
    };
    if impossible {
        check.wrong(&at, format!("{} has nothing that `{name}` could happen to", contract.name));
    }
}

/// Whether the call makes an object, when the effect is about the life of one.
fn born(check: &mut Check<'_>, contract: &'static Contract, operation: &str, key: &Key) {
    if !FATES.contains(&key.name.as_str()) || contract.operation(operation).is_none() {
        return;
    }
    let makers = makers(contract);
    if !makers.contains(&operation) {
        let why = format!("`{}` needs an object, and {}.{operation} makes none", key.name, contract.slug);
        check.mistakes.push(Mistake::at(key.at.clone(), why).help(format!("what makes one: {}", makers.join(", "))));
    }
}

fn duration(node: &Node) -> Option<Duration> {
    node.plain().and_then(|it| parse_duration(it).ok())
}

fn decimal(node: &Node) -> Decimal {
    node.plain().and_then(money::parse).unwrap_or_default()
}

fn when(node: &Node) -> When {
    let matcher = |name: &str| node.get(name).and_then(|it| Matcher::read(it).ok());
    let count = |name: &str| node.get(name).and_then(Node::plain).and_then(|it| it.parse().ok());
    let until = node.get("until").and_then(Node::plain);
    let until = until.and_then(|it| parse_timestamp(it).map(Until::Moment).or_else(|_| parse_duration(it).map(Until::Age)).ok());
    When {
        body: matcher("body"),
        headers: matcher("headers"),
        query: matcher("query"),
        event: matcher("event"),
        account: node.get("account").and_then(|it| Matcher::of_name(it).ok()),
        after: count("after").unwrap_or(0),
        times: count("times"),
        until,
        probability: node.get("probability").map(decimal),
    }
}

fn effects(node: &Node) -> Effects {
    let text = |name: &str| node.get(name).and_then(Node::plain);
    let is_true = |name: &str| node.get(name).is_some_and(|it| it.what == What::Flag(true));
    let span = |name: &str| node.get(name).and_then(duration);
    let spoil = WebhookFault {
        duplicate: text("duplicate").and_then(|it| it.parse().ok()).unwrap_or(0),
        drop: is_true("drop"),
        delay: span("delay"),
        reorder: is_true("reorder"),
        tamper: node.get("tamper").map_or(Vec::new(), |it| it.members().iter().map(|(key, it)| (key.name.clone(), it.to_json())).collect()),
        bad_signature: is_true("bad_signature"),
        stale: span("stale_timestamp"),
    };
    Effects {
        answer: answer(node),
        latency: node.get("latency").map(latency),
        transport: transport(node),
        course: node.get("lifecycle").map_or(Vec::new(), course),
        business: business(node),
        spoil: (spoil != WebhookFault::default()).then_some(spoil),
    }
}

fn answer(node: &Node) -> Option<Override> {
    if let Some(error) = node.get("error").and_then(Node::plain) {
        return Some(Override::Error(error.to_owned()));
    }
    let status = node.get("status").and_then(Node::plain).and_then(|it| it.parse().ok());
    let pairs = node.get("headers").map_or(&[][..], Node::members).iter();
    let headers: Vec<_> = pairs.map(|(key, it)| (key.name.clone(), it.plain().unwrap_or("").to_owned())).collect();
    let body = node.get("body").map(|it| if let What::Text(text) = &it.what { text.clone() } else { it.to_json() });
    (status.is_some() || body.is_some() || !headers.is_empty()).then_some(Override::Own { status, headers, body })
}

fn latency(node: &Node) -> Latency {
    let real = node.get("clock").and_then(Node::plain) == Some("real");
    let span = |it: Option<&Node>| it.and_then(duration).unwrap_or_default();
    let spread = if let Some(pair) = node.get("uniform").map(Node::items) {
        Spread::Uniform(span(pair.first()), span(pair.get(1)))
    } else if let Some(it) = node.get("lognormal") {
        Spread::Lognormal { median: span(it.get("median")), sigma: it.get("sigma").map(decimal).unwrap_or_default() }
    } else {
        Spread::Fixed(span(node.get("fixed").or(Some(node))))
    };
    Latency { spread, real }
}

fn transport(node: &Node) -> Option<Transport> {
    if let Some(it) = node.get("truncate_body_at_fraction") {
        return Some(Transport::TruncateBodyAtFraction(decimal(it)));
    }
    if let Some(it) = node.get("dribble") {
        let chunks = it.get("chunks").and_then(Node::plain).and_then(|it| it.parse().ok()).unwrap_or(1);
        return Some(Transport::Dribble { chunks, over: it.get("over").and_then(duration).unwrap_or_default() });
    }
    TRANSPORTS.iter().find(|it| node.get(it.0).is_some()).map(|it| it.1.clone())
}

fn course(node: &Node) -> Vec<LifecycleStep> {
    let one = |it: &Node| LifecycleStep {
        after: it.get("after").and_then(duration).unwrap_or_default(),
        to: it.get("to").and_then(Node::plain).unwrap_or("").to_owned(),
    };
    node.items().iter().map(one).collect()
}

fn business(node: &Node) -> Option<Business> {
    if let Some(it) = node.get("underpaid") {
        let after = it.get("after").and_then(duration).unwrap_or(PROMPTLY);
        return Some(Business::Underpaid { share: decimal(it.get("share").unwrap_or(it)), after });
    }
    if let Some(it) = node.get("late_payment") {
        return duration(it).map(|after| Business::LatePayment { after });
    }
    if let Some(it) = node.get("reorg") {
        let depth = it.get("depth").unwrap_or(it).plain().and_then(|it| it.parse().ok()).unwrap_or(1);
        return Some(Business::Reorg { depth, after: it.get("after").and_then(duration).unwrap_or(SOME_BLOCKS) });
    }
    node.get("payout_returned").and_then(duration).map(|after| Business::PayoutReturned { after })
}

/// The effect that a request asks for by name: one of the transport.
///
/// # Errors
/// The nearest of the names that there are.
pub fn transport_named(name: &str) -> Result<Transport, Option<&'static str>> {
    let names = || TRANSPORTS.iter().map(|it| it.0);
    TRANSPORTS.iter().find(|it| it.0 == name).map(|it| it.1.clone()).ok_or_else(|| nearest(name, names()))
}
