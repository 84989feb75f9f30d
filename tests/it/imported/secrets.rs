//! Nothing of the people and keys in a log stands in the scenario.

use serde_json::json;

use super::{folder, imported, run, text};

/// What is planted: keys, signatures, people, places, numbers. Nothing of it may come out.
const PLANTED: &[&str] = &[
    "sk_live_9f8e7d6c5b4a",
    "whsec_plantedsecret",
    "APIAuth 4711:c2lnbmF0dXJl",
    "c2lnbmF0dXJl",
    "Grace Hopper",
    "Hopper",
    "grace.hopper@navy.example",
    "navy.example",
    "+1 202 555 0188",
    "2025550188",
    "4929123456781237",
    "5500005555555559",
    "40817810099910004312",
    "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B",
    "ab5801a7d398351b8be11c439e05c5b3259aec9b",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "203.0.113.77",
    "2001:db8:85a3::8a2e:370:7334",
    "12 Elm Street",
    "Arlington",
    "ORDER-77-GH",
    "77-GH",
    "shop.hopper.example",
    "tok-planted-0001",
    "Tuesday's cake",
    "Хоппер",
    "hunter2-password",
    "1990-12-09",
];

/// Whether a text has something that was planted.
fn leaks(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    PLANTED.iter().copied().filter(|it| lower.contains(&it.to_lowercase())).collect()
}

/// Logs in all three forms, with everything planted wherever a line can hold it, by provider.
fn logs() -> impl Iterator<Item = (&'static str, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/planted");
    let read = move |slug: &'static str| {
        let path = folder.join(format!("{slug}.jsonl"));
        (slug, std::fs::read_to_string(path).expect("it is there"))
    };
    ["qbitpay", "quoine", "quantum-payouts", "cryptopay", "quantapay"].into_iter().map(read)
}

#[test]
fn what_was_planted_does_not_come_out() {
    let (mut planted, folder) = (Vec::new(), folder("secrets"));
    for (slug, log) in logs() {
        planted.extend(leaks(&log));
        let (scenario, said) = imported(&folder, &log, slug);
        assert_eq!(leaks(&scenario), [] as [&str; 0], "{slug}\n{scenario}");
        assert_eq!(leaks(&said), [] as [&str; 0], "{slug}\n{said}");
    }
    for it in PLANTED {
        assert!(planted.contains(it), "{it} stands in no log, so that nothing is shown about it");
    }
    _ = std::fs::remove_dir_all(folder);
}

/// What a custom member holds, and whether it may stand in the scenario.
const HELD: &[(&str, &str, bool)] = &[
    ("type", "AnnLee", false),
    ("side", "Smith", false),
    ("channel", "annlee", false),
    ("lang", "Lee-Ann", false),
    ("symbol", "Lee-Smith", false),
    ("net_phone", "81901234567", false),
    ("phone_rate", "819012345678", false),
    ("webhook_pin", "987654", false),
    ("limit", "81901234567", false),
    ("born", "1980-05-17", false),
    ("card", "4276 3800 1234 5679", false),
    ("currency", "USD", true),
    ("symbol", "BTC/EUR", true),
    ("lang", "en-GB", true),
    ("fee_amount", "12345678901.25", true),
    ("limit", "50", true),
];

