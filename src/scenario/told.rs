//! What the steps `act` and `advance` are answered with, and what other steps save, as rows. The document of the control API prints
//! those of its calls. A member with a dot stands inside another.

use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Kind, Need, TEXT};

const COUNT: Kind = Kind::Integer { min: 0, max: i64::MAX };
/// What can be due.
pub const DUE: Kind = Kind::Word(&["timer", "block", "delivery"]);

/// A row of a call of the control API.
pub const fn field(name: &'static str, kind: Kind, need: Need, meaning: &'static str) -> Field {
    Field { name, kind, need, meaning, evidence: Evidence::Documented("the control API is Playmoney's own") }
}

const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    field(name, kind, Need::Required, meaning)
}

const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    field(name, kind, Need::Optional, meaning)
}

/// The answer of a walk through time.
#[rustfmt::skip]
pub const PASSED: &[Field] = &[
    must("from", Kind::Time, "where the walk began"),
    must("now", Kind::Time, "where it stands"),
    must("fired", Kind::List, "what was due on the way: the first 10000"),
    must("fired[].at", Kind::Time, "when"),
    must("fired[].kind", DUE, "what it was"),
    must("fired[].provider", Kind::Nullable, "the slug of the provider"),
    must("fired[].subject", TEXT, "the object, by the id that the merchant uses"),
    must("fired[].detail", TEXT, "what happened"),
    must("fired_total", COUNT, "how much was due"),
    must("deliveries", Kind::List, "the attempts that have an outcome: the first 10000"),
    must("deliveries[].id", TEXT, "the id of the delivery: dlv-1"),
    must("deliveries[].provider", Kind::Nullable, "the slug of the provider"),
    must("deliveries[].event", TEXT, "the event"),
    must("deliveries[].subject", TEXT, "the object, by the id that the merchant uses"),
    must("deliveries[].attempt", COUNT, "the number of the attempt, from 1"),
    must("deliveries[].at", Kind::Time, "when it left"),
    must("deliveries[].status", Kind::NullableInteger, "the HTTP status of the receiver"),
    must("deliveries[].error", Kind::Nullable, "how the connection failed, when it did"),
    must("deliveries_total", COUNT, "how many attempts have an outcome"),
    may("incomplete", Kind::Flag, "the walk has stopped at a bound and can be continued"),
    may("pending", COUNT, "what is still to come, when the walk is incomplete"),
];

/// The answer of an action.
#[rustfmt::skip]
pub const ACTED: &[Field] = &[
    must("provider", TEXT, "the slug of the provider"),
    must("action", TEXT, "what was done"),
    must("subject", TEXT, "the object, by the id that the merchant uses"),
    must("status", TEXT, "its status afterwards"),
    must("object", Kind::Any, "the object as the provider shows it"),
    may("effect", TEXT, "`none`: the provider makes nothing of it"),
    may("reason", TEXT, "why it makes nothing of it"),
    may("settled", Kind::Flag, "false: attempts are still under way"),
];

/// A webhook that has left, as steps compare and save it.
#[rustfmt::skip]
pub const SENT: &[Field] = &[
    must("id", TEXT, "the id of the delivery: dlv-1"),
    must("event", TEXT, "the event"),
    must("subject", TEXT, "the object, by the id that the merchant uses"),
    must("account", TEXT, "the id of the account that gets it"),
    must("url", TEXT, "the address"),
    must("status", TEXT, "what has become of the delivery"),
    must("attempts", COUNT, "the number of attempts so far"),
    must("at", Kind::Time, "when it left"),
    must("attempt", COUNT, "the number of the attempt, from 1"),
    must("signature", TEXT, "the verdict on its signature"),
    must("headers", Kind::Object, "its headers"),
    must("body", Kind::Any, "its body"),
];

/// A call for which a step has waited, as it is saved.
#[rustfmt::skip]
pub const CALLED: &[Field] = &[
    must("request", Kind::Object, "what came"),
    must("request.method", TEXT, "its method"),
    must("request.target", TEXT, "its path and query"),
    must("request.headers", Kind::Object, "its headers"),
    must("request.query", Kind::Object, "its query parameters"),
    must("request.body", Kind::Any, "its body"),
    must("response", Kind::Object, "what was answered"),
    must("response.status", COUNT, "its HTTP status"),
    must("response.headers", Kind::Object, "its headers"),
    must("response.body", Kind::Any, "its body"),
    must("judged", Kind::Object, "what the conditions were compared with"),
];
