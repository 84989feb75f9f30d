//! Every call of the control API. Routes, access, limits, the list of calls and the OpenAPI document are read from here.

use super::call::Handler::{File, Sandbox, Sandboxes, Server, Stream};
use super::call::{Body, BodyLimits, Call, Caller, Rows, WhenBroken};
use super::{
    accounts, actions, audit, capsule, clock, dashboard, deliveries, environment, events, inbox, journal, objects, openapi, proof, rules,
    sandboxes, scenario, server, state, verification, violations,
};
use crate::kit::fields::{Field, Need, TEXT};
use crate::scenario::schema::components;
use crate::scenario::told::field;

/// What a name in braces stands for.
pub const IN_PATH: &[Field] = &[
    field("asset", TEXT, Need::Required, "the name of a file: page.css"),
    field("provider", TEXT, Need::Required, "the slug of a provider: quoine"),
    field("object", TEXT, Need::Required, "the id of an object: quoine.invoice.1"),
    field("action", TEXT, Need::Required, "the name of an action of that provider"),
    field("delivery", TEXT, Need::Required, "the id of a delivery: dlv-1"),
    field("inbox", super::inbox::NAME, Need::Required, "the name of a built-in inbox: 1 to 63 of a-z, 0-9 and -"),
    field("account", TEXT, Need::Required, "the id of an account of that provider"),
    field("rule", TEXT, Need::Required, "the name of a rule"),
    field("sandbox", super::sandboxes::NAME, Need::Required, "the name of a sandbox: 1 to 63 of a-z, 0-9 and -"),
];

