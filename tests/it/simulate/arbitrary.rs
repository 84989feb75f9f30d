//! Random tapes: calls, actions, time, receivers that fail.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

const NUMBERS: &[&str] = &["A", "B", "C", "D", "ЗАКАЗ/1"];
/// Durations that end on due instants, beside them, and anywhere.
const SPANS_MS: &[u64] =
    &[0, 1, 999, 1_000, 5_000, 10_000, 15_000, 30_000, 45_000, 60_000, 105_000, 599_999, 600_000, 3_600_000, 25_000_000];

fn number() -> impl Strategy<Value = &'static str> {
    select(NUMBERS)
}

fn call() -> impl Strategy<Value = String> {
    let create = (number(), select(&["", r#""type":"sbp","#, r#""sessionTimeoutSecs":45,"#][..])).prop_map(|(number, more)| {
        format!(r#"POST /quantum-payouts/api/v1/createPayout {{"orderNumber":"{number}",{more}"amount":1500,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#)
    });
    let perform = (number(), 1..4_u32).prop_map(|(number, amount)| {
        format!(r#"POST /quantum-payouts/api/v1/performPayout {{"orderNumber":"{number}","amount":{amount},"description":"d","target":{{"pan":"4111111111111111"}}}}"#)
    });
    let status = number().prop_map(|number| format!(r#"POST /quantum-payouts/api/v1/getPayoutStatus {{"orderNumber":"{number}"}}"#));
    prop_oneof![4 => create, 4 => perform, 2 => status, 1 => Just("GET /quantum-payouts/api/v1/features".to_owned())]
}

fn act() -> impl Strategy<Value = String> {
    let card = number().prop_map(|it| format!("act quantum-payouts.submit-details orderNumber={it} pan=4111111111111111"));
    let phone =
        number().prop_map(|it| format!("act quantum-payouts.submit-details orderNumber={it} phone=+79991234567 bank_id=4 full_name=Ivan"));
    let outcomes = select(&["processing", "success", "failed", "cancelled"][..]);
    let settle = (number(), outcomes).prop_map(|(it, outcome)| format!("act quantum-payouts.settle orderNumber={it} outcome={outcome}"));
    let manual = Just("act quantum-payouts.manual-payout amount=5 pan=4111111111111111".to_owned());
    prop_oneof![3 => card, 1 => phone, 3 => settle, 1 => manual]
}

fn advance() -> impl Strategy<Value = String> {
    let span = prop_oneof![3 => select(SPANS_MS), 2 => 0..100_000_u64];
    prop_oneof![6 => span.prop_map(|it| format!("advance {it}ms")), 1 => select(&["advance until next", "advance until delivery", "advance until idle"][..]).prop_map(str::to_owned)]
}

fn receivers() -> impl Strategy<Value = String> {
    let answer = select(&["200", "204", "500", "500", "301", "401", "timeout", "reset", "refused"][..]);
    let merchant = vec(answer, 1..6).prop_map(|it| format!("merchant {}", it.join(" ")));
    let step = select(
        &[
            "200",
            "500",
            "\"timeout\"",
            "\"reset\"",
            r#"{"status":200,"delay":"9s"}"#,
            r#"{"status":503,"delay":"2500ms"}"#,
            r#"{"delay":"11s"}"#,
        ][..],
    );
    let script = vec(step, 1..6).prop_map(|it| format!("control PUT inbox/shop/script {{\"respond\":[{}]}}", it.join(",")));
    let target =
        select(&["http://shop.test/hooks", "http://shop.inbox.playmoney.test/"][..]).prop_map(|it| format!("set webhook_url={it}"));
    prop_oneof![3 => merchant, 2 => script, 2 => target]
}

fn line() -> impl Strategy<Value = String> {
    let resend = (1..12_u64).prop_map(|it| format!("control POST deliveries/dlv-{it}/resend"));
    let pace = select(&["set pace=manual", "set pace=auto"][..]).prop_map(str::to_owned);
    prop_oneof![6 => call(), 4 => act(), 6 => advance(), 3 => receivers(), 1 => resend, 1 => pace]
}

/// A tape.
pub fn tape() -> impl Strategy<Value = Vec<String>> {
    vec(line(), 1..24)
}

/// A tape in which no two things are ever due at the same instant: every span is another number of milliseconds.
pub fn tape_without_ties() -> impl Strategy<Value = Vec<String>> {
    let span = (1..700_u64).prop_map(|it| format!("advance {}ms", it * 997));
    vec(
        prop_oneof![3 => (call(), (1..300_u64)).prop_map(|(call, ms)| format!("{call}\nadvance {}ms", ms * 13 + 1)), 2 => act(), 3 => span, 2 => receivers()],
        1..16,
    )
}

/// A tape whose durations are cut in two at a fraction of each.
pub fn halved(tape: &[String], thousandths: u64) -> Vec<String> {
    let cut = |line: &String| match line.strip_prefix("advance ").and_then(|it| it.strip_suffix("ms")) {
        Some(span) => {
            let whole: u64 = span.parse().expect("a span");
            // Whole spans of the list that lie inside are due instants; any other fraction lies beside them.
            let inside =
                SPANS_MS.iter().copied().filter(|it| *it < whole).nth(usize::try_from(thousandths).expect("small") % SPANS_MS.len());
            let first = inside.unwrap_or(whole * thousandths / 1000);
            vec![format!("advance {first}ms"), format!("advance {}ms", whole - first)]
        }
        None => vec![line.clone()],
    };
    tape.iter().flat_map(cut).collect()
}
