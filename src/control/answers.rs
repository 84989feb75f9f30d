//! What the calls of the control API answer, as rows for its OpenAPI document. A member with a dot stands inside another.

use self::proof::{ASSUMPTIONS, CONTRACT, COVERAGE, NOT_VERIFIED, VERIFIED, VIOLATIONS};
use crate::contract::violations::CODES;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::scenario::told::{ACTED, DUE, PASSED, field};

mod proof;

const COUNT: Kind = Kind::Integer { min: 0, max: i64::MAX };
const PENDING: Kind = Kind::Word(&["pending", "delivered", "failed"]);

const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    field(name, kind, Need::Required, meaning)
}

const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    field(name, kind, Need::Optional, meaning)
}

#[rustfmt::skip]
const CLOCK: &[Field] = &[
    must("mode", Kind::Word(&["real", "frozen", "scaled"]), "how simulated time runs"),
    must("now", Kind::Time, "the simulated time"),
    must("rate", Kind::Number, "simulated seconds for each real second; 0 while the clock stands"),
    must("pending", COUNT, "timers and deliveries that are still to come"),
    must("next", Kind::NullableObject, "what is due next"),
    must("next.at", Kind::Time, "when"),
    must("next.kind", DUE, "what it is"),
    must("next.provider", TEXT, "the slug of the provider"),
    must("next.subject", Kind::Nullable, "the object, by the id that the merchant uses"),
];

/// One attempt; its names begin with what stands before them.
macro_rules! attempt {
    ($before:literal) => {
        [
            must(concat!($before, "number"), COUNT, "the number of the attempt, from 1"),
            must(concat!($before, "at"), Kind::Time, "when it left"),
            must(concat!($before, "status"), Kind::NullableInteger, "the HTTP status of the receiver"),
            must(concat!($before, "error"), Kind::Nullable, "how the connection failed, when it did"),
            must(concat!($before, "duration_ms"), COUNT, "simulated milliseconds until the outcome"),
            must(concat!($before, "request"), Kind::Object, "what was sent"),
            must(concat!($before, "request.headers"), Kind::Object, "its headers"),
            must(concat!($before, "request.body"), TEXT, "its body: a text, or base64 if `encoding` says so"),
            may(concat!($before, "request.encoding"), TEXT, "base64"),
            must(concat!($before, "response"), Kind::NullableObject, "what the receiver answered"),
            must(concat!($before, "response.headers"), Kind::Object, "its headers"),
            must(concat!($before, "response.body"), TEXT, "its body: a text, or base64 if `encoding` says so"),
            may(concat!($before, "response.encoding"), TEXT, "base64"),
            must(concat!($before, "signed"), Kind::Nullable, "the text that was signed"),
            may(concat!($before, "repeated"), Kind::Flag, "it left again, because its outcome was lost with the process that had sent it"),
            may(concat!($before, "hint"), TEXT, "what can be done about it"),
            may(concat!($before, "detail"), TEXT, "more about a failure"),
        ]
    };
}

const ATTEMPT: &[Field] = &attempt!("");
const ATTEMPTS: [Field; 17] = attempt!("deliveries[].attempts[].");

#[rustfmt::skip]
const DELIVERY: [Field; 17] = [
    must("deliveries", Kind::List, "webhooks, oldest first"),
    must("deliveries[].id", TEXT, "its id: dlv-1"),
    must("deliveries[].provider", TEXT, "the slug of the provider"),
    must("deliveries[].account", TEXT, "the id of the account that gets it"),
    must("deliveries[].event", TEXT, "the event"),
    must("deliveries[].event_id", TEXT, "the provider's own id of the event"),
    must("deliveries[].subject", TEXT, "the object, by the id that the merchant uses"),
    must("deliveries[].url", TEXT, "the address"),
    must("deliveries[].status", PENDING, "what has become of it"),
    must("deliveries[].created_at", Kind::Time, "when it was owed"),
    must("deliveries[].next_attempt_at", Kind::NullableTime, "when the next attempt is due"),
    may("deliveries[].violations", Kind::List, "where its receiver broke the contract"),
    must("deliveries[].violations[].code", Kind::Word(CODES), "what kind of violation it is"),
    must("deliveries[].violations[].detail", TEXT, "what the receiver did"),
    must("deliveries[].violations[].evidence", TEXT, "how much is known about what it breaks"),
    must("deliveries[].violations[].source", TEXT, "the page that it breaks"),
    must("deliveries[].attempts", Kind::List, "its attempts"),
];

