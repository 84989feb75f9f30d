//! Every name of a scenario file.

use super::shape::{Kind, Row, Shape, may, must};
use crate::engine::rules::effects::{CHUNKS_MAX, DEPTH_MAX, DUPLICATES_MAX};
use crate::scenario::shape::Kind::{
    Action, Amount, ClockMode, Duration, Either, Flag, Inbox, Integer, List, Map, Matcher, Matchers, Moment, Name, Offset, Operation,
    Plain, Provider, Providers, Script, Settings, Share, Step, Text, Trigger, Value, Values, Word,
};

const COUNT: Kind = Integer { min: 0, max: 1_000_000 };
const SEED: Kind = Integer { min: 0, max: i64::MAX };
const STATUS: Kind = Integer { min: 200, max: 599 };

#[rustfmt::skip]
pub static SCENARIO: Shape = Shape { what: "a scenario", rows: &[
    must("version",     Integer { min: 1, max: 1 }, "of this grammar: 1"),
    may("name",         Text,                       "what it is about, in a few words; the file's name unless given"),
    may("description",  Text,                       "what somebody learns from it"),
    may("seed",         SEED,                       "every id, address and chance follows from it; 1 unless given"),
    may("clock",        Kind::Shape(&CLOCK),        "how simulated time begins; frozen at 2026-01-01T00:00:00Z unless given"),
    may("providers",    Providers(&PROVIDER),       "accounts and what they start with, by the provider's slug"),
    may("rules",        List(&Kind::Shape(&RULE)),  "what differs from the documented behaviour"),
    may("steps",        List(&Step),                "a script that proves something; `playmoney run` plays it"),
]};

#[rustfmt::skip]
static CLOCK: Shape = Shape { what: "a clock", rows: &[
    may("mode", ClockMode, "frozen, real, or simulated seconds a second as 60x"),
    may("now",  Moment,    "the first moment of simulated time"),
]};

#[rustfmt::skip]
static PROVIDER: Shape = Shape { what: "a provider", rows: &[
    may("accounts", List(&Settings(&ACCOUNT)), "merchants; the one that every sandbox has is changed, any other id is a new one"),
    may("rates",    Map(&RATE),                "prices by pair: BTC/USD: 1000; or with both sides: {ask, bid}"),
    may("balances", Map(&Plain),               "what the account that every sandbox has starts with, by currency"),
]};

const RATE: Kind = Either(&Amount, &Kind::Shape(&QUOTE));

#[rustfmt::skip]
static QUOTE: Shape = Shape { what: "a price", rows: &[
    must("ask", Amount, "what a buyer pays"),
    must("bid", Amount, "what a seller gets"),
]};

#[rustfmt::skip]
static ACCOUNT: Shape = Shape { what: "an account", rows: &[
    must("id",         Plain,       "how steps, rules and the control API name it"),
    may("credentials", Map(&Plain), "keys of its own; what is not given follows from the sandbox's name and the id"),
    may("balances",    Map(&Plain), "what it starts with, by currency"),
]};

#[rustfmt::skip]
pub static RULE: Shape = Shape { what: "a rule", rows: &[
    may("name", Text,               "how the journal, the header Playmoney-Fault and DELETE name it"),
    may("on",   Trigger,            "an operation, all of a provider's as quoine.*, or its webhooks as quoine:webhook; without it, only Playmoney-Fault asks for the rule"),
    may("when", Kind::Shape(&WHEN), "when it fires; always unless given"),
    must("then", Kind::Shape(&THEN), "what it does"),
    may("ttl",  Duration,           "it goes away so much simulated time after it was added"),
]};

#[rustfmt::skip]
static WHEN: Shape = Shape { what: "a condition", rows: &[
    may("body",        Matchers,                   "fields of the request's or the webhook's body; a form's are text"),
    may("headers",     Matchers,                   "headers of the request, by their names in lower case"),
    may("query",       Matchers,                   "parameters of its query"),
    may("event",       Matcher,                    "the webhook's event"),
    may("account",     Matcher,                    "the id of the account that asks, or is told"),
    may("after",       COUNT,                      "the first so many that fit are let through"),
    may("times",       COUNT,                      "it fires so many times"),
    may("until",       Either(&Duration, &Moment), "it fires until that moment, or so long after it was added"),
    may("probability", Share,                      "the share of those that fit, drawn from the sandbox's seed"),
]};

