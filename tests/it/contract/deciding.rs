//! Every decision is named where it is taken, or stands here with the reason why no code takes it.

use playmoney::inside::providers;

/// Decisions that no code names.
#[rustfmt::skip]
const UNNAMED: &[(&str, &str, &str)] = &[
    ("quantum-payouts", "two-order-ids", "the rows of the answers say it"),
    ("quantum-payouts", "link-not-opened", "the row of the status table says it"),
    ("quantum-payouts", "bank-outcomes", "the rows of the status table say it"),
    ("quantum-payouts", "sample-signature", "a sample: nothing happens"),
    ("quantum-payouts", "retries-end", "nothing is sent then"),
    ("quantum-payouts", "receiver-never-accepts", "after the last attempt nothing happens"),
    ("quantum-payouts", "calls-above-limit", "the row of the limit and of its refusal say it"),
    ("quantum-payouts", "repeated-reads", "violations say it, answers do not change"),
    ("quantum-payouts", "order-of-checks", "it needs a request with two mistakes; what is refused first has a row of its own"),
    ("quantum-payouts", "repeated-members", "a reader of JSON does not see what a later member has replaced"),
    ("quoine", "empty-md5-slot", "the signature says it"),
    ("quoine", "signed-path", "the signature says it"),
    ("quoine", "invalid-shown", "the row of the status table says it"),
    ("quoine", "order-of-checks", "it needs a request with two mistakes; what is refused first has a row of its own"),
    ("quoine", "nonce-of-a-refusal", "it needs two requests; the second one is served"),
    ("quoine", "retries-end", "nothing is sent then"),
    ("quoine", "same-invoice-twice", "each call makes an invoice; nothing tells that two are meant to be one"),
    ("quoine", "accepted-callback", "outcomes are judged by the engine; the rows of schedule and time limit say it"),
    ("quoine", "repeated-members", "a reader of JSON does not see what a later member has replaced"),
    ("quoine", "repeated-reads", "violations say it, answers do not change"),
    ("quantapay", "timestamp-field", "a broken sign in a sample: the field's row says it"),
    ("quantapay", "media-type", "every answer has it, so every answer would be assumed"),
    ("quantapay", "function-names", "the rows of the operations say it"),
    ("quantapay", "order-of-checks", "it needs a request with two mistakes; what is refused first has a row of its own"),
    ("quantapay", "expired-before-wrong", "an expired signature is not looked at"),
    ("quantapay", "refund-and-cancel", "no page lists such a function, and an unknown one has a refusal of its own"),
    ("quantapay", "same-checkout-twice", "each call makes a session; nothing tells that two are meant to be one"),
    ("quantapay", "repeated-reads", "violations say it, answers do not change"),
    ("qbitpay", "destination-keys", "the rows of the parameters say it"),
    ("qbitpay", "webhook-retries", "the rows of the attempts say it"),
    ("qbitpay", "printed-digests", "a sample: nothing happens"),
    ("qbitpay", "in-transit-words", "the rows of the status and of the event say it"),
    ("qbitpay", "coin-delivery", "the rows of the status table say it"),
    ("qbitpay", "orders-and-charges", "the rows of the calls say it"),
    ("qbitpay", "cursor-names", "the rows of the parameters say it"),
    ("qbitpay", "payout-pace", "the rows of the status table say it"),
    ("qbitpay", "no-such-calls", "a path that does not exist is refused as any other"),
    ("qbitpay", "slow-receiver", "the row of the time limit says it"),
    ("qbitpay", "event-order", "it needs two events, and no answer shows it"),
    ("qbitpay", "balance-currency", "the row of the parameter says it"),
    ("qbitpay", "number-precision", "a reader of numbers does not see how they were written"),
    ("qbitpay", "frequent-reads", "violations say it, answers do not change"),
    ("qbitpay", "removed-url", "nothing is sent then"),
    ("cryptopay", "bearer-kinds", "each call has a bearer, and both kinds are documented"),
    ("cryptopay", "nonce-scope", "two merchants with one nonce: neither sees the other"),
    ("cryptopay", "client-libraries", "nothing happens"),
    ("cryptopay", "reset-header", "the row of the header says it"),
    ("cryptopay", "chain-names", "the row of the parameter says it"),
    ("cryptopay", "chain-tokens", "the row of the parameter says it"),
    ("cryptopay", "secret-rotation", "the row of the action says it"),
    ("cryptopay", "accepting-answers", "the row of the time limit says it"),
    ("cryptopay", "plain-passwords", "no answer shows how a password is kept"),
    ("cryptopay", "same-call-twice", "the second call is as good as the first"),
    ("cryptopay", "frequent-reads", "violations say it, answers do not change"),
    ("cryptopay", "starting-wallets", "they are made before the first request"),
    ("cryptopay", "removed-url", "nothing is sent then"),
];

#[test]
fn every_decision_is_named_by_code_or_says_why_not() {
    let mut wrong = Vec::new();
    for contract in providers::all().iter().map(|it| it.contract()) {
        let (slug, folder) = (contract.slug, contract.slug.replace('-', "_"));
        let sources: Vec<String> = crate::tidy::paths(&crate::tidy::root().join("src/providers").join(folder))
            .into_iter()
            .filter(|it| it.extension() == Some("rs".as_ref()))
            .map(|it| std::fs::read_to_string(it).expect("text"))
            .collect();
        let own = sources.iter().find(|it| it.contains("pub const DECISIONS:")).expect("a table");
        for decision in contract.decisions {
            let end = format!(": Row = decision(DECISIONS, \"{}\");", decision.name);
            let constant = own.lines().find_map(|it| it.strip_prefix("pub const ")?.strip_suffix(end.as_str()));
            let is_named = constant.is_some_and(|name| sources.iter().any(|it| !std::ptr::eq(it, own) && uses(it, name)));
            let reason = UNNAMED.iter().find(|it| (it.0, it.1) == (slug, decision.name));
            if is_named == reason.is_some() {
                wrong.push(format!("{slug}.decisions.{}: {}", decision.name, if is_named { "it is named" } else { "it is not named" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a file uses a constant: beyond importing it.
fn uses(text: &str, constant: &str) -> bool {
    let words = text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '_'));
    2 <= words.filter(|it| *it == constant).count() || text.contains(&format!("(decisions::{constant})"))
}