const DELIVERIES: &[Field] = &joined::<17, 17, 35>(DELIVERY, ATTEMPTS, must("truncated", Kind::Flag, "older ones were dropped"));

/// The rows of a list, of what stands in each of its items, and one more.
const fn joined<const A: usize, const B: usize, const ALL: usize>(first: [Field; A], second: [Field; B], last: Field) -> [Field; ALL] {
    let mut all = [last; ALL];
    let mut place = 0;
    while place < A + B {
        all[place] = if place < A { first[place] } else { second[place - A] };
        place += 1;
    }
    all
}

#[rustfmt::skip]
const AUDIT: &[Field] = &[
    must("provider", TEXT, "the slug of the provider"),
    must("target", TEXT, "the address of the receiver"),
    must("passed", COUNT, "how many checks it has passed"),
    must("failed", COUNT, "how many it has failed"),
    must("skipped", COUNT, "how many could not be made"),
    must("checks", Kind::List, "the checks; the good event is among them when it was asked for, or was not accepted"),
    must("checks[].name", TEXT, "its name: tampered_body"),
    must("checks[].must", Kind::Word(&["accept", "refuse", "not_change"]), "what the receiver has to do: accept it, refuse it, or accept it without a further effect"),
    must("checks[].sent", Kind::NullableObject, "what was sent last; null when the check was skipped"),
    must("checks[].sent.headers", Kind::Object, "its headers"),
    must("checks[].sent.body", TEXT, "its body"),
    must("checks[].sent.signed", Kind::Nullable, "the text that was signed"),
    must("checks[].answered", Kind::NullableObject, "what the receiver answered; null when the check was skipped"),
    must("checks[].answered.status", Kind::NullableInteger, "the HTTP status"),
    must("checks[].answered.error", Kind::Nullable, "how the connection failed, when it did"),
    must("checks[].answered.duration_ms", COUNT, "milliseconds of real time until the outcome"),
    must("checks[].verdict", Kind::Word(&["pass", "fail", "skipped"]), "whether the receiver has done what it has to do"),
    must("checks[].why", TEXT, "the reason; of a check that has failed, also what to change in the receiver"),
];

#[rustfmt::skip]
const REQUESTS: &[Field] = &[
    must("requests", Kind::List, "requests and their answers, oldest first"),
    must("requests[].id", TEXT, "its id: req-1"),
    must("requests[].at", Kind::Time, "when it came"),
    must("requests[].provider", Kind::Nullable, "the slug of the provider"),
    must("requests[].operation", Kind::Nullable, "the operation: quoine.createInvoice"),
    must("requests[].account", Kind::Nullable, "the id of the account that called"),
    must("requests[].request", Kind::Object, "what came"),
    must("requests[].request.method", TEXT, "its method"),
    must("requests[].request.path", TEXT, "its path and query"),
    must("requests[].request.headers", Kind::Object, "its headers"),
    must("requests[].request.body", TEXT, "its body: a text, or base64 if `encoding` says so"),
    may("requests[].request.encoding", TEXT, "base64"),
    must("requests[].response", Kind::NullableObject, "what was answered"),
    must("requests[].response.status", COUNT, "its HTTP status"),
    must("requests[].response.headers", Kind::Object, "its headers"),
    must("requests[].response.body", TEXT, "its body: a text, or base64 if `encoding` says so"),
    may("requests[].response.encoding", TEXT, "base64"),
    must("requests[].rule", Kind::Nullable, "the rule that acted"),
    must("requests[].error", Kind::Nullable, "the documented error, by its name"),
    must("requests[].evidence", Kind::NullableObject, "how certain the answer is: the least certain row of the contract that it rests on"),
    must("requests[].evidence.evidence", Kind::Word(&["documented", "observed", "assumed"]), "the row's evidence"),
    must("requests[].evidence.row", TEXT, "its name"),
    must("requests[].evidence.source", TEXT, "its page, or the reason of the decision"),
    must("requests[].violations", Kind::List, "where the client broke the contract"),
    must("requests[].violations[].code", Kind::Word(CODES), "what kind of violation it is"),
    must("requests[].violations[].detail", TEXT, "what the client did"),
    must("requests[].violations[].evidence", TEXT, "how much is known about what it breaks"),
    must("requests[].violations[].source", TEXT, "the page that it breaks"),
    may("requests[].signed", TEXT, "the text under the signature, as the server computes it, where clients sign"),
    may("requests[].note", TEXT, "what Playmoney has to say"),
    may("notes", Kind::List, "notes that tell what rules and bounds have done"),
    must("notes[]", Kind::Object, "a note, with its time and text"),
    must("truncated", Kind::Flag, "older ones were dropped"),
];