/// Effects on requests, then on the object that a call makes, then on webhooks.
#[rustfmt::skip]
pub static THEN: Shape = Shape { what: "an effect", rows: &[
    may("error",                    Text,               "answers with a documented error, by the name that `playmoney describe` prints"),
    may("status",                   STATUS,             "answers with this HTTP status"),
    may("headers",                  Map(&Plain),        "and with these headers"),
    may("body",                     Value,              "and with this body: text as it is, anything else as JSON"),
    may("latency",                  LATENCY,            "holds the answer back for so much simulated time, or {clock: real}"),
    may("connection_reset",         TRUE,               "the connection is reset in place of an answer"),
    may("empty_response",           TRUE,               "the connection is closed without a byte"),
    may("malformed_response_chunk", TRUE,               "a good head, then chunks that are none"),
    may("random_data_then_close",   TRUE,               "bytes that are no HTTP"),
    may("truncate_body_at_fraction", Share,             "announces the whole body and sends this share of it"),
    may("dribble",                  Kind::Shape(&DRIBBLE), "sends the body in pieces"),
    may("lifecycle",                List(&Kind::Shape(&COURSE)), "the generation of the object that the call makes, in place of the default timers"),
    may("underpaid",                Either(&Share, &Kind::Shape(&UNDERPAID)), "the customer pays this share of what is due"),
    may("late_payment",             Duration,           "the customer pays so long after the window has closed"),
    may("reorg",                    Either(&DEPTH, &Kind::Shape(&REORG)), "the customer pays, and then the chain undoes so many blocks"),
    may("payout_returned",          Duration,           "the bank sends the payout back so long after the call"),
    may("duplicate",                Integer { min: 2, max: DUPLICATES_MAX as i64 }, "sends each attempt of the webhook so often in all"),
    may("drop",                     TRUE,               "never sends it"),
    may("delay",                    Duration,           "its first attempt leaves so much later; later events do not wait"),
    may("reorder",                  TRUE,               "it leaves after the next webhook to that target, 60 simulated seconds later at most"),
    may("tamper",                   Values,             "alters members of the body after it was signed: payout.amount: 1"),
    may("bad_signature",            TRUE,               "signs it with a secret that nobody knows"),
    may("stale_timestamp",          Duration,           "dates it so much too early"),
]};

const TRUE: Kind = Flag;
const DEPTH: Kind = Integer { min: 1, max: DEPTH_MAX as i64 };
const LATENCY: Kind = Either(&Duration, &Kind::Shape(&SPREAD));

#[rustfmt::skip]
static SPREAD: Shape = Shape { what: "a latency", rows: &[
    may("fixed",     Duration,                  "always so long"),
    may("uniform",   List(&Duration),           "two spans: each between them as likely as any other"),
    may("lognormal", Kind::Shape(&LOGNORMAL),   "half of them below the median, and a long tail"),
    may("clock",     Word(&["virtual", "real"]), "whose time passes: simulated unless given"),
]};

#[rustfmt::skip]
static LOGNORMAL: Shape = Shape { what: "a spread", rows: &[
    must("median", Duration, "half of the spans are below it"),
    must("sigma",  Amount,   "how wide they are spread: 0.5 is usual, 1 is much"),
]};

#[rustfmt::skip]
static DRIBBLE: Shape = Shape { what: "a dribble", rows: &[
    must("chunks", Integer { min: 1, max: CHUNKS_MAX as i64 }, "so many pieces"),
    must("over",   Duration,                                   "so much real time from the first to the last"),
]};

#[rustfmt::skip]
static COURSE: Shape = Shape { what: "a step of a lifecycle", rows: &[
    may("after", Duration, "so long after the step before it; at once unless given"),
    must("to",   Text,     "the status that it reaches, by the provider's own word"),
]};

