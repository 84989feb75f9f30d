//! Every decision is named where it is taken, or stands here with the reason why no code takes it.

use playmoney::inside::providers;

/// The providers, with the folder of each.
const FOLDERS: &[(&str, &str)] = &[("qbitpay", "qbitpay"), ("cryptopay", "cryptopay")];

/// Decisions that no code names.
#[rustfmt::skip]
const UNNAMED: &[(&str, &str, &str)] = &[
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
    for (slug, folder) in FOLDERS {
        let contract = providers::all().iter().map(|it| it.contract()).find(|it| it.slug == *slug).expect("a provider");
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
            let reason = UNNAMED.iter().find(|it| (it.0, it.1) == (*slug, decision.name));
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
    2 <= words.filter(|it| *it == constant).count() || text.contains(&format!("(contract::{constant})"))
}
