//! Bodies of any content: nothing of them that tells of a person or a key is left.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::*;
use crate::cli::import::script::BEGINNING;
use crate::engine::tables::{Contract, EventRow};
use crate::kit::time::Timestamp;
use crate::providers;

/// The log begins on 2025-03-07.
fn shift() -> Duration {
    BEGINNING.duration_since(Timestamp::constant(1_741_342_272, 0))
}

fn contracts() -> Vec<&'static Contract> {
    providers::all().iter().map(|it| it.contract()).collect()
}

/// Names of members: of programs, with and without words about money, people and dates.
const NAMES: &[&str] = &[
    "fee_recipient",
    "webhook_token",
    "price_contact",
    "balance_account",
    "net_account",
    "available_to",
    "rate_user",
    "confirmations_code",
    "limit_user",
    "account_page",
    "count_of_person",
    "cost_center",
    "total_phone",
    "phone_total",
    "amount_holder_id",
    "customer",
    "account",
    "iban_num",
    "born",
    "birthday",
    "tel",
    "user",
    "ref",
    "value",
    "order",
    "order_id",
    "height",
    "per",
    "page",
    "webhook",
    "currency",
    "symbol",
    "country",
    "lang",
    "note",
    "created_at",
    "timestamp",
    "date",
    "paid_on",
    "created",
    "id",
    "name",
    "plan",
    "quantity",
    "limit",
    "total",
    "subtotal",
    "tax",
    "price",
];

/// Names whose short numbers may stay, because their last word says money or things.
fn counts(name: &str) -> bool {
    ["quantity", "limit", "total", "subtotal", "tax", "price", "page", "per", "webhook"].contains(&name)
}

/// A number of JSON as it is written.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|it| it.to_string()),
        any::<u64>().prop_map(|it| it.to_string()),
        (10_000_000_u32..99_999_999).prop_map(|it| it.to_string()),
        "(19[0-9]{2}|20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9])",
        "-[1-9][0-9]{5,14}",
        "[1-9][0-9]{17,24}",
        "[1-9]\\.[0-9]{6,14}e[1-9]",
        "[1-9]\\.[0-9]{6,14}e2[0-9]",
        "[1-9][0-9]{6,9}\\.[0-9]{1,2}",
        "49[0-9]{9,11}",
    ]
}

/// A text of a person, a key or a number.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        number(),
        "[A-Z][a-z]{3,8}(-| )[A-Z][a-z]{3,8}",
        "[a-z]{4,12}",
        "[A-Z]{5,10}",
        "[a-z]{3,8}\\.[a-z]{4,8}@[a-z]{4,8}\\.(com|ru|de)",
        "\\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{6,7}",
        "[A-Z]{2}[0-9]{2} [0-9]{4} [0-9]{4} [0-9]{4}",
        "[A-Z]{2}[0-9]{18,20}",
        "4[0-9]{15}",
        "5[1-5][0-9]{2} [0-9]{4} [0-9]{4} [0-9]{4}",
        "sk_live_[0-9a-zA-Z]{12,24}",
        "https://[a-z]{5,9}\\.(com|de)/[a-z]{4,9}\\?token=[0-9a-f]{8,16}",
        "eyJ[A-Za-z0-9]{10,20}\\.[A-Za-z0-9]{10,20}",
        "[a-zA-Z]{4,8}[0-9]{4,9}",
    ]
}

/// A leaf of a body, as JSON.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        number(),
        words().prop_map(|it| json!(it).to_string()),
        words().prop_map(|it| json!(json!({"inner": it}).to_string()).to_string()),
        vec(words().prop_map(|it| json!(it).to_string()), 1..3).prop_map(|it| format!("[{}]", it.join(","))),
    ]
}

fn body() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    vec((prop::sample::select(NAMES), leaf()), 1..12)
}

/// Runs of characters of one kind, and the whole texts that tell of a person by their signs.
fn pieces(text: &str) -> Vec<String> {
    let run = |is: fn(char) -> bool, least: usize| {
        text.split(move |it| !is(it)).filter(move |it| least <= it.chars().count()).map(str::to_lowercase)
    };
    let digits = run(|it| it.is_ascii_digit(), 6).chain(run(|it| it.is_ascii_digit() || it == ' ', 12));
    let whole = text.split(['"', '\\', ',', '[', ']', '{', '}']).filter(|it| it.contains('@') || it.contains("://")).map(str::to_lowercase);
    digits.chain(run(char::is_alphabetic, 5)).chain(whole).collect()
}