#[rustfmt::skip]
static UNDERPAID: Shape = Shape { what: "an underpayment", rows: &[
    must("share", Share,    "of what is due"),
    may("after",  Duration, "so long after the call; 1s unless given"),
]};

#[rustfmt::skip]
static REORG: Shape = Shape { what: "a reorganisation", rows: &[
    must("depth", DEPTH,    "so many blocks are undone"),
    may("after",  Duration, "so long after the payment; 1h unless given"),
]};

/// What every step may carry.
#[rustfmt::skip]
pub static ANY_STEP: Shape = Shape { what: "a step", rows: &[
    may("title", Text, "what it is for, in the output"),
    may("in",    Name, "the fork that it happens in"),
]};

/// The steps: each is known by its first name, and has these beside it.
#[rustfmt::skip]
pub static STEPS: &[Shape] = &[
    Shape { what: "a call", rows: &[
        must("call",     Operation,                           "the merchant's program calls a provider, signed and authenticated"),
        may("with",      Value,                               "the parameters, wherever they travel: in the path, the query or the body"),
        may("account",   Plain,                               "who calls; the account that every sandbox has unless given"),
        may("headers",   Map(&Plain),                         "further headers, or others in place of the usual ones"),
        may("body",      Text,                                "this very body, as text, in place of `with`"),
        may("path",      Text,                                "this very path below the provider's slug, or a link from an answer, in place of the operation's"),
        may("method",    Word(&["GET", "POST", "PUT", "PATCH", "DELETE"]), "this method in place of the operation's"),
        may("signature", Word(&["right", "wrong", "none"]),   "proves who calls: with the right key unless given, a wrong one, or not at all; calls of a portal log in"),
        may("date",      Offset,                              "dates and signs it so much off the simulated time: -20m"),
        may("fault",     Text,                                "asks for a rule, a documented error or an effect of the transport: the header Playmoney-Fault"),
        EXPECT, SAVE,
    ]},
    Shape { what: "an action", rows: &[
        must("act", Action, "customer, bank or blockchain do something"),
        may("with", Values, "the action's parameters"),
        EXPECT, SAVE,
    ]},
    Shape { what: "a leap through time", rows: &[
        must("advance", Either(&Duration, &Kind::Shape(&ADVANCE)), "time passes, and all that is due happens"),
        EXPECT, SAVE,
    ]},
    Shape { what: "an expectation", rows: &[must("expect", Kind::Shape(&OF), "what a saved step has answered")] },
    Shape { what: "an expected webhook", rows: &[must("expect_webhook", Kind::Shape(&WEBHOOK), "that a webhook was sent"), SAVE] },
    Shape { what: "an unexpected webhook", rows: &[must("expect_no_webhook", Kind::Shape(&NO_WEBHOOK), "that no such webhook was sent so far")] },
    Shape { what: "a new rule", rows: &[must("rule", Kind::Shape(&RULE), "adds a rule, ahead of those that stand")] },
    Shape { what: "a rule's end", rows: &[must("drop_rule", Text, "takes the rule of that name away")] },
    Shape { what: "a receiver", rows: &[
        must("receiver", Inbox,  "a built-in receiver: the NAME of ${inbox:NAME}"),
        must("respond",  Script, "how it answers from now on, the last one repeated: [500, timeout, reset, {status: 200, delay: 11s}]"),
    ]},
    Shape { what: "a change of settings", rows: &[
        must("set",    Provider, "changes settings of an account"),
        may("account", Plain,    "which; the account that every sandbox has unless given"),
        must("with",   Values,   "the settings: {webhook_url: ..., pace: manual}"),
    ]},
    Shape { what: "a snapshot", rows: &[must("snapshot", Name, "keeps the sandbox as it is under that name")] },
    Shape { what: "a return", rows: &[must("restore", Name, "makes the sandbox what it was at that snapshot")] },
    Shape { what: "a fork", rows: &[must("fork", Name, "copies the sandbox at this instant; steps with `in` happen in the copy")] },
    Shape { what: "a wait", rows: &[must("wait_for", Kind::Shape(&WAIT), "a call that the application under test makes"), SAVE] },
];

