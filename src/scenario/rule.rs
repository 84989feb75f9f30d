//! Reads a rule from its node: what it is on, when it fires, what it does.

use rust_decimal::Decimal;

use super::check::Check;
use super::keys::THEN;
use super::mistakes::{Mistake, cut};
use super::reference::request;
use super::shape::Effect;
use super::yaml::{Key, Node, What};
use crate::engine::matching::Matcher;
use crate::engine::rules::effects::{FRAMING, TRANSPORTS};
use crate::engine::rules::{
    Business, Effects, Latency, LifecycleStep, On, Override, Patch, Rule, Spread, Transport, Until, WebhookFault, When,
};
use crate::engine::tables::Contract;
use crate::engine::tables::leading::{leading_to, makers, paying, reachable};
use crate::kit::http::{HeaderName, HeaderValue};
use crate::kit::money;
use crate::kit::time::{Duration, parse_duration, parse_timestamp};

mod requests;
mod webhooks;

/// Default: the customer pays this long after the call.
const PAYMENT_WAIT: Duration = Duration::from_secs(1);
/// Default: a reorganisation comes this long after the payment.
const REORG_WAIT: Duration = Duration::from_hours(1);

/// Reads a rule whose shape has been checked, and notes parts that exclude each other.
pub fn read(check: &mut Check<'_>, node: &Node) -> Rule {
    let node = &request::kept(node);
    let text = |name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
    let on = text("on").map_or(On::Header, |it| on(&it));
    let contract = match &on {
        On::Requests { provider, .. } | On::Webhooks { provider } => check.known.provider(provider),
        On::Header => None,
    };
    if let Some(then) = node.get("then") {
        check_effects(check, then, &on, contract);
    }
    match (&on, node.get("when").and_then(|it| it.get("event")), contract) {
        (On::Requests { provider, .. }, Some(_), _) => {
            let at = node.get("when").map_or(node.at.clone(), |it| it.place_of("event"));
            check
                .mistakes
                .push(Mistake::at(at, "a request has no event").help(format!("for a rule on webhooks write `on: {provider}:webhook`")));
        }
        (On::Webhooks { .. }, Some(event), Some(contract)) => check.events(event, contract),
        _ => {}
    }
    webhooks::check_conditions(check, node, &on);
    requests::check_values(check, node, &on);
    check_never(check, node.get("when"));
    if node.get("on").is_none() && node.get("when").is_some() {
        check.wrong(&node.place_of("when"), "a rule without `on` has no conditions: add `on`, or remove `when`");
    }
    if matches!(node.what, What::Map(_)) && node.get("on").is_none() && node.get("name").is_none() {
        let mistake = Mistake::at(node.at.clone(), "a rule without `on` needs a name, by which the header Playmoney-Fault asks for it");
        check.mistakes.push(mistake.help("add `on` or `name`"));
    }
    Rule {
        name: text("name").unwrap_or_default(),
        when: node.get("when").map(when).unwrap_or_default(),
        then: node.get("then").map(|it| effects(it, &on)).unwrap_or_default(),
        on,
        ttl: node.get("ttl").and_then(duration),
        written: node.to_json(),
    }
}

/// Warns of conditions that switch a rule off.
fn check_never(check: &mut Check<'_>, when: Option<&Node>) {
    for name in ["times", "probability"] {
        if let Some(it) = when.and_then(|it| it.get(name))
            && it.plain().and_then(money::parse).is_some_and(|it| it.is_zero())
        {
            check.mistakes.push(Mistake::at(it.at.clone(), format!("with `{name}: 0` this rule never fires")).warning());
        }
    }
}

fn on(text: &str) -> On {
    if let Some((provider, _)) = text.split_once(':') {
        return On::Webhooks { provider: provider.to_owned() };
    }
    let (provider, operation) = text.split_once('.').unwrap_or((text, "*"));
    On::Requests { provider: provider.to_owned(), operation: (operation != "*").then(|| operation.to_owned()) }
}

