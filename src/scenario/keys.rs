//! Every name of a scenario file.

use super::shape::{Effect, Kind, Row, Shape, effect, may, must};
use crate::engine::rules::effects::{CHUNKS_MAX, DEPTH_MAX};
use crate::engine::rules::faults::DUPLICATES_MAX;
use crate::engine::rules::{ATTEMPTS_MAX, UNANSWERED};
use crate::scenario::shape::Kind::{
    Action, Amount, Answering, Calls, ClockMode, Duration, Either, Failure, Flag, Inbox, Integer, List, Map, Matcher, Matchers, Moment,
    Name, Offset, Operation, Plain, Provider, Providers, Script, Settings, Share, Step, Text, Trigger, Value, Values, Word,
};

/// How many times steps are repeated.
pub const TIMES_MAX: u32 = 1_000;
/// What the repeated steps use for the number of the repetition.
pub const INDEX: &str = "index";
/// The name under which steps find a text that belongs to this run alone.
pub const RUN: &str = "run";
/// The name under which steps find the number of the job that plays them.
pub const JOB: &str = "job";
/// The name under which steps find the starting address for webhooks of each provider, by slug.
pub const WEBHOOK_URL: &str = "webhook_url";

const COUNT: Kind = Integer { min: 0, max: 1_000_000 };
const SEED: Kind = Integer { min: 0, max: i64::MAX };
const STATUS: Kind = Integer { min: 200, max: 599 };

#[rustfmt::skip]
pub static SCENARIO: Shape = Shape { what: "a scenario", rows: &[
    must("version",     Integer { min: 1, max: 1 }, "the version of this grammar: 1"),
    may("name",         Text,                       "what it is about, in a few words; default: the name of the file"),
    may("description",  Text,                       "what the reader learns from it"),
    may("seed",         SEED,                       "decides every id, address and random choice; default: 1"),
    may("clock",        Kind::Shape(&CLOCK),        "how simulated time begins; default: frozen at 2026-01-01T00:00:00Z"),
    may("providers",    Providers(&PROVIDER),       "accounts and what they start with, by the slug of the provider"),
    may("rules",        List(&Kind::Shape(&RULE)),  "what differs from the documented behaviour"),
    may("accepts",      List(&Kind::ContractRow),   "rows of the contracts that are assumed and that the author has checked with the provider, as `playmoney assumptions` names them; `run --fail-on assumed` lets them pass"),
    may("steps",        List(&Step),                "a script that proves something; `playmoney run` plays it; ${run} in it is a text that belongs to this run alone, for order numbers; ${job} is the number of the job that plays it, from 0, as {job} in --webhook-url"),
]};

#[rustfmt::skip]
static CLOCK: Shape = Shape { what: "a clock", rows: &[
    may("mode", ClockMode, "frozen, real, or simulated seconds for each real second, such as 60x"),
    may("now",  Moment,    "the first moment of simulated time"),
]};

#[rustfmt::skip]
static PROVIDER: Shape = Shape { what: "a provider", rows: &[
    may("accounts", List(&Settings(&ACCOUNT)), "merchants; the id of the default account changes that account, any other id adds a new one"),
    may("rates",    Map(&RATE),                "prices by pair: BTC/USD: 1000; or with both sides: {ask, bid}"),
    may("balances", Map(&Plain),               "what the default account starts with, by currency"),
]};

const RATE: Kind = Either(&Amount, &Kind::Shape(&QUOTE));

#[rustfmt::skip]
static QUOTE: Shape = Shape { what: "a price", rows: &[
    must("ask", Amount, "the price that a buyer pays"),
    must("bid", Amount, "the price that a seller gets"),
]};

#[rustfmt::skip]
static ACCOUNT: Shape = Shape { what: "an account", rows: &[
    must("id",         Plain,       "the name of the account in steps, rules and the control API"),
    may("credentials", Map(&Plain), "keys of its own; keys that are not given follow from the name of the sandbox and the id"),
    may("balances",    Map(&Plain), "what it starts with, by currency"),
]};

#[rustfmt::skip]
pub static RULE: Shape = Shape { what: "a rule", rows: &[
    may("name", Text,               "the name of the rule in the journal, in the header Playmoney-Fault and in DELETE"),
    may("on",   Trigger,            "one operation, all operations of a provider such as quoine.*, or its webhooks such as quoine:webhook; without it, the rule fires only when the header Playmoney-Fault names it"),
    may("when", Kind::Shape(&WHEN), "when it fires; default: always"),
    must("then", Kind::Shape(&THEN), "what it does"),
    may("ttl",  Duration,           "the rule is removed when this duration of simulated time has passed"),
]};