#[rustfmt::skip]
const RULE: &[Field] = &[
    must("name", TEXT, "the name of the rule"),
    may("on", TEXT, "what it is on"),
    may("when", Kind::Object, "its conditions"),
    must("then", Kind::Object, "its effects"),
    must("added_at", Kind::Time, "when it was added"),
    must("ends_at", Kind::NullableTime, "when it is removed or ceases to fire"),
    must("fitted", COUNT, "how many requests or webhooks have matched"),
    must("fired", COUNT, "how many times it has fired"),
    may("warnings", Kind::List, "what its author may not want, when it is added"),
    must("warnings[]", Kind::Object, "a warning, with its place and a message"),
];

#[rustfmt::skip]
const ACCOUNT: &[Field] = &[
    must("provider", TEXT, "the slug of the provider"),
    must("account", TEXT, "its id"),
    must("credentials", Kind::Object, "its keys, by name"),
    must("settings", Kind::Object, "each setting with its value, its default, its meaning and, if it is a word, the words to choose from; the values stand beside this member too"),
];

#[rustfmt::skip]
const OBJECT: &[Field] = &[
    must("id", TEXT, "its id: quoine.invoice.1"),
    must("provider", TEXT, "the slug of the provider"),
    must("kind", TEXT, "the name of its lifecycle"),
    must("subject", TEXT, "what the merchant calls it"),
    must("account", TEXT, "the id of the account"),
    must("status", TEXT, "the status in which it is"),
    must("created_at", Kind::Time, "when it was made"),
    must("next", Kind::List, "actions that can come next"),
    must("next[].action", TEXT, "the name of the action"),
    must("next[].meaning", TEXT, "what happens"),
    must("next[].to", TEXT, "the status to which it leads"),
    must("next[].body", Kind::Object, "the body with which the action means this object"),
    must("object", Kind::NullableObject, "the object as its provider's API shows it, where the API shows it"),
];

const REMOVED: &[Field] = &[must("removed", Kind::List, "the names of the rules"), must("removed[]", TEXT, "a name")];

#[rustfmt::skip]
const SANDBOX: &[Field] = &[
    must("name", TEXT, "its name"),
    must("seed", COUNT, "the seed of all that is drawn"),
    must("created_at", Kind::Time, "when it was made, in real time"),
    must("last_used_at", Kind::Time, "when the latest request came, in real time"),
    must("ttl", Kind::Nullable, "how long it stays after the latest request"),
    must("expires_at", Kind::NullableTime, "when it is deleted unless a request comes"),
    must("clock", Kind::Object, "its clock"),
    must("clock.mode", Kind::Word(&["real", "frozen", "scaled"]), "how simulated time runs"),
    must("clock.now", Kind::Time, "the simulated time"),
    must("objects", COUNT, "how many objects the providers keep"),
    must("requests", COUNT, "how many requests were made"),
    must("deliveries", COUNT, "how many webhooks are kept"),
    must("bytes", COUNT, "about how much memory it takes"),
    must("providers", Kind::Object, "for each provider its `base_url` and `credentials`"),
    must("env", Kind::Object, "the same as environment variables"),
    may("warnings", Kind::List, "what the author of its scenario may not want"),
    must("warnings[]", Kind::Object, "a warning, with its place and a message"),
];