/// The calls, in the order in which they are listed. The first that fits answers.
#[rustfmt::skip]
pub static TABLE: &[Call] = &[
    Call::get("", "list_calls", "lists every call; a browser gets the dashboard", Server(server::index)).page(dashboard::page),
    Call::get("assets/{asset}", "show_asset", "shows a file of our pages", File(dashboard::asset)).caller(Caller::Everyone),
    Call::get("health", "health", "says whether the server answers requests", Server(server::health)).caller(Caller::Everyone),
    Call::get("metrics", "metrics", "shows figures of the server in the text format of Prometheus", Sandboxes(sandboxes::metrics)),
    Call::get("replicas", "list_replicas", "lists the servers that have the same sandboxes, and who owns each", Sandboxes(sandboxes::replicas)),
    Call::get("events", "events", "tells what happens, while it happens, as server-sent events", Stream(events::watch)).query(events::WANTED),
    Call::get("sandboxes", "list_sandboxes", "lists the sandboxes of the server", Sandboxes(sandboxes::list)).query(sandboxes::LISTING),
    Call::post("sandboxes", "create_sandbox", "makes a sandbox with keys, a clock and a state of its own", Sandboxes(sandboxes::create)).body(Body::Fields(sandboxes::NEW))
        .examples(&[r#"{"name": "checkout-7", "seed": 7, "clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}, "ttl": "PT30M"}"#]),
    Call::get("sandboxes/{sandbox}", "show_sandbox", "shows a sandbox with its addresses and credentials", Sandboxes(sandboxes::show)),
    Call::delete("sandboxes/{sandbox}", "delete_sandbox", "deletes a sandbox", Sandboxes(sandboxes::delete)),
    Call::post("fork", "fork_sandbox", "copies the sandbox at this instant", Sandboxes(sandboxes::fork)).body(Body::Fields(sandboxes::FORK))
        .examples(&[r#"{"name": "checkout-8"}"#]),
    Call::get("env", "show_environment", "shows base URLs and credentials as environment variables: JSON, or lines for those who accept text/plain", Sandbox(environment::show)),
    Call::get("clock", "show_clock", "shows the simulated time and what is due next", Sandbox(clock::show)),
    Call::get("clock/pending", "list_pending", "lists what is still to come, soonest first", Sandbox(clock::pending)).query(clock::PENDING),
    Call::get("clock/stream", "stream_clock", "tells the simulated time now, and whenever it is set, moves or changes its mode, as server-sent events", Stream(clock::watch)),
    Call::post("clock/freeze", "freeze_clock", "stops simulated time", Sandbox(clock::freeze)).body(NOTHING),
    Call::post("clock/resume", "resume_clock", "lets simulated time run as fast as real time", Sandbox(clock::resume)).body(NOTHING),
    Call::post("clock/scale", "scale_clock", "lets simulated time run at a rate", Sandbox(clock::scale))
        .body(Body::Fields(clock::SCALE)).examples(&[r#"{"rate": 60}"#]),
    Call::post("clock/advance", "advance_clock", "lets simulated time pass; everything that is due on the way happens", Sandbox(clock::advance))
        .body(Body::Fields(clock::ADVANCE)).examples(&[r#"{"by": "31m"}"#, r#"{"to": "2026-01-02T00:00:00Z"}"#, r#"{"until": "idle"}"#]),
    Call::get("act", "list_actions", "lists the actions of the outside world", Sandbox(actions::list)),
    Call::post("act/{provider}/{action}", "act", "does what a customer, a bank or a blockchain does", Sandbox(actions::act))
        .body(Body::ByPath(Rows::Action)),
    Call::get("objects", "list_objects", "lists what the providers keep, newest first, with the actions that can come next", Sandbox(objects::list)).query(objects::FILTERS),
    Call::get("objects/{object}", "show_object", "shows one object, as its provider's API does", Sandbox(objects::show)),
    Call::get("deliveries", "list_deliveries", "lists webhooks and their attempts", Sandbox(deliveries::list)).query(deliveries::FILTERS).long(),
    Call::post("deliveries/wait", "wait_for_deliveries", "waits until webhooks fit", Sandbox(verification::wait_for_webhooks)).quiet()
        .body(Body::Criteria { component: components::WAIT_FOR_WEBHOOKS })
        .examples(&[r#"{"provider": "quoine", "event": "payment_expired", "status": "delivered", "timeout": "5s"}"#, r#"{"provider": "quoine", "where": {"body": {"invoice.id": 1}}, "count": {"at_least": 2}}"#]),
    Call::post("deliveries/{delivery}/resend", "resend_delivery", "sends the same event again now", Sandbox(deliveries::resend)).body(NOTHING),
    Call::post("webhooks/verify", "verify_webhook", "says whether a webhook's signature is right and, if not, why", Sandbox(deliveries::verify)).quiet()
        .body(Body::Fields(deliveries::VERIFY)),
    Call::post("audit", "audit", "tries a receiver of webhooks with what it has to refuse and what must do no harm", Sandboxes(audit::wanted)).quiet()
        .body(Body::Fields(audit::AUDIT))
        .examples(&[r#"{"provider": "quoine"}"#, r#"{"provider": "quoine", "webhook_url": "http://127.0.0.1:9000/hooks", "probe": "http://127.0.0.1:9000/orders/42", "checks": ["tampered_body", "duplicate"]}"#]),
    Call::put("inbox/{inbox}/script", "script_inbox", "sets how a built-in inbox answers", Sandbox(inbox::script)).quiet()
        .body(Body::Fields(inbox::SCRIPT)).examples(&[r#"{"respond": [500, "timeout", 200]}"#, r#"{"respond": [{"status": 503, "headers": {"Retry-After": "5"}, "body": "later"}]}"#]),
    Call::get("inbox/{inbox}/messages", "list_messages", "lists what arrived in an inbox", Sandbox(inbox::messages)).query(inbox::MESSAGES),
    Call::delete("inbox/{inbox}/messages", "clear_messages", "removes what arrived in an inbox", Sandbox(inbox::clear)).quiet(),
    Call::any("inbox/{inbox}", "receive", "receives a webhook", Sandbox(inbox::receive)).quiet().body(Body::Bytes).caller(Caller::Everyone),
    Call::get("requests", "list_requests", "lists the journal: requests and their answers", Sandbox(journal::list)).query(journal::FILTERS).long(),
    Call::get("violations", "list_violations", "lists where clients and receivers broke the documented contract", Sandbox(violations::list)).query(violations::FILTERS).long(),
    Call::get("contract/{provider}", "show_contract", "shows a provider's contract: all its rows, each with its evidence", Sandbox(proof::contract)).long(),
    Call::get("assumptions", "list_assumptions", "lists what traffic has leaned on and no document confirms, with the first request that did", Sandbox(proof::assumptions)).query(proof::ASSUMED),
    Call::get("coverage", "show_coverage", "shows which parts of the contracts traffic has reached, and how to reach the others", Sandbox(proof::coverage)).query(proof::COVERED).long(),
    Call::post("requests/verify", "verify_requests", "says whether calls were made as expected and, if not, what came nearest", Sandbox(verification::verify)).quiet()
        .body(Body::Criteria { component: components::VERIFY }).long()
        .examples(&[r#"{"operation": "quoine.createInvoice", "where": {"body": {"price": {"gt": 100}}}, "count": 1}"#, r#"{"operation": "quoine.createInvoice", "where": {"status": 200}, "count": {"at_least": 1, "at_most": 3}}"#, r#"{"sequence": [{"operation": "quoine.createInvoice"}, {"operation": "quoine.getInvoice"}]}"#]),
    Call::post("requests/wait", "wait_for_requests", "waits until calls were made as expected", Sandbox(verification::wait)).quiet()
        .body(Body::Criteria { component: components::WAIT })
        .examples(&[r#"{"operation": "quoine.createInvoice", "timeout": "5s"}"#, r#"{"sequence": [{"operation": "quoine.createInvoice"}, {"operation": "quoine.getInvoice"}], "timeout": "30s"}"#]),
    Call::get("accounts", "list_accounts", "lists the merchants of all providers", Sandbox(accounts::list)).long(),
    Call::get("accounts/{provider}/{account}", "show_account", "shows a merchant's credentials and settings", Sandbox(accounts::show)),
    Call::patch("accounts/{provider}/{account}", "change_account", "changes a merchant's settings, and replaces keys under `credentials`", Sandbox(accounts::change))
        .body(Body::ByPath(Rows::Account)).examples(&[r#"{"webhook_url": "http://127.0.0.1:9000/hooks", "pace": "manual"}"#]),
    Call::get("rules", "list_rules", "lists the rules, in the order in which they are asked", Sandbox(rules::list)),
    Call::post("rules", "add_rule", "adds a rule, which is asked before the others", Sandbox(rules::add)).quiet().body(Body::Scenario { component: components::RULE })
        .examples(&[r#"{"on": "quoine.createInvoice", "when": {"times": 1}, "then": {"error": "usage_limit"}}"#]),
    Call::post("rules/check", "check_rule", "says what is wrong with a rule, and changes nothing", Sandbox(rules::check)).quiet().body(Body::Scenario { component: components::RULE })
        .examples(&[r#"{"on": "quoine.createInvoice", "when": {"times": 1}, "then": {"error": "usage_limit"}}"#]),
    Call::delete("rules", "clear_rules", "removes all rules", Sandbox(rules::clear)).quiet(),
    Call::delete("rules/{rule}", "remove_rule", "removes one rule", Sandbox(rules::remove)).quiet(),
    Call::get("scenario", "show_scenario", "names the scenario with which the sandbox began", Sandbox(scenario::show)),
    Call::post("scenario", "replace_scenario", "begins the sandbox anew with a scenario, as YAML or JSON", Sandbox(scenario::replace))
        .body(Body::Scenario { component: components::SCENARIO }).long(),
    Call::post("reset", "reset", "takes the sandbox back to its start", Sandbox(state::reset))
        .body(Body::Fields(state::RESET)).examples(&[r#"{"webhook_url": "http://127.0.0.1:9000/{provider}"}"#]).when_broken(WhenBroken::BeginsAnew),
    Call::get("state", "save_state", "shows the whole sandbox as one JSON document", Sandbox(state::save)).long(),
    Call::get("capsule", "save_capsule", "gives the whole history of the sandbox as one file, which `playmoney capsule replay` plays again", Sandbox(capsule::save)).long(),
    Call::put("state", "restore_state", "replaces the state of the sandbox by such a document", Sandbox(state::restore)).body(Body::State).limits(BodyLimits::STATE).long(),
    Call::get("openapi/{provider}.json", "provider_openapi", "shows a provider's OpenAPI 3.1 document", Sandbox(openapi::provider)),
    Call::get("openapi.json", "control_openapi", "shows the OpenAPI 3.1 document of these calls", Sandbox(openapi::control)),
];

/// An object without members, or no body at all.
const NOTHING: Body = Body::Fields(&[]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_paths_have_rows_and_names_of_calls_are_unique() {
        for (index, call) in TABLE.iter().enumerate() {
            for name in call.names_in_path() {
                assert!(IN_PATH.iter().any(|it| it.name == name), "{} has {name} in its path", call.name);
            }
            assert!(TABLE[..index].iter().all(|it| it.name != call.name), "{} is there twice", call.name);
            let body = call.body;
            let bodiless = matches!(call.method, Some("GET" | "DELETE"));
            assert_eq!(bodiless, matches!(body, Body::Ignored), "{}: a method that carries a body has rows for it", call.name);
        }
    }

    #[test]
    fn three_calls_need_no_token() {
        let open: Vec<&str> = TABLE.iter().filter(|it| it.caller == Caller::Everyone).map(|it| it.name).collect();
        assert_eq!(open, ["show_asset", "health", "receive"]);
        let large: Vec<&str> = TABLE.iter().filter(|it| it.limits != BodyLimits::USUAL).map(|it| it.name).collect();
        assert_eq!(large, ["restore_state"]);
    }
}