#[rustfmt::skip]
static WHEN: Shape = Shape { what: "a condition", rows: &[
    may("body",        Matchers,                   "fields of the body of the request or webhook; fields of a form are text"),
    may("headers",     Matchers,                   "headers of the request, by their names in lower case"),
    may("query",       Matchers,                   "query parameters of the request"),
    may("event",       Matcher,                    "the event of the webhook"),
    may("account",     Matcher,                    "the id of the account that calls, or that gets the webhook"),
    may("attempt",     Matcher,                    "the attempts of the webhook on which the effects act: 1, or {gt: 1}; default: all"),
    may("after",       COUNT,                      "this number of matches pass before the rule fires"),
    may("times",       COUNT,                      "the rule fires at most this number of times"),
    may("until",       Either(&Duration, &Moment), "the rule fires until this time, or for this duration after it was added"),
    may("probability", Share,                      "the share of matches for which it fires, drawn from the seed of the sandbox"),
]};

/// Effects, each with what it acts on.
#[rustfmt::skip]
pub static THEN: Shape = Shape { what: "an effect", rows: &[
    effect(Effect::Answer,   "error",           Text,         "answers with a documented error, by the name that `playmoney describe` prints"),
    effect(Effect::Answer,   "status",          STATUS,       "answers with this HTTP status; without `body`, in the shape of the provider's own error of that status, if it has one"),
    effect(Effect::Addition, "headers",         Answering(&Map(&Plain)), "adds these headers to the answer, or to the webhook after it was signed"),
    effect(Effect::Answer,   "body",            Answering(&Value), "answers with this body: text as it is, anything else as JSON; ${request.body.x} is a value of the request"),
    effect(Effect::Addition, "patch",           Kind::Shape(&PATCH), "changes members of the provider's answer, or of the event before it is signed; the rest stays"),
    effect(Effect::Addition, "latency",         LATENCY,      "delays the answer by this duration of simulated time, or of real time with {clock: real}"),
    effect(Effect::Bytes,    "connection_reset", TRUE,        "resets the connection instead of sending the answer"),
    effect(Effect::Bytes,    "empty_response",  TRUE,         "closes the connection without sending a byte"),
    effect(Effect::Bytes,    "malformed_response_chunk", TRUE, "sends a valid head, then invalid chunks"),
    effect(Effect::Bytes,    "random_data_then_close", TRUE,  "sends bytes that are not HTTP, then closes the connection"),
    effect(Effect::Bytes,    "truncate_body_at_fraction", Share, "announces the whole body and sends this share of it; a webhook is sent with this share as its body, and 0 leaves it empty"),
    effect(Effect::Bytes,    "dribble",         Kind::Shape(&DRIBBLE), "sends the body in pieces"),
    effect(Effect::Fate,     "lifecycle",       List(&Kind::Shape(&STATUS_STEP)), "the statuses of the object that the call creates, instead of the default timers"),
    effect(Effect::Fate,     "underpaid",       Either(&Share, &Kind::Shape(&UNDERPAID)), "the customer pays this share of the amount due"),
    effect(Effect::Fate,     "late_payment",    Duration,     "the customer pays this duration after the payment window has closed"),
    effect(Effect::Fate,     "reorg",           Either(&DEPTH, &Kind::Shape(&REORG)), "the customer pays, then the chain removes this number of blocks"),
    effect(Effect::Fate,     "payout_returned", Duration,     "the bank returns the payout this duration after the call"),
    effect(Effect::Webhook,  "duplicate",       Either(&COPIES, &Kind::Shape(&DUPLICATE)), "sends each attempt this number of times in all; each copy leaves when the one before it has an outcome"),
    effect(Effect::Webhook,  "drop",            TRUE,         "never sends the webhook"),
    effect(Effect::Webhook,  "delay",           Duration,     "sends the first attempt this duration later; later events do not wait for it"),
    effect(Effect::Webhook,  "reorder",         TRUE,         "sends the webhook after the next one to the same target, at most 60 simulated seconds later"),
    effect(Effect::Webhook,  "answer_lost",     ATTEMPTS,     "the receiver gets the first attempts, this number of them, and the provider takes each for a timeout"),
    effect(Effect::Webhook,  "unreachable",     ATTEMPTS,     "the first attempts, this number of them, do not reach the receiver"),
    effect(Effect::Webhook,  "answered",        Either(&GIVEN, &List(&GIVEN_OR_SLOW)), "the provider takes this for the receiver's answer, whatever the receiver answers: 502, or timeout, reset, refused, dns, tls; of a list such as [502, {status: 200, delay: 3s}], one for each request, copies too, the last one for all that follow; with refused, dns and tls the receiver does not get the request; the rules behind one with this effect alone are asked too"),
    effect(Effect::Webhook,  "tamper",          Values,       "changes members of the body after it was signed: payout.amount: 1"),
    effect(Effect::Webhook,  "bad_signature",   TRUE,         "signs the webhook with an unknown secret"),
    effect(Effect::Webhook,  "unsigned",        TRUE,         "sends the webhook without its signature"),
    effect(Effect::Webhook,  "stale_timestamp", Duration,     "backdates the timestamp of the webhook by this duration"),
]};

