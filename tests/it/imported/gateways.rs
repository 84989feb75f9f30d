//! Logs as two gateways write them, without the answers of the provider, with the unevenness of real networks.

use playmoney::inside::stage::Stage;

use super::recorded::{recorded, story};
use super::{folder, imported, played, scenario};

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