/// The members of each answer, by the names of the calls. What is not here is a text or a stream; of the stream of the clock, the data of each event.
#[rustfmt::skip]
static ANSWERS: &[(&[&str], &[Field])] = &[
    (&["list_calls"], &[
        must("calls", Kind::List, "every call"),
        must("calls[].method", TEXT, "its method, or ANY"),
        must("calls[].path", TEXT, "its path"),
        must("calls[].does", TEXT, "what it does"),
    ]),
    (&["health"], &[
        must("status", TEXT, "ok"),
        must("version", TEXT, "the version of Playmoney"),
        may("recovered", Kind::NullableObject, "with a data folder: what was damaged at the end of its log and was cut off at the start"),
        may("recovered.file", TEXT, "the file"),
        may("recovered.at", COUNT, "the byte at which it ends now"),
        may("recovered.bytes", COUNT, "how many bytes are gone"),
        may("recovered.why", TEXT, "what was wrong with them"),
        may("away", Kind::Nullable, "with a data folder: why nothing can be kept now; calls are refused with 503 meanwhile"),
    ]),
    (&["list_sandboxes"], &[
        must("sandboxes", Kind::List, "the sandboxes, in the order of their names, each as `show_sandbox` shows it, without `providers` and `env`"),
        must("sandboxes[]", Kind::Object, "a sandbox"),
        must("truncated", Kind::Flag, "there are more than were asked for"),
    ]),
    (&["list_replicas"], &[
        must("replicas", Kind::List, "the servers that have the same sandboxes"),
        must("replicas[].id", TEXT, "its name, from its start to its end"),
        must("replicas[].advertise", TEXT, "where the others reach it"),
        must("replicas[].last_seen", Kind::Time, "when it has last renewed its lease, in real time"),
        must("replicas[].sandboxes", COUNT, "how many sandboxes it owns"),
        must("sandboxes", Kind::List, "the sandboxes, in the order of their names"),
        must("sandboxes[].name", TEXT, "its name"),
        must("sandboxes[].owner", Kind::Nullable, "the `id` of the server that owns it; null, if none does"),
        must("sandboxes[].fence", COUNT, "the number of that ownership, which only grows"),
        must("truncated", Kind::Flag, "there are more sandboxes"),
    ]),
    (&["create_sandbox", "show_sandbox", "fork_sandbox"], SANDBOX),
    (&["delete_sandbox"], &[must("deleted", TEXT, "its name")]),
    (&["show_environment"], &[must("PLAYMONEY_URL", TEXT, "the root of the server")]),
    (&["list_pending"], &[
        must("pending", Kind::List, "what is to come, soonest first"),
        must("pending[].at", Kind::Time, "when"),
        must("pending[].kind", DUE, "what kind of thing it is"),
        must("pending[].provider", TEXT, "the slug of the provider"),
        must("pending[].subject", Kind::Nullable, "the object, by the id that the merchant uses"),
        must("pending[].detail", TEXT, "what happens, in words"),
        must("truncated", Kind::Flag, "there is more"),
    ]),
    (&["list_objects"], &[
        must("objects", Kind::List, "objects, newest first, each as `show_object` shows it, without `object`"),
        must("objects[]", Kind::Object, "an object"),
        must("total", COUNT, "how many objects the asked providers and kinds have, whatever their status"),
        must("truncated", Kind::Flag, "there are more: the next list has the last `id` of this one as `before`"),
    ]),
    (&["show_object"], OBJECT),
    (&["check_rule"], &[
        must("valid", Kind::Flag, "true"),
        must("rule", Kind::Object, "the rule as it was read"),
        may("warnings", Kind::List, "what its author may not want"),
        must("warnings[]", Kind::Object, "a warning, with its place and a message"),
    ]),
    (&["show_clock", "freeze_clock", "resume_clock", "scale_clock"], CLOCK),
    (&["advance_clock"], PASSED),
    (&["stream_clock"], &[
        must("now", Kind::Time, "the simulated time"),
        must("mode", Kind::Word(&["real", "frozen", "scaled"]), "how simulated time runs"),
        must("rate", Kind::Number, "simulated seconds for each real second; 0 while the clock stands, also for the length of a walk through time"),
        must("at_real", Kind::Time, "the real time at which that was so"),
    ]),
    (&["list_actions"], &[
        must("actions", Kind::List, "what the outside world can do"),
        must("actions[].provider", TEXT, "the slug of the provider"),
        must("actions[].action", TEXT, "its name"),
        must("actions[].meaning", TEXT, "what happens"),
        must("actions[].parameters", Kind::List, "its parameters"),
        must("actions[].parameters[].name", TEXT, "the name of the parameter"),
        must("actions[].parameters[].meaning", TEXT, "what it says"),
        must("actions[].parameters[].required", Kind::Flag, "whether it has to be given"),
        must("actions[].evidence", TEXT, "how much is known about it"),
        must("actions[].source", TEXT, "and from where"),
    ]),
    (&["act"], ACTED),
    (&["list_deliveries"], DELIVERIES),
    (&["resend_delivery"], ATTEMPT),
    (&["verify_webhook"], &[
        must("valid", Kind::Flag, "whether the signature is right"),
        must("reason", Kind::Nullable, "why it is not"),
        must("canonical", Kind::Nullable, "the text that is signed"),
        must("expected", Kind::Nullable, "the right signature"),
        must("received", Kind::Nullable, "the signature of the request"),
    ]),
    (&["script_inbox"], &[must("inbox", TEXT, "the name of the inbox"), must("steps", COUNT, "how many steps its script has")]),
    (&["list_messages"], &[
        must("messages", Kind::List, "what has arrived, oldest first"),
        must("messages[].id", TEXT, "its id: msg-1"),
        must("messages[].at", Kind::Time, "when it came"),
        must("messages[].method", TEXT, "its method"),
        must("messages[].path", TEXT, "its path and query"),
        must("messages[].headers", Kind::Object, "its headers"),
        must("messages[].body", TEXT, "its body: a text, or base64 if `encoding` says so"),
        may("messages[].encoding", TEXT, "base64"),
        must("messages[].provider", Kind::Nullable, "the provider whose webhook it seems to be"),
        must("messages[].signature", Kind::Word(&["valid", "invalid", "unsigned"]), "the verdict on its signature"),
        must("truncated", Kind::Flag, "older ones were dropped"),
    ]),
    (&["clear_messages"], &[must("inbox", TEXT, "the name of the inbox"), must("removed", COUNT, "how many messages it had")]),
    (&["audit"], AUDIT),
    (&["list_requests"], REQUESTS),
    (&["list_violations"], VIOLATIONS),
    (&["verify_requests", "wait_for_requests", "wait_for_deliveries"], VERIFIED),
    (&["list_accounts"], &[must("accounts", Kind::List, "merchants, each as `show_account` shows it"), must("accounts[]", Kind::Object, "a merchant")]),
    (&["show_account", "change_account"], ACCOUNT),
    (&["list_rules"], &[must("rules", Kind::List, "rules, each as `add_rule` answers it"), must("rules[]", Kind::Object, "a rule")]),
    (&["add_rule"], RULE),
    (&["clear_rules", "remove_rule"], REMOVED),
    (&["show_scenario"], &[must("scenario", Kind::Nullable, "its name; null when the sandbox began without one")]),
    (&["replace_scenario"], &[
        must("scenario", TEXT, "its name"),
        must("clock", Kind::Object, "the clock, as `show_clock` shows it"),
        may("note", TEXT, "that its steps are not played here"),
        may("warnings", Kind::List, "what its author may not want"),
        must("warnings[]", Kind::Object, "a warning, with its place and a message"),
    ]),
    (&["show_contract"], CONTRACT),
    (&["list_assumptions"], ASSUMPTIONS),
    (&["show_coverage"], COVERAGE),
    (&["reset"], &[must("reset", Kind::Flag, "true"), must("clock", Kind::Object, "the clock, as `show_clock` shows it")]),
    (&["restore_state"], &[must("restored", Kind::Flag, "true"), must("clock", Kind::Object, "the clock, as `show_clock` shows it"), may("settled", Kind::Flag, "false: attempts that were sent again are still under way")]),
    (&["save_state"], &[
        must("playmoney_state", COUNT, "the version of the document"),
        must("contains_secrets", Kind::Flag, "whether it holds secrets that came from outside"),
        must("core", Kind::Object, "the sandbox without the providers' memories, in a form that only Playmoney reads"),
        must("providers", Kind::List, "the providers' memories"),
        must("providers[].slug", TEXT, "the slug of the provider"),
        must("providers[].memory", Kind::Object, "its memory, in a form that only Playmoney reads"),
    ]),
    (&["provider_openapi", "control_openapi"], &[must("openapi", TEXT, "the version of the specification"), must("paths", Kind::Object, "the calls")]),
];

/// The members of the problem with which a call says that what was looked for was not found.
pub fn of_refusal(call: &str) -> Option<&'static [Field]> {
    ["verify_requests", "wait_for_requests", "wait_for_deliveries"].contains(&call).then_some(NOT_VERIFIED)
}

/// The members of a call's answer.
pub fn of(call: &str) -> Option<&'static [Field]> {
    ANSWERS.iter().find(|it| it.0.contains(&call)).map(|it| it.1)
}
