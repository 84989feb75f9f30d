//! What a tester can switch on an account, beside what every provider has.

use crate::engine::tables::{Setting, SettingKind};

const OFF: SettingKind = SettingKind::Flag { default: false };

pub const DOCUMENTED_ONLY: Setting =
    Setting { name: "documented_only", kind: OFF, meaning: "functions that QuantaPay's own pages do not name answer function-not-found" };
pub const PAYLOAD: Setting = Setting {
    name: "payload",
    kind: SettingKind::Word { words: &["april", "march"], default: "april" },
    meaning: "how transactions are written in webhooks and answers: as since 2026-04-08, or as before, without biz_id and type, with two decimals",
};
pub const ADDRESS_MODE: Setting = Setting {
    name: "address_mode",
    kind: SettingKind::Word { words: &["shared", "fresh"], default: "shared" },
    meaning: "`shared`: every payment in a coin goes to the merchant's one address, and is told from others by its amount; `fresh`: to an address of its own, whatever the amount. Payments that exist keep theirs",
};
pub const ACCEPT_UNDERPAYMENTS: Setting = Setting {
    name: "accept_underpayments",
    kind: OFF,
    meaning: "a payment that is less than 5 % short is completed, over what arrived; otherwise it is underpaid",
};
pub const CONFIRMATIONS: Setting = Setting {
    name: "confirmations",
    kind: SettingKind::Integer { default: 3, min: 0, max: 100 },
    meaning: "how many blocks confirm a payment; 0 takes it as confirmed when it is seen. Payments that exist keep theirs",
};
pub const WEBHOOK_RETRIES: Setting = Setting {
    name: "webhook_retries",
    kind: SettingKind::Integer { default: 0, min: 0, max: 5 },
    meaning: "how often a webhook that was not accepted is sent again, after 1, 5, 15, 60 and 360 minutes; the provider never does",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&DOCUMENTED_ONLY, &PAYLOAD, &ADDRESS_MODE, &ACCEPT_UNDERPAYMENTS, &CONFIRMATIONS, &WEBHOOK_RETRIES];