const TRUE: Kind = Flag;
const DEPTH: Kind = Integer { min: 1, max: DEPTH_MAX as i64 };
const COPIES: Kind = Integer { min: 2, max: DUPLICATES_MAX as i64 };
const ATTEMPTS: Kind = Integer { min: 1, max: ATTEMPTS_MAX as i64 };
const GIVEN: Kind = Either(&STATUS, &Word(UNANSWERED));
const GIVEN_OR_SLOW: Kind = Either(&GIVEN, &Kind::Shape(&GIVEN_ANSWER));
const LATENCY: Kind = Either(&Duration, &Kind::Shape(&SPREAD));

#[rustfmt::skip]
static SPREAD: Shape = Shape { what: "a latency", rows: &[
    may("fixed",     Duration,                  "always this duration"),
    may("uniform",   List(&Duration),           "two durations: every duration between them is equally likely"),
    may("lognormal", Kind::Shape(&LOGNORMAL),   "half of the delays are below the median, with a long tail above it"),
    may("clock",     Word(&["virtual", "real"]), "the clock that measures the delay; default: virtual, the simulated clock"),
]};

#[rustfmt::skip]
static LOGNORMAL: Shape = Shape { what: "a spread", rows: &[
    must("median", Duration, "half of the delays are below this duration"),
    must("sigma",  Amount,   "how widely the delays vary: 0.5 is usual, 1 is wide"),
]};

#[rustfmt::skip]
static DUPLICATE: Shape = Shape { what: "a duplicate", rows: &[
    must("copies",  COPIES, "how often each attempt is sent in all"),
    may("together", Flag,   "all copies leave at once: which of them arrives first is chance, and the outcome of the first made decides; default: false"),
]};

#[rustfmt::skip]
static GIVEN_ANSWER: Shape = Shape { what: "an answer", rows: &[
    must("status", STATUS,   "the HTTP status"),
    may("delay",   Duration, "the simulated time until it comes; it counts against the time limit of the provider"),
    may("by_gateway", TRUE,  "what stands in front of the receiver answers: the receiver does not get the request"),
]};

#[rustfmt::skip]
static PATCH: Shape = Shape { what: "a patch", rows: &[
    may("set",    Answering(&Values), "members with their new values, by dotted paths: payout.amount: 1; a member that is not there is added"),
    may("remove", List(&Text), "dotted paths of members that are taken away"),
]};

#[rustfmt::skip]
static DRIBBLE: Shape = Shape { what: "a dribble", rows: &[
    must("chunks", Integer { min: 1, max: CHUNKS_MAX as i64 }, "the number of pieces"),
    must("over",   Duration,                                   "the real time from the first piece to the last"),
]};

#[rustfmt::skip]
static STATUS_STEP: Shape = Shape { what: "a step of a lifecycle", rows: &[
    may("after", Duration, "the wait since the previous step; default: 0s"),
    must("to",   Text,     "the status to reach, in the words of the provider"),
]};

#[rustfmt::skip]
static UNDERPAID: Shape = Shape { what: "an underpayment", rows: &[
    must("share", Share,    "the share of the amount due"),
    may("after",  Duration, "the wait since the call; default: 1s"),
]};

#[rustfmt::skip]
static REORG: Shape = Shape { what: "a reorganisation", rows: &[
    must("depth", DEPTH,    "the number of blocks to remove"),
    may("after",  Duration, "the wait since the payment; default: 1h"),
]};

/// What every step may carry.
#[rustfmt::skip]
pub static ANY_STEP: Shape = Shape { what: "a step", rows: &[
    may("title", Text, "the purpose of the step, for the output"),
    may("in",    Name, "the fork in which the step happens"),
]};