/// Notes effects that such a rule cannot have, and effects that exclude each other.
fn check_effects(check: &mut Check<'_>, then: &Node, on: &On, contract: Option<&'static Contract>) {
    if let What::Map(members) = &then.what
        && members.is_empty()
    {
        check.wrong(&then.at, "this rule does nothing: `then` needs at least one effect");
    }
    for (key, it) in then.members() {
        let Some(effect) = THEN.row(&key.name).and_then(|row| row.effect) else { continue };
        let misplaced = match (on, effect) {
            (On::Webhooks { .. }, Effect::Webhook) => None,
            (On::Webhooks { .. }, _) if webhooks::ALSO.contains(&key.name.as_str()) => None,
            (On::Webhooks { .. }, _) => Some("an effect on requests, and this rule is on webhooks"),
            (On::Requests { .. }, Effect::Webhook) => Some("an effect on webhooks, and this rule is on requests"),
            (On::Requests { .. } | On::Header, _) => None,
        };
        if let Some(why) = misplaced {
            let slug = contract.map_or("quoine", |it| it.slug);
            let help = if effect == Effect::Webhook {
                format!("for a rule on webhooks write `on: {slug}:webhook`")
            } else {
                format!("for a rule on calls write `on: {slug}.*`, or one operation")
            };
            check.mistakes.push(Mistake::at(key.at.clone(), format!("`{}` is {why}", key.name)).help(help));
        }
        if let Some(contract) = contract.filter(|_| effect != Effect::Webhook) {
            check_provider(check, contract, key, it);
            if let (On::Requests { operation: Some(operation), .. }, Effect::Fate) = (on, effect) {
                check_maker(check, contract, operation, key);
            }
        }
        if let Some(contract) = contract {
            check_reach(check, contract, key, it);
        }
        if key.name == "headers" {
            check_headers(check, it);
        }
    }
    check_together(check, then);
    if let (On::Header, [answer, ..], [webhook, ..]) = (on, &effects_on(then, Effect::Answer)[..], &effects_on(then, Effect::Webhook)[..]) {
        exclude(check, then, answer, webhook, &format!("`{webhook}` needs webhooks, and a call that the rule answers causes none"));
    }
    webhooks::check_effects(check, then);
    if let Some(latency) = then.get("latency").filter(|it| matches!(it.what, What::Map(_))) {
        check_latency(check, latency);
    }
}

/// The effects of a rule that act on the same, in the order of the grammar.
fn effects_on(then: &Node, effect: Effect) -> Vec<&'static str> {
    THEN.rows.iter().filter(|row| row.effect == Some(effect) && then.get(row.name).is_some()).map(|row| row.name).collect()
}

fn check_together(check: &mut Check<'_>, then: &Node) {
    let (answers, fates) = (effects_on(then, Effect::Answer), effects_on(then, Effect::Fate));
    for group in [&effects_on(then, Effect::Bytes), &fates] {
        if let [first, .., last] = group[..] {
            exclude(check, then, first, last, &format!("`{first}` and `{last}` exclude each other"));
        }
    }
    if let ["error", own, ..] = answers[..] {
        exclude(check, then, "error", own, &format!("`error` has its own status and body: remove `{own}` or `error`"));
    }
    if let ([answer, ..], [fate, ..]) = (&answers[..], &fates[..]) {
        exclude(check, then, answer, fate, &format!("`{fate}` needs an object, and a call that the rule answers creates none"));
    }
}

fn check_latency(check: &mut Check<'_>, latency: &Node) {
    let kinds = ["fixed", "uniform", "lognormal"].iter().filter(|it| latency.get(it).is_some()).count();
    let pair = latency.get("uniform").map_or(&[][..], Node::items);
    let in_order = pair.iter().filter_map(duration).collect::<Vec<_>>();
    if kinds != 1 {
        check.wrong(&latency.at, "a latency has exactly one of fixed, uniform and lognormal");
    } else if latency.get("uniform").is_some() && !matches!(in_order[..], [from, to] if from <= to) {
        check.wrong(&latency.at, "`uniform` is a list of two durations, the shorter first: [100ms, 2s]");
    }
}

