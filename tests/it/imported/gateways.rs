//! Logs as two gateways write them, without the answers of the provider, with the unevenness of real networks.

use playmoney::inside::stage::Stage;

use super::recorded::{recorded, story};
use super::{folder, imported, played, run, scenario, text};

/// What the scenario of a log tells, and what was said beside it.
fn told(name: &str, slug: &str) -> (Vec<String>, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs").join(name);
    let log = std::fs::read_to_string(path).expect("it is there");
    let folder = folder(name);
    let (text, said) = imported(&folder, &log, slug);
    let (mut stage, report) = played(&scenario(&text));
    assert!(report.failed().is_none(), "{:?}\n{text}", report.failed());
    let mut lines = Vec::new();
    stage.look(None, &mut |world| lines = recorded(world, slug, 0));
    _ = std::fs::remove_dir_all(folder);
    (story(&lines), said)
}

#[test]
fn an_access_log_of_nginx_becomes_a_scenario() {
    let (story, said) = told("nginx.log", "qbitpay");
    let expected = [
        "+PT0S createPayout -> 200",
        "+PT0S payout.pending pending of 0 -> Some(200) None 0",
        "+PT1M5.5S payout.inTransition inTransit of 0 -> None Some(\"timeout\") 10000",
        "+PT2M0.11S getPayout -> 200",
        "+PT16M5.5S payout.inTransition inTransit of 0 -> Some(204) None 0",
        "+PT16M39.91S getPayout -> 404",
        "+PT33M20.35S payout.failed failed of 0 -> Some(200) None 0",
    ];
    assert_eq!(story, expected, "{said}");
    assert_eq!(said.lines().filter(|it| !it.starts_with("wrote ")).collect::<Vec<_>>(), ["1 line about something else passed over"]);
}

#[test]
fn the_objects_of_kong_become_a_scenario() {
    let (story, said) = told("kong.log", "quantum-payouts");
    let expected = [
        "+PT0S performPayout -> 200",
        "+PT0S payout.status_changed uploaded of 0 -> Some(200) None 0",
        "+PT0S payout.status_changed created of 0 -> Some(200) None 0",
        "+PT0S payout.status_changed processing of 0 -> Some(503) None 0",
        "+PT15S payout.status_changed processing of 0 -> Some(200) None 0",
        "+PT16S payout.status_changed success of 0 -> Some(200) None 0",
        "+PT16S payout.status_changed success of 0 -> Some(200) None 0",
        "+PT20S getPayoutStatus -> 200",
        "+PT21S getPayoutStatus -> 500",
    ];
    assert_eq!(story, expected, "{said}");
    let said: Vec<&str> = said.lines().filter(|it| !it.starts_with("wrote ")).collect();
    let expected = [
        "log.jsonl:8: the contract does not send this webhook again at this moment, and no step of a scenario does; it is left out",
        "log.jsonl:9: this call is none of the contract; it is left out",
        "1 line about something else passed over",
    ];
    assert_eq!(said, expected);
}

/// What an import of this log says when it is refused.
fn refused(name: &str, log: &str, slug: &str) -> String {
    let folder = folder(name);
    std::fs::write(folder.join("log.jsonl"), log).expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", slug, "-o", "scenario.yaml"]);
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
    assert!(!folder.join("scenario.yaml").exists());
    _ = std::fs::remove_dir_all(folder);
    text(&done.stderr)
}

const HOOK: &str = r#"{"msec":"1741342272.5","request_method":"POST","request_uri":"/hooks","host":"shop.example","status":"200"}"#;

#[test]
fn a_log_without_bodies_is_refused_with_what_to_switch_on() {
    let create = HOOK.replace("/hooks", "/api/v1/invoices").replace("shop.example", "pay.quoine.com");
    let said = refused("no-bodies", &format!("{create}\n{HOOK}\n{HOOK}\n"), "quoine");
    let why = "none of 3 lines has the body of its request, which says what it is about: log the bodies of requests: add \
               `\"request_body\":\"$request_body\"` to the log_format of nginx";
    assert_eq!(said, format!("playmoney: log.jsonl has no webhook of Quoine Payment: {why}\n"));
    let kong = r#"{"started_at":1741342272500,"request":{"method":"POST","uri":"/hooks"},"response":{"status":200}}"#;
    let said = refused("no-bodies-kong", kong, "quoine");
    assert!(said.ends_with("set `request.body` with `custom_fields_by_lua` of the Kong plugin\n"), "{said}");
}

#[test]
fn json_over_several_lines_is_told_as_such() {
    let said = refused("array", "[\n  {\"at\": 1}\n]\n", "quoine");
    assert_eq!(
        said,
        "playmoney: log.jsonl:1:1: one JSON object a line is expected, and this is an array over several lines: `jq -c '.[]' FILE` puts \
         each on a line\n"
    );
    let said = refused("array-of-lines", "[{\"at\": 1},\n{\"at\": 2}]\n", "quoine");
    assert!(said.contains("`jq -c '.[]' FILE`"), "{said}");
    let said = refused("object", "{\n  \"at\": 1\n}\n", "quoine");
    assert!(said.contains("this one goes over several lines: `jq -c . FILE`"), "{said}");
}

/// A payout and its first webhooks as nginx writes them, with these members in addition.
fn payout(hook: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/nginx.log");
    std::fs::read_to_string(path).expect("it is there") + hook
}

#[test]
fn odd_lines_of_other_traffic_are_passed_over_and_named() {
    let scan = r#"{"msec":"1741342200.1","request":"","status":"400"}"#;
    let upgraded = r#"{"msec":"1741342201.1","request_method":"GET","request_uri":"/socket","status":"101"}"#;
    let folder = folder("odd");
    let (_, said) = imported(&folder, &payout(&format!("{scan}\n{upgraded}\n")), "qbitpay");
    assert!(said.contains(": passed over: this is not a method of HTTP\n"), "{said}");
    assert!(said.contains(": passed over: this is not the status of an answer: write a number from 200 to 599\n"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_webhook_that_lacks_a_member_is_named_with_it() {
    let log = payout("").replace("typeLabel", "labelOfType");
    let folder = folder("lacking");
    std::fs::write(folder.join("log.jsonl"), &log).expect("written");
    let done = run(&folder, &["import", "log.jsonl", "--provider", "qbitpay", "--strict"]);
    let said = text(&done.stderr);
    assert!(said.contains("looks like the webhook payout.") && said.contains("typeLabel` is missing"), "{said}");
    assert_eq!(done.status.code(), Some(1), "a line is left out");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn calls_of_another_host_are_not_those_of_the_provider() {
    let own = HOOK.replace("POST", "GET").replace("/hooks", "/api/v1/profile");
    let theirs = own.replace("shop.example", "pay.quoine.com");
    let folder = folder("hosts");
    let (scenario, said) = imported(&folder, &format!("{own}\n{theirs}\n"), "quoine");
    assert_eq!(scenario.matches("call: ").count(), 1, "{scenario}");
    assert!(said.contains("1 line about something else passed over"), "{said}");
    _ = std::fs::remove_dir_all(folder);
}