/// All words that a contract writes itself, and those of the replacements.
fn vocabulary(contract: &'static Contract) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = crate::cli::import::words::harmless(contract).into_iter().map(str::to_lowercase).collect();
    all.extend(contract.events.iter().flat_map(EventRow::fields).flat_map(|it| of_name(it.name)));
    all.extend(["https", "shop", "example", "user", "inner", "inbox", "true", "false", "null"].map(str::to_owned));
    all
}

#[test]
fn nothing_of_a_body_is_left() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::with_cases(500) }, rng);
    let contracts = contracts();
    let strategy = (body(), 0..contracts.len());
    let held = runner.run(&strategy, |(members, nth)| {
        let contract = contracts[nth];
        let known = vocabulary(contract);
        let mut disguise = Disguise::new(contract, shift(), &[]);
        for (name, leaf) in members {
            let own: Json = serde_json::from_str(&leaf).expect("JSON");
            let Json::Object(other) = disguise.body(&json!({name: own})) else { panic!("an object") };
            let other = &other[name];
            prop_assert_eq!(own.is_number(), other.is_number(), "{} {} {}", name, own, other);
            if let (Some(own), Some(other)) = (own.as_str(), other.as_str())
                && !own.contains(['@', '{'])
                && !own.contains("://")
            {
                prop_assert_eq!(own.chars().count(), other.chars().count(), "{} {}", own, other);
            }
            // Amounts of the contract itself may be long.
            if Allowed::of(contract).number(name, "123456789012") {
                continue;
            }
            let may_count = |piece: &str| counts(name) && piece.len() <= 10 && piece.bytes().all(|it| it.is_ascii_digit());
            let (before, after) = (own.to_string(), other.to_string().to_lowercase());
            for piece in pieces(&before).into_iter().filter(|it| !known.contains(it) && !may_count(it)) {
                prop_assert!(!after.contains(&piece), "{}: {} stands in {} of {}", contract.slug, piece, after, name);
            }
        }
        Ok(())
    });
    held.unwrap_or_else(|why| panic!("{why}"));
}

/// The value of a member, disguised for a contract.
fn disguised(slug: &str, name: &str, value: Json) -> Json {
    let contract = contracts().into_iter().find(|it| it.slug == slug).expect("a provider");
    Disguise::new(contract, shift(), &[]).body(&json!({name: value}))[name].clone()
}

#[test]
fn numbers_of_people_are_replaced_whatever_their_form() {
    for digits in 10_000_000_u64..10_000_600 {
        let day = json!(digits + 9_840_000);
        assert_ne!(disguised("quoine", "born", day.clone()), day);
        assert_ne!(disguised("quoine", "customer", day.clone()), day);
    }
    for negative in -40..-1 {
        assert_ne!(disguised("quoine", "ref", json!(negative)), json!(negative));
    }
    let order = disguised("quantapay", "order_id", json!("20250307"));
    let order = order.as_str().expect("a text");
    assert!(order.len() == 8 && order != "20250307" && order.bytes().all(|it| it.is_ascii_digit()), "{order}");
    for (name, number) in [("account", "40817810099910004312"), ("v", "7.9161234567e22"), ("n", "7916123456789012345678")] {
        let own: Json = serde_json::from_str(number).expect("JSON");
        let other = disguised("quoine", name, own.clone());
        assert!(other.is_number(), "{other}");
        assert!(pieces(&own.to_string()).iter().all(|it| !other.to_string().contains(it.as_str())), "{own} {other}");
    }
}