fn check_headers(check: &mut Check<'_>, node: &Node) {
    for (key, it) in node.members() {
        let good = key.name.parse::<HeaderName>().is_ok() && it.plain().is_some_and(|it| HeaderValue::from_str(it).is_ok());
        if !good {
            note_header(check, key);
        } else if FRAMING.iter().any(|it| key.name.eq_ignore_ascii_case(it)) {
            let mistake = Mistake::at(key.at.clone(), format!("`{}` says how a message is framed, which the server does itself", key.name));
            check.mistakes.push(mistake.help("`truncate_body_at_fraction` announces a body and sends a part of it"));
        }
    }
}

/// Notes a pair that cannot be a header.
pub fn note_header(check: &mut Check<'_>, key: &Key) {
    if key.name.parse::<HeaderName>().is_ok() {
        check.wrong(&key.at, format!("the value of the header `{}` must be one line of text", key.name));
    } else {
        let mistake = Mistake::at(key.at.clone(), format!("`{}` is not the name of a header", cut(&key.name)));
        check.mistakes.push(mistake.help("use letters, digits and -, such as Retry-After"));
    }
}

/// Notes two members that exclude each other, at the later one.
pub fn exclude(check: &mut Check<'_>, node: &Node, one: &str, other: &str, why: &str) {
    let (one, other) = (node.place_of(one), node.place_of(other));
    let (first, last) = if one.start < other.start { (one, other) } else { (other, one) };
    check.mistakes.push(Mistake::at(last, why).also(first, "the other one"));
}

/// Notes an effect that the provider cannot have.
fn check_provider(check: &mut Check<'_>, contract: &'static Contract, key: &Key, node: &Node) {
    let (name, at) = (key.name.as_str(), key.at.clone());
    let actions = contract.actions;
    let impossible = match name {
        "error" => {
            let asked = node.plain().unwrap_or("");
            if contract.error(asked).is_none() {
                let names = contract.errors.iter().map(|it| it.name);
                check.note_unknown(&node.at, format!("{} documents no error `{}`", contract.name, cut(asked)), asked, names);
                if let (Some(it), Ok(_)) = (check.mistakes.last_mut(), asked.parse::<u16>()) {
                    let own = contract.errors.iter().find(|it| it.status.as_str() == asked);
                    let by_name = own.map_or(String::new(), |it| format!(", or by its name: `error: {}`", it.name));
                    it.help = Some(format!("an HTTP status is answered with `status: {asked}`{by_name}"));
                }
            }
            false
        }
        "lifecycle" => {
            for it in node.items().iter().filter_map(|it| it.get("to")) {
                let to = it.plain().unwrap_or("");
                if leading_to(contract, None, None, to).is_none() {
                    let known = reachable(contract);
                    check.note_unknown(
                        &it.at,
                        format!("no action of {} leads to the status `{}`", contract.name, cut(to)),
                        to,
                        known.iter().copied(),
                    );
                }
            }
            false
        }
        "underpaid" => !actions.iter().any(|action| action.name == "pay" && action.parameters.iter().any(|it| it.name == "amount")),
        "late_payment" => paying(contract).is_none(),
        "reorg" => !actions.iter().any(|it| it.name == "reorg"),
        "payout_returned" => leading_to(contract, None, None, "failed").is_none_or(|it| it.1.is_none()),
        _ => false,
    };
    if impossible {
        check.wrong(&at, format!("`{name}` is not possible with {}", contract.name));
    }
}

/// Warns of an effect that this provider never shows.
fn check_reach(check: &mut Check<'_>, contract: &'static Contract, key: &Key, node: &Node) {
    let what = match (key.name.as_str(), duration(node)) {
        ("late_payment", Some(after)) if paying(contract).is_some() && contract.reach.late_payment <= after => {
            format!("{} does not notice a payment that is this late: nothing comes of this rule", contract.name)
        }
        ("stale_timestamp", Some(_)) if !contract.reach.signs_dates => {
            format!("webhooks of {} have no signed date: nothing comes of this effect", contract.name)
        }
        _ => return,
    };
    let mut mistake = Mistake::at(key.at.clone(), what).warning();
    if key.name == "late_payment" {
        mistake = mistake.help(format!("to pay late without an effect, write the step `act: {}.pay`", contract.slug));
    }
    check.mistakes.push(mistake);
}

