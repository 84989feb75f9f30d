//! Nothing of the people and keys in a log stands in the scenario.

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

/// Logs in all three forms, with everything planted wherever a line can hold it.
fn logs() -> Vec<(&'static str, String)> {
    let headers = r#""authorization":"Bearer sk_live_9f8e7d6c5b4a","x-forwarded-for":"203.0.113.77","cookie":"sid=tok-planted-0001","content-type":"application/json""#;
    let payout = r#"{\"amount\":100,\"currency\":\"USD\",\"externalOrderId\":\"ORDER-77-GH\",\"description\":\"Tuesday's cake for Grace Hopper, 1990-12-09\",\"destination\":{\"type\":\"bankAccount\",\"payerName\":\"Grace Hopper\",\"bankAccountNum\":\"40817810099910004312\",\"bankName\":\"Bank of Arlington\",\"addr\":\"12 Elm Street\",\"city\":\"Arlington\",\"swift\":\"HOPPER22\"}}"#;
    let wallet = r#"{\"amount\":5,\"currency\":\"USDT\",\"destination\":{\"type\":\"wallet\",\"payerName\":\"Хоппер\",\"addr\":\"0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B\"}}"#;
    let charge = r#"{\"amount\":7,\"currency\":\"USD\",\"externalOrderId\":\"ORDER-77-GH\",\"cbUrl\":\"https://shop.hopper.example/hook?token=tok-planted-0001\",\"redirectUrl\":\"https://shop.hopper.example/?m=grace.hopper@navy.example\",\"payerName\":\"Grace Hopper\"}"#;
    let qbitpay = [payout, wallet, charge]
        .iter()
        .zip(["payouts", "payouts", "charges"])
        .map(|(body, path)| {
            format!("{{\"at\":\"2025-05-05T05:05:05Z\",\"method\":\"POST\",\"path\":\"/api/v1/{path}\",\"headers\":{{{headers}}},\"body\":\"{body}\",\"status\":200}}\n")
        })
        .collect();
    let invoice = r#"{\"price\":\"500.0\",\"name\":\"Grace Hopper +1 202 555 0188\",\"data\":\"{\\\"mail\\\":\\\"grace.hopper@navy.example\\\",\\\"tel\\\":\\\"2025550188\\\",\\\"ip\\\":\\\"2001:db8:85a3::8a2e:370:7334\\\",\\\"btc\\\":\\\"1BoatSLRHtKNngkdXEeobR76b53LETtpyT\\\",\\\"Grace Hopper\\\":1,\\\"when\\\":\\\"1990-12-09\\\",\\\"key\\\":\\\"sk_live_9f8e7d6c5b4a\\\"}\"}"#;
    let quoine = format!(
        "{{\"request_method\":\"POST\",\"request_uri\":\"/api/v1/invoices?mail=grace.hopper%40navy.example\",\"status\":\"200\",\"msec\":\"1746421505.125\",\"request_time\":\"0.100\",\"remote_addr\":\"203.0.113.77\",\"http_authorization\":\"APIAuth 4711:c2lnbmF0dXJl\",\"request_body\":\"{invoice}\"}}\n"
    );
    let perform = r#"{\"orderNumber\":\"ORDER-77-GH\",\"amount\":150000,\"description\":\"Grace Hopper, 12 Elm Street\",\"target\":{\"pan\":\"4929123456781237\"}}"#;
    let event = r#"{\"event\":\"payout.status_changed\",\"eventId\":\"11111111111111111111111111111111\",\"occurredAt\":\"2025-05-05T08:05:05+03:00\",\"payout\":{\"id\":424242,\"externalId\":\"ORDER-77-GH\",\"status\":\"uploaded\",\"amount\":150000,\"currency\":\"RUB\"}}"#;
    let kong = |method: &str, uri: &str, body: &str, at: u64| {
        format!(
            "{{\"request\":{{\"method\":\"{method}\",\"uri\":\"{uri}\",\"headers\":{{{headers}}},\"body\":\"{body}\"}},\"response\":{{\"status\":200}},\"latencies\":{{\"request\":31}},\"client_ip\":\"203.0.113.77\",\"consumer\":{{\"username\":\"Grace Hopper\"}},\"started_at\":{at}}}\n"
        )
    };
    let quantum =
        kong("POST", "/api/v1/performPayout", perform, 1_746_421_505_000) + &kong("POST", "/hooks/Hopper", event, 1_746_421_505_050);
    let order = r#"{\"amount\":\"10.00\",\"currency\":\"USDC\",\"blockchain\":\"base\",\"nonce\":1990120900000001,\"order_info\":\"{\\\"card\\\":\\\"5500005555555559\\\",\\\"for\\\":\\\"Grace Hopper\\\"}\",\"webhook_url\":\"https://shop.hopper.example/cp\"}"#;
    let login = r#"{\"username\":\"grace.hopper@navy.example\",\"password\":\"hunter2-password\"}"#;
    let endpoint = r#"{\"url\":\"https://shop.hopper.example/whsec_plantedsecret\"}"#;
    let cryptopay = [("payment-orders/", order, 201), ("auth/login", login, 200), ("webhook-endpoints/", endpoint, 201)]
        .iter()
        .map(|(path, body, status)| {
            format!("{{\"at\":\"2025-05-05T05:05:05Z\",\"method\":\"POST\",\"url\":\"https://sandbox-api.cryptopay.com/api/{path}\",\"headers\":{{{headers}}},\"body\":\"{body}\",\"status\":{status}}}\n")
        })
        .collect();
    let form = "function=create-checkout-session&api-key=sk_live_9f8e7d6c5b4a&price=49.90&currency=usd&order_id=ORDER-77-GH&title=Grace+Hopper&description=Tuesday%27s+cake&redirect=https%3A%2F%2Fshop.hopper.example%2F&signature=c2lnbmF0dXJl&timestamp=1746421505";
    let quantapay = format!(
        "{{\"at\":\"2025-05-05T05:05:05Z\",\"method\":\"POST\",\"path\":\"/api.php\",\"headers\":{{\"content-type\":\"application/x-www-form-urlencoded\"}},\"body\":\"{form}\",\"status\":200}}\n"
    );
    vec![("qbitpay", qbitpay), ("quoine", quoine), ("quantum-payouts", quantum), ("cryptopay", cryptopay), ("quantapay", quantapay)]
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

#[test]
fn the_same_original_has_the_same_replacement() {
    let line = |n: u32, name: &str| {
        format!(
            "{{\"at\":\"2025-05-05T05:05:0{n}Z\",\"method\":\"POST\",\"path\":\"/api/v1/invoices\",\"body\":\"{{\\\"price\\\":\\\"5.0\\\",\\\"name\\\":\\\"{name}\\\"}}\",\"status\":200}}\n"
        )
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
            &format!("{good}\n\n{{\"x\":1}}"),
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
        (String::new(), "log.jsonl has no call and no webhook of Quoine Payment"),
        (" ".repeat(64 * 1024 * 1024 + 1), "log.jsonl is larger than 67108864 bytes: give a part of the log"),
    ];
    for (log, why) in cases {
        std::fs::write(folder.join("log.jsonl"), log).expect("written");
        let done = run(&folder, &["import", "log.jsonl", "--provider", "quoine"]);
        assert_eq!((done.status.code(), text(&done.stderr)), (Some(2), format!("playmoney: {why}\n")));
    }
    _ = std::fs::remove_dir_all(folder);
}