#[test]
fn names_of_members_make_no_person_harmless() {
    let folder = folder("held");
    for (name, text, may_stand) in HELD {
        let (at, body) = ("2025-05-05T05:05:00Z", json!({"price": "5.0", "name": "A", "data": {*name: text}}));
        let log = format!("{}\n", json!({"at": at, "method": "POST", "path": "/api/v1/invoices", "body": body, "status": 200}));
        let (scenario, _) = imported(&folder, &log, "quoine");
        assert_eq!(scenario.contains(text), *may_stand, "{name}: {text}\n{scenario}");
    }
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn forms_stay() {
    let body = json!({"price": "5.0", "name": "A", "data": {
        "thing": "123e4567-e89b-42d3-a456-426614174000", "day": "2025-05-17", "card": "4276 3800 1234 5679",
    }});
    let at = "2025-05-05T05:05:00Z";
    let log = format!("{}\n", json!({"at": at, "method": "POST", "path": "/api/v1/invoices", "body": body, "status": 200}));
    let folder = folder("forms");
    let (scenario, _) = imported(&folder, &log, "quoine");
    let held = |name: &str| {
        let line = scenario.lines().find_map(|it| it.trim().strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("{name}\n{scenario}")).trim_matches(['"', '\'']).to_owned()
    };
    let uuid = held("thing");
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert!(lengths == [8, 4, 4, 4, 12] && uuid.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-'), "{uuid}");
    assert_eq!((&uuid[14..15], &uuid[19..20]), ("4", "a"), "version and variant");
    assert_eq!(held("day").len(), 10, "a day has no time: {}", held("day"));
    assert_eq!(held("card"), "4111 1111 1111 1111");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn the_same_original_has_the_same_replacement() {
    let line = |n: u32, name: &str| {
        let (at, body) = (format!("2025-05-05T05:05:0{n}Z"), json!({"price": "5.0", "name": name}));
        format!("{}\n", json!({"at": at, "method": "POST", "path": "/api/v1/invoices", "body": body, "status": 200}))
    };
    let folder = folder("same");
    let log = [line(1, "Ann Lee"), line(2, "Bob Ray"), line(3, "Ann Lee")].concat();
    let (scenario, _) = imported(&folder, &log, "quoine");
    let names: Vec<&str> = scenario.lines().filter_map(|it| it.trim().strip_prefix("name: ")).skip(1).collect();
    assert!(names.len() == 3 && names[0] == names[2] && names[0] != names[1], "{scenario}");
    let again = imported(&folder, &log, "quoine").0;
    assert_eq!(scenario, again);
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_broken_line_is_refused_with_its_place() {
    let folder = folder("broken");
    let good = r#"{"at":"2025-05-05T05:05:05Z","method":"GET","path":"/api/v1/profile","status":200}"#;
    let deep = format!("{}1{}", "[".repeat(80), "]".repeat(80));
    let cases = [
        ("{\"at\":", "1:6: this is not JSON: EOF while parsing a value"),
        ("{\"at\":\"2025-05-05T05:05:05Z\",,", "1:30: this is not JSON: key must be a string"),
        ("[1]", "1:2: an object is expected here"),
        ("{\"at\":\"yesterday\"}", "1:7: `yesterday` is not an RFC 3339 time: write 2026-01-01T00:00:00Z"),
        (&good.replace("200", "99"), "1:79: this is not the status of an answer: write a number from 200 to 599"),
        (&good.replace(",\"status\":200", ""), "1:1: `status` is missing"),
        (&good.replace("\"status\":200", "\"error\":\"tired\""), "1:78: `error` is one of timeout, refused, reset, dns, tls"),
        (&good.replace("/api", "api"), "1:52: a path begins with `/`, and an address with `https://`"),
        (&good.replace("GET", "G T"), "1:39: this is not a method of HTTP"),
        (&good.replace("\"at\"", "\"at\":1,\"at\""), "1:1: this object has two members `at`"),
        (
            "\n\n{\"x\":1}",
            "3:1: the form of this line is not known: `at` (Playmoney), `request_method` (nginx) and `started_at` (Kong) are missing",
        ),
        (&deep, "1:1: it has more than 64 levels"),
        (
            "{\"request_method\":\"GET\",\"request_uri\":\"/x\",\"status\":\"200\"}",
            "1:1: the time is missing: add `$msec` to the log_format",
        ),
        (
            "{\"started_at\":\"soon\",\"request\":{\"method\":\"GET\",\"uri\":\"/\"},\"response\":{\"status\":200}}",
            "1:15: `started_at` is a number of milliseconds",
        ),
        ("{\"started_at\":1,\"request\":{\"uri\":\"/\"},\"response\":{\"status\":200}}", "1:27: `method` is missing"),
    ];
    for (log, why) in cases {
        std::fs::write(folder.join("log.jsonl"), log).expect("written");
        let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine", "-o", "scenario.yaml"]);
        assert_eq!((done.status.code(), text(&done.stderr)), (Some(2), format!("playmoney: log.jsonl:{why}\n")), "{log}");
        assert!(!folder.join("scenario.yaml").exists(), "{log}");
    }
    std::fs::write(folder.join("log.jsonl"), b"{\"at\":\"\xff\"}").expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine"]);
    assert_eq!((done.status.code(), text(&done.stderr)), (Some(2), "playmoney: log.jsonl:1:8: this is not UTF-8\n".to_owned()));
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_log_is_bounded() {
    let folder = folder("bounds");
    let line =
        |n: usize| format!("{{\"at\":\"2025-05-05T05:05:05Z\",\"method\":\"GET\",\"path\":\"/api/v1/profile?n={n}\",\"status\":200}}\n");
    let long = format!("{{\"at\":\"2025-05-05T05:05:05Z\",\"x\":\"{}\"}}", "a".repeat(1024 * 1024));
    let cases = [
        (
            (0..501).map(line).collect::<String>(),
            "501 lines of log.jsonl concern Quoine Payment, and a scenario takes at most 500: give a part of the log",
        ),
        (long, "log.jsonl:1:1: a line has at most 1048576 bytes"),
        ("\n".repeat(100_001), "log.jsonl:100001:1: a log has at most 100000 lines: give a part of it"),
        (String::new(), "log.jsonl has no call and no webhook of Quoine Payment: it is empty"),
        (" ".repeat(64 * 1024 * 1024 + 1), "log.jsonl is larger than 67108864 bytes: give a part of the log"),
    ];
    for (log, why) in cases {
        std::fs::write(folder.join("log.jsonl"), log).expect("written");
        let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine"]);
        assert_eq!((done.status.code(), text(&done.stderr)), (Some(2), format!("playmoney: {why}\n")));
    }
    _ = std::fs::remove_dir_all(folder);
}