/// The steps. The first row of each names it.
#[rustfmt::skip]
pub static STEPS: &[Shape] = &[
    Shape { what: "a call", rows: &[
        must("call",     Operation,                           "the program of the merchant calls a provider; the call is signed and authenticated"),
        may("with",      Value,                               "the parameters, whether they belong in the path, the query or the body"),
        may("account",   Plain,                               "the account that calls; default: the default account"),
        may("headers",   Map(&Plain),                         "additional headers, or replacements for the usual ones"),
        may("body",      Text,                                "exactly this body, as text, instead of `with`"),
        may("path",      Text,                                "exactly this path below the slug of the provider, or a link from an answer, instead of the path of the operation"),
        may("method",    Word(&["GET", "POST", "PUT", "PATCH", "DELETE"]), "this method instead of the method of the operation"),
        may("signature", Word(&["right", "wrong", "none"]),   "how the call is authenticated: with the right key (the default), a wrong key, or not at all; calls of a portal log in"),
        may("date",      Offset,                              "moves the date and signature by this offset from simulated time: -20m"),
        may("fault",     Text,                                "asks for rules, documented errors and effects, NAME or NAME=VALUE, separated by commas: the header Playmoney-Fault"),
        EXPECT, SAVE,
    ]},
    Shape { what: "an action", rows: &[
        must("act", Action, "the customer, the bank or the blockchain does something"),
        may("with", Values, "the parameters of the action"),
        EXPECT, SAVE,
    ]},
    Shape { what: "a time advance", rows: &[
        must("advance", Either(&Duration, &Kind::Shape(&ADVANCE)), "time passes, and everything that is due happens"),
        EXPECT, SAVE,
    ]},
    Shape { what: "an expectation", rows: &[must("expect", Kind::Shape(&OF), "checks the answer that a step has saved")] },
    Shape { what: "an expected webhook", rows: &[must("expect_webhook", Kind::Shape(&WEBHOOK), "checks that a webhook was sent"), SAVE] },
    Shape { what: "an unexpected webhook", rows: &[must("expect_no_webhook", Kind::Shape(&NO_WEBHOOK), "checks that no such webhook has been sent so far")] },
    Shape { what: "a new rule", rows: &[must("rule", Kind::Shape(&RULE), "adds a rule before all others")] },
    Shape { what: "a removed rule", rows: &[must("drop_rule", Text, "removes the rule with this name")] },
    Shape { what: "a receiver", rows: &[
        must("receiver", Inbox,  "a built-in receiver: the NAME of ${inbox:NAME}"),
        must("respond",  Script, "its next answers, the last one repeated: [500, timeout, reset, refused, dns, tls, {status: 503, delay: 2s, headers: {Retry-After: 5}, body: later}]"),
    ]},
    Shape { what: "a change of settings", rows: &[
        must("set",    Provider, "changes settings of an account"),
        may("account", Plain,    "the account to change; default: the default account"),
        must("with",   Values,   "the settings: {webhook_url: ..., pace: manual}; under `credentials`, keys that replace the present ones"),
    ]},
    Shape { what: "a snapshot", rows: &[must("snapshot", Name, "saves the state of the sandbox under this name")] },
    Shape { what: "a restore", rows: &[must("restore", Name, "returns the sandbox to this snapshot")] },
    Shape { what: "a fork", rows: &[must("fork", Name, "copies the sandbox as it is now; steps with `in` happen in the copy")] },
    Shape { what: "a repetition", rows: &[must("repeat", Kind::Shape(&REPEAT), "plays steps several times; `${index}` in them counts from 1")] },
    Shape { what: "calls at one instant", rows: &[must("together", Calls, "calls that arrive at one instant, before any of them is answered")] },
    Shape { what: "a probe", rows: &[must("probe", Kind::Shape(&PROBE), "asks the application under test by GET, and checks its answer; only with --webhook-url")] },
    Shape { what: "a wait", rows: &[must("wait_for", Kind::Shape(&WAIT), "waits for a call from the application under test"), SAVE] },
];

#[rustfmt::skip]
static REPEAT: Shape = Shape { what: "a repetition", rows: &[
    must("times", Integer { min: 1, max: TIMES_MAX as i64 }, "how many times"),
    must("steps", List(&Step), "the steps"),
]};

const EXPECT: Row = may("expect", Kind::Shape(&ANSWER), "the expected answer");
const SAVE: Row = may("save", Name, "saves the body of the answer for later steps: ${NAME.field}");

