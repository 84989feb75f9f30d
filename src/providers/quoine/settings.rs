//! What a tester can switch on an account, beside what every provider has.

use crate::engine::tables::{Setting, SettingKind};

const OFF: SettingKind = SettingKind::Flag { default: false };

pub const LEGACY_NO_NONCE: Setting = Setting {
    name: "legacy_no_nonce",
    kind: OFF,
    meaning: "takes what the clients of 2014 sign as well: four parts without a NONCE, and the path without its query",
};
pub const LOCAL_QR: Setting = Setting {
    name: "local_qr",
    kind: OFF,
    meaning: "the QR addresses of invoices lead to pictures of this server in place of the documented ones",
};
pub const CONFIRMATIONS: Setting = Setting {
    name: "confirmations",
    kind: SettingKind::Integer { default: 6, min: 0, max: 100 },
    meaning: "how many blocks confirm a payment; 0 takes it as confirmed when it is seen. Holds for payments seen from then on",
};
pub const CURRENCY: Setting = Setting {
    name: "currency",
    kind: SettingKind::Word { words: &["USD", "JPY", "SGD", "EUR"], default: "USD" },
    meaning: "in what the merchant is paid; invoices that exist keep theirs",
};
pub const CLAIM_BITCOIN: Setting = Setting {
    name: "claim_bitcoin",
    kind: OFF,
    meaning: "GET /invoices/{id}/claim_bitcoin exists, and invoices carry bitcoin_amount_claimed, as on a later state of the page",
};
pub const SET_PAYMENTS_CALLBACK: Setting = Setting {
    name: "set_payments_callback",
    kind: OFF,
    meaning: "POST /set_payments_callback, which payments_callback_url was called in 2014, does the same",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&LEGACY_NO_NONCE, &LOCAL_QR, &CONFIRMATIONS, &CURRENCY, &CLAIM_BITCOIN, &SET_PAYMENTS_CALLBACK];