/// Notes a call that creates no object, when the effect needs one.
fn check_maker(check: &mut Check<'_>, contract: &'static Contract, operation: &str, key: &Key) {
    if contract.operation(operation).is_none() {
        return;
    }
    let makers = makers(contract);
    if !makers.contains(&operation) {
        let why = format!("`{}` needs an object, and {}.{operation} creates none", key.name, contract.slug);
        check.mistakes.push(Mistake::at(key.at.clone(), why).help(format!("calls that create one: {}", makers.join(", "))));
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
        attempt: matcher("attempt"),
        after: count("after").unwrap_or(0),
        times: count("times"),
        until,
        probability: node.get("probability").map(decimal),
    }
}

fn effects(node: &Node, on: &On) -> Effects {
    if matches!(on, On::Webhooks { .. }) {
        return Effects { fault: Some(webhooks::fault(node)), ..Effects::default() };
    }
    Effects {
        answer: answer(node),
        latency: node.get("latency").map(latency),
        transport: transport(node),
        course: node.get("lifecycle").map_or(Vec::new(), lifecycle),
        business: business(node),
        // What is an effect on both acts on the answer of the request that asks for the rule.
        fault: (!effects_on(node, Effect::Webhook).is_empty()).then(|| WebhookFault {
            patch: None,
            headers: Vec::new(),
            truncate: None,
            ..webhooks::fault(node)
        }),
        patch: node.get("patch").map(patch),
    }
}

fn answer(node: &Node) -> Option<Override> {
    if let Some(error) = node.get("error").and_then(Node::plain) {
        return Some(Override::Error(error.to_owned()));
    }
    let status = node.get("status").and_then(Node::plain).and_then(|it| it.parse().ok());
    let headers = headers(node);
    let body = node.get("body").map(|it| if let What::Text(text) = &it.what { text.clone() } else { it.to_json() });
    (status.is_some() || body.is_some() || !headers.is_empty()).then_some(Override::Own { status, headers, body })
}

fn headers(node: &Node) -> Vec<(String, String)> {
    let pairs = node.get("headers").map_or(&[][..], Node::members).iter();
    pairs.map(|(key, it)| (key.name.clone(), it.plain().unwrap_or("").to_owned())).collect()
}

/// The members of a mapping, each with its value as JSON.
fn values(node: Option<&Node>) -> Vec<(String, String)> {
    node.map_or(&[][..], Node::members).iter().map(|(key, it)| (key.name.clone(), it.to_json())).collect()
}

fn patch(node: &Node) -> Patch {
    let remove = node.get("remove").map_or(&[][..], Node::items).iter();
    Patch { set: values(node.get("set")), remove: remove.filter_map(Node::plain).map(str::to_owned).collect() }
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
    let (row, value) = TRANSPORTS.iter().find_map(|row| Some((row, node.get(row.word)?)))?;
    row.read(&|part| value.get(part).unwrap_or(value).plain())
}

fn lifecycle(node: &Node) -> Vec<LifecycleStep> {
    let one = |it: &Node| LifecycleStep {
        after: it.get("after").and_then(duration).unwrap_or_default(),
        to: it.get("to").and_then(Node::plain).unwrap_or("").to_owned(),
    };
    node.items().iter().map(one).collect()
}

fn business(node: &Node) -> Option<Business> {
    if let Some(it) = node.get("underpaid") {
        let after = it.get("after").and_then(duration).unwrap_or(PAYMENT_WAIT);
        return Some(Business::Underpaid { share: decimal(it.get("share").unwrap_or(it)), after });
    }
    if let Some(it) = node.get("late_payment") {
        return duration(it).map(|after| Business::LatePayment { after });
    }
    if let Some(it) = node.get("reorg") {
        let depth = it.get("depth").unwrap_or(it).plain().and_then(|it| it.parse().ok()).unwrap_or(1);
        return Some(Business::Reorg { depth, after: it.get("after").and_then(duration).unwrap_or(REORG_WAIT) });
    }
    node.get("payout_returned").and_then(duration).map(|after| Business::PayoutReturned { after })
}