/// What a custom member of that name keeps.
const STAY: &[(&str, &str)] = &[
    ("total", r#""42.10""#),
    ("subtotal", "9.99"),
    ("sum", r#""42.11""#),
    ("tax", r#""1.23""#),
    ("discount", r#""5.00""#),
    ("shipping", "4.5"),
    ("qty", "3"),
    ("quantity", "12"),
    ("price", "150000"),
    ("country", r#""DE""#),
    ("country_code", r#""gb""#),
    ("locale", r#""de_DE""#),
    ("currency", r#""CHF""#),
    ("pair", r#""ETH-USDT""#),
    ("active", r#""true""#),
    ("flag", r#""yes""#),
    ("lines", "0"),
    ("stars", r#""****""#),
    ("fee_amount", r#""12345678901.25""#),
    ("btc_price", "1e-7"),
];

/// What no name makes harmless.
const GIVE_WAY: &[(&str, &str)] = &[
    ("fee_recipient", r#""79161234568""#),
    ("price_contact", "79161234567"),
    ("balance_account", "123456789012"),
    ("total", "79161234567"),
    ("net_account", r#""40817810099910""#),
    ("available_to", r#""4917012345678""#),
    ("rate_user", r#""490123456789""#),
    ("webhook_token", r#""918273645""#),
    ("confirmations_code", r#""482913""#),
    ("cost_center", r#""1000777""#),
    ("per", r#""90210""#),
    ("height", "187"),
    ("count_of_person", "12"),
    ("limit_user", r#""12""#),
    ("account_page", r#""123456789""#),
    ("currency", r#""ANNLEE""#),
    ("currencyCode", r#""LEE""#),
    ("symbol", r#""ANN-LEE""#),
    ("cryptocurrency", r#""JOHN/SMITH""#),
    ("country", r#""Germany""#),
    ("blockchain", r#""anna""#),
    ("bday", r#""1984-05-06""#),
    ("member_since", r#""1984-05-06""#),
    ("created", "452649600"),
    ("total", "7.9161234567e22"),
];

#[test]
fn what_counts_stays_and_what_tells_of_people_gives_way() {
    for (name, text) in STAY {
        let own: Json = serde_json::from_str(text).expect("JSON");
        assert_eq!(disguised("quoine", name, own.clone()), own, "{name}");
    }
    for (name, text) in GIVE_WAY {
        let own: Json = serde_json::from_str(text).expect("JSON");
        assert_ne!(disguised("quoine", name, own.clone()), own, "{name}");
    }
}

/// Ids are told apart, also those of one digit: none becomes another one, and none stays.
#[test]
fn small_ids_are_told_apart() {
    let contract = contracts().into_iter().find(|it| it.slug == "quantapay").expect("a provider");
    let mut disguise = Disguise::new(contract, shift(), &[]);
    let mut seen = BTreeSet::new();
    for id in 0..20 {
        assert!(disguised("quoine", "id", json!(id)).as_u64().is_some_and(|it| it != id), "{id}");
    }
    for id in 0..60 {
        let own = disguise.body(&json!({"transaction": {"id": id.to_string()}, "response": [id.to_string()], "n": {"id": id}}));
        let text = own["transaction"]["id"].as_str().expect("a text");
        assert_eq!((own["response"][0].as_str(), own["n"]["id"].to_string().as_str()), (Some(text), text));
        assert!(text != id.to_string() && seen.insert(text.to_owned()), "{id} {text}");
    }
}

#[test]
fn dates_of_the_log_move_in_their_own_form() {
    let cases = [
        ("when", json!("2025-03-07T10:11:12Z"), json!("2026-01-01T00:00:00Z")),
        ("when", json!("2025-03-07T10:11:13"), json!("2026-01-01T00:00:01")),
        ("when", json!("2025-03-07 10:11:14.5"), json!("2026-01-01 00:00:02.5")),
        ("when", json!("Fri, 07 Mar 2025 10:11:12 GMT"), json!("Thu, 01 Jan 2026 00:00:00 GMT")),
        ("created", json!(1_741_342_272), json!(1_767_225_600)),
        ("created_at", json!(1_741_342_272), json!(1_767_225_600)),
        ("ts", json!("1741342273"), json!("1767225601")),
        ("timestamp", json!(1_741_342_272_345_u64), json!(1_767_225_600_345_u64)),
        ("time", json!("1741342272.345"), json!("1767225600.345")),
    ];
    for (name, own, moved) in cases {
        assert_eq!(disguised("quoine", name, own.clone()), moved, "{name} {own}");
    }
}

#[test]
fn what_the_user_names_stays() {
    let contract = contracts().into_iter().find(|it| it.slug == "quoine").expect("a provider");
    let mut disguise = Disguise::new(contract, shift(), &["plan".to_owned(), "callback".to_owned(), "sku".to_owned()]);
    let body = json!({"plan": {"id": "premium ${x}", "n": 20_250_307}, "callback": "https://shop.test/hook", "other": "premium"});
    let own = disguise.body(&body);
    assert_eq!(own["plan"], json!({"id": "premium $${x}", "n": 20_250_307}));
    assert_eq!(own["callback"], disguise.inbox.as_str());
    assert_ne!(own["other"], "premium");
    assert_eq!(disguise.kept().iter().map(|it| *it.1).collect::<Vec<_>>(), [1, 1, 0]);
}
