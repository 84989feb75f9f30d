//! What the calls answer that look back at the traffic: violations, evidence, coverage, verification.

use super::{COUNT, may, must};
use crate::contract::violations::CODES;
use crate::kit::fields::{Field, Kind, TEXT};

#[rustfmt::skip]
pub(super) const VIOLATIONS: &[Field] = &[
    must("violations", Kind::List, "where clients and receivers broke the contract, oldest first: 10000 at most"),
    must("violations[].request", Kind::Nullable, "the id of the request: req-1; null for the receiver of a webhook"),
    must("violations[].delivery", Kind::Nullable, "the id of the webhook: dlv-1; null for a request"),
    must("violations[].at", Kind::Time, "when the request, or the answer of the receiver, came"),
    must("violations[].provider", TEXT, "the slug of the provider"),
    must("violations[].operation", Kind::Nullable, "the operation: quoine.createInvoice"),
    must("violations[].code", Kind::Word(CODES), "what kind of violation it is"),
    must("violations[].detail", TEXT, "what the client or the receiver did"),
    must("violations[].evidence", TEXT, "how much is known about what it breaks"),
    must("violations[].source", TEXT, "the page that it breaks"),
    must("truncated", Kind::Flag, "there are more, or older requests were dropped"),
];

#[rustfmt::skip]
pub(super) const ASSUMPTIONS: &[Field] = &[
    must("assumptions", Kind::List, "rows of the contracts that no document has and that traffic has leaned on; assumed ones come first"),
    must("assumptions[].row", TEXT, "its name: quoine.decisions.texts"),
    must("assumptions[].evidence", Kind::Word(&["observed", "assumed"]), "its evidence"),
    must("assumptions[].source", TEXT, "where it was seen, or the reason of the decision"),
    may("assumptions[].decision", TEXT, "what was decided"),
    must("assumptions[].count", COUNT, "how often traffic has leaned on it"),
    must("assumptions[].first", Kind::Object, "the first time"),
    must("assumptions[].first.request", Kind::Nullable, "the id of the request: req-1; null: time or the outside world did"),
    must("assumptions[].first.at", Kind::Time, "the simulated time"),
    must("assumptions[].first.operation", Kind::Nullable, "its operation: quoine.createInvoice"),
];

#[rustfmt::skip]
pub(super) const COVERAGE: &[Field] = &[
    must("percent", Kind::Number, "how much of all providers was reached; 100 is all"),
    must("providers", Kind::Object, "by slug: `percent`, and `operations`, `errors`, `statuses`, `transitions`, `events`, `retry_steps`, `timers`, `parameters` and `pages`, each with `total`, `covered`, the names of those `missing`, and for each of these in `ways` how to reach it"),
];

#[rustfmt::skip]
pub(super) const CONTRACT: &[Field] = &[
    must("slug", TEXT, "the slug of the provider"),
    must("name", TEXT, "its name"),
    must("operations", Kind::List, "its calls"),
    must("operations[]", Kind::Object, "a row with its evidence"),
    must("errors", Kind::List, "its refusals"),
    must("errors[]", Kind::Object, "a row with its evidence"),
    must("lifecycles", Kind::List, "the statuses of its objects"),
    must("lifecycles[]", Kind::Object, "the statuses of one kind of object, and the steps between them"),
    must("events", Kind::List, "its webhooks"),
    must("events[]", Kind::Object, "a row with its evidence"),
    must("rows", Kind::List, "all of them, by the names that `accepts` of a scenario takes"),
    must("rows[]", Kind::Object, "a row with its evidence"),
    must("decisions", Kind::List, "what was decided where the documents are silent"),
    must("decisions[]", Kind::Object, "a row with its evidence"),
];

#[rustfmt::skip]
pub(super) const VERIFIED: &[Field] = &[
    must("verified", Kind::Flag, "true"),
    must("matched", COUNT, "how many fit; of a sequence, how many of its calls were found"),
    may("truncated", Kind::Flag, "true: older ones were dropped, so more than these may have fitted"),
];

/// What a verification or a wait that fails has beside the members of every problem.
#[rustfmt::skip]
pub(super) const NOT_VERIFIED: &[Field] = &[
    must("verified", Kind::Flag, "false"),
    must("matched", COUNT, "how many fit; of a sequence, how many of its calls were found in their order"),
    must("nearest", Kind::List, "what came nearest, the best first, three at most; when too many fit, the latest of these"),
    may("nearest[].request", Kind::Object, "the request, as the journal lists it"),
    may("nearest[].delivery", Kind::Object, "the webhook, as the list of deliveries has it"),
    must("nearest[].criteria", Kind::List, "each criterion"),
    must("nearest[].criteria[].criterion", TEXT, "what is compared: operation, body.price; of a sequence also order"),
    must("nearest[].criteria[].expected", TEXT, "what was expected, in words or as JSON"),
    must("nearest[].criteria[].actual", TEXT, "what came, as JSON, or `nothing`"),
    must("nearest[].criteria[].met", Kind::Flag, "whether this is as expected"),
    may("missing", Kind::Object, "the first call of the sequence that was not found"),
    must("missing.step", COUNT, "its place in the sequence, from 1"),
    must("missing.operation", TEXT, "its operation"),
    must("missing.after", Kind::Nullable, "the id of the request that is the call before it"),
    may("timed_out", Kind::Flag, "true: the wait has ended without it"),
    may("truncated", Kind::Flag, "true: older ones were dropped, which can hide the answer"),
    may("unread", COUNT, "how many may fit, because a pattern was compared with a part of their texts only"),
];
