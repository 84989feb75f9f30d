//! The settings of an account that only this provider has.

use crate::engine::tables::{Setting, SettingKind};

const OFF: SettingKind = SettingKind::Flag { default: false };

pub const DOCUMENTED_ONLY: Setting =
    Setting { name: "documented_only", kind: OFF, meaning: "a function that QuantaPay's own pages do not name answers function-not-found" };
pub const PAYLOAD: Setting = Setting {
    name: "payload",
    kind: SettingKind::Word { words: &["april", "march"], default: "april" },
    meaning: "how transactions are written in webhooks and answers: `april` as since 2026-04-08; `march` as before, without biz_id and type, and with two decimals",
};
pub const ADDRESS_MODE: Setting = Setting {
    name: "address_mode",
    kind: SettingKind::Word { words: &["shared", "fresh"], default: "shared" },
    meaning: "`shared`: every payment in a coin goes to one address of the merchant, and its amount tells it from others; `fresh`: every payment has an address of its own. Existing payments keep their address",
};
pub const ACCEPT_UNDERPAYMENTS: Setting = Setting {
    name: "accept_underpayments",
    kind: OFF,
    meaning: "a payment with less than 5 % missing is completed over the amount that arrived; when off, it is underpaid",
};
pub const CONFIRMATIONS: Setting = Setting {
    name: "confirmations",
    kind: SettingKind::Integer { default: 3, min: 0, max: 100 },
    meaning: "the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. Existing payments keep their number",
};
pub const WEBHOOK_RETRIES: Setting = Setting {
    name: "webhook_retries",
    kind: SettingKind::Integer { default: 0, min: 0, max: 5 },
    meaning: "the number of retries of a webhook that was not accepted, after 1, 5, 15, 60 and 360 minutes; the provider itself never retries",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&DOCUMENTED_ONLY, &PAYLOAD, &ADDRESS_MODE, &ACCEPT_UNDERPAYMENTS, &CONFIRMATIONS, &WEBHOOK_RETRIES];