#[rustfmt::skip]
static ADVANCE: Shape = Shape { what: "a time advance", rows: &[
    may("by",    Duration,                            "by this duration"),
    may("to",    Moment,                              "to this time"),
    may("until", Word(&["next", "idle", "delivery"]), "to the next event that is due, until nothing is due, or past the next delivery"),
    may("limit", Duration,                            "with `until`, at most this duration; default: 30d"),
]};

#[rustfmt::skip]
static ANSWER: Shape = Shape { what: "an answer", rows: &[
    may("status",  Matcher,  "the HTTP status"),
    may("headers", Matchers, "headers, by their names in lower case"),
    may("body",    Matcher,  "the body: JSON if it is JSON, otherwise text"),
    may("error",   Failure, "how the connection fails instead of an answer, by the name of the effect"),
]};

#[rustfmt::skip]
static OF: Shape = Shape { what: "an expectation", rows: &[
    must("of",     Name,     "the name that a step has saved"),
    must("body",   Matcher,  "what the saved value must contain"),
]};

const SIGNATURE: Kind = Word(&["valid", "invalid", "unsigned"]);
pub const DELIVERY_STATUS: Kind = Word(&["pending", "delivered", "failed"]);

#[rustfmt::skip]
static WEBHOOK: Shape = Shape { what: "a webhook", rows: &[
    must("provider", Provider,       "the provider that sends it"),
    may("event",     Matcher,        "its event"),
    may("subject",   Matcher,        "the object that it reports, by the id that the merchant uses"),
    may("account",   Matcher,        "the id of the account that gets it"),
    may("url",       Matcher,        "the address that it was sent to"),
    may("headers",   Matchers,       "its headers, by their names in lower case"),
    may("body",      Matcher,        "its body"),
    may("signature", SIGNATURE,      "whether its signature is right for a receiver that knows the secret"),
    may("status",    DELIVERY_STATUS, "the status of the delivery"),
    may("attempts",  Matcher,        "the number of attempts so far"),
    may("count",     Matcher,        "the number of matching requests, with retries and duplicates; default: at least one"),
]};

#[rustfmt::skip]
static NO_WEBHOOK: Shape = Shape { what: "a webhook", rows: &[
    must("provider", Provider,        "the provider that would send it"),
    may("event",     Matcher,         "its event"),
    may("subject",   Matcher,         "the object that it would report"),
    may("account",   Matcher,         "the id of the account that would get it"),
    may("url",       Matcher,         "the address that it would be sent to"),
    may("headers",   Matchers,        "its headers"),
    may("body",      Matcher,         "its body"),
    may("signature", SIGNATURE,       "its signature"),
    may("status",    DELIVERY_STATUS, "the status that the delivery would have"),
    may("attempts",  Matcher,         "the number of attempts that it would have had"),
]};

#[rustfmt::skip]
static WAIT: Shape = Shape { what: "a wait", rows: &[
    must("operation", Operation,            "the operation that is called"),
    may("where",      Kind::Shape(&WHERE),  "conditions on the call"),
    may("timeout",    Duration,             "the longest wait, in real time; default: 5s"),
]};

#[rustfmt::skip]
static PROBE: Shape = Shape { what: "a probe", rows: &[
    must("url",     Text,                    "the address that shows the effect of webhooks, such as that of an order: http://127.0.0.1:8000/orders/${run}"),
    may("expect",   Kind::Shape(&PROBED),    "the expected answer; default: a status from 200 to 299"),
    may("save",     Name,                    "saves the body of the answer for later steps: ${NAME.field}"),
    may("timeout",  Duration,                "it asks again until the answer fits, for this duration of real time; default: 2s"),
    may("stays",    Duration,                "then it asks again for this duration of real time, and every answer must fit: for an application that works behind its answers; default: 0s"),
]};

#[rustfmt::skip]
static PROBED: Shape = Shape { what: "an answer", rows: &[
    may("status",  Matcher,  "the HTTP status; default: from 200 to 299"),
    may("headers", Matchers, "headers, by their names in lower case"),
    may("body",    Matcher,  "the body: JSON if it is JSON, otherwise text"),
]};

#[rustfmt::skip]
pub static WHERE: Shape = Shape { what: "a condition", rows: &[
    may("body",    Matchers, "fields of the body of the request"),
    may("headers", Matchers, "its headers, by their names in lower case"),
    may("query",   Matchers, "its query parameters"),
    may("account", Matcher,  "the id of the account that called"),
    may("status",  Matcher,  "the HTTP status of the answer"),
]};