const EXPECT: Row = may("expect", Kind::Shape(&ANSWER), "what has to be answered");
const SAVE: Row = may("save", Name, "keeps the answer's body for later steps: ${NAME.field}");

#[rustfmt::skip]
static ADVANCE: Shape = Shape { what: "a leap", rows: &[
    may("by",    Duration,                            "so much"),
    may("to",    Moment,                              "to that moment"),
    may("until", Word(&["next", "idle", "delivery"]), "to the next thing that is due, until nothing is left, or past the next delivery"),
    may("limit", Duration,                            "but no further than this; 30d unless given"),
]};

#[rustfmt::skip]
static ANSWER: Shape = Shape { what: "an answer", rows: &[
    may("status",  Matcher,  "the HTTP status"),
    may("headers", Matchers, "headers, by their names in lower case"),
    may("body",    Matcher,  "the body: JSON where it is JSON, else text"),
    may("error",   Word(&["connection_reset", "empty_response", "malformed_response_chunk", "random_data_then_close", "truncate_body_at_fraction"]), "how the connection fails in place of an answer, by the effect of a rule"),
]};

#[rustfmt::skip]
static OF: Shape = Shape { what: "an expectation", rows: &[
    must("of",     Name,     "the step that has saved it"),
    must("body",   Matcher,  "what has to be in it"),
]};

const SIGNATURE: Kind = Word(&["valid", "invalid", "unsigned"]);
const DELIVERY_STATUS: Kind = Word(&["pending", "delivered", "failed"]);

#[rustfmt::skip]
static WEBHOOK: Shape = Shape { what: "a webhook", rows: &[
    must("provider", Provider,       "who sends it"),
    may("event",     Matcher,        "its event"),
    may("subject",   Matcher,        "the object that it tells of, as the merchant names it"),
    may("account",   Matcher,        "the id of the account that is told"),
    may("url",       Matcher,        "where it went"),
    may("headers",   Matchers,       "its headers, by their names in lower case"),
    may("body",      Matcher,        "its body"),
    may("signature", SIGNATURE,      "whether its signature is right for the receiver who knows the secret"),
    may("status",    DELIVERY_STATUS, "what has become of the delivery"),
    may("attempts",  Matcher,        "how many attempts the delivery has had"),
    may("count",     Matcher,        "how many fitting requests have left, retries and duplicates included; at least one unless given"),
]};

#[rustfmt::skip]
static NO_WEBHOOK: Shape = Shape { what: "a webhook", rows: &[
    must("provider", Provider,        "who would send it"),
    may("event",     Matcher,         "its event"),
    may("subject",   Matcher,         "the object that it would tell of"),
    may("account",   Matcher,         "the id of the account that would be told"),
    may("url",       Matcher,         "where it would go"),
    may("headers",   Matchers,        "its headers"),
    may("body",      Matcher,         "its body"),
    may("signature", SIGNATURE,       "its signature"),
    may("status",    DELIVERY_STATUS, "what would have become of the delivery"),
    may("attempts",  Matcher,         "how many attempts it would have had"),
]};

#[rustfmt::skip]
static WAIT: Shape = Shape { what: "a wait", rows: &[
    must("operation", Operation,            "the operation that is called"),
    may("where",      Kind::Shape(&WHERE),  "and how"),
    may("timeout",    Duration,             "so much real time is waited; 5s unless given"),
]};

#[rustfmt::skip]
static WHERE: Shape = Shape { what: "a condition", rows: &[
    may("body",    Matchers, "fields of the request's body"),
    may("headers", Matchers, "its headers, by their names in lower case"),
    may("query",   Matchers, "parameters of its query"),
    may("account", Matcher,  "the id of the account that called"),
    may("status",  Matcher,  "the HTTP status that was answered"),
]};
