//! The settings of an account that only this provider has.

use crate::engine::tables::{Setting, SettingKind};

const OFF: SettingKind = SettingKind::Flag { default: false };

pub const LEGACY_NO_NONCE: Setting = Setting {
    name: "legacy_no_nonce",
    kind: OFF,
    meaning: "also accepts what the clients of 2014 sign: four parts without a NONCE, and the path without its query; callbacks have no NONCE either",
};
pub const LOCAL_QR: Setting = Setting {
    name: "local_qr",
    kind: OFF,
    meaning: "the QR addresses of invoices lead to pictures on this server in place of the documented ones",
};
pub const CONFIRMATIONS: Setting = Setting {
    name: "confirmations",
    kind: SettingKind::Integer { default: 6, min: 0, max: 100 },
    meaning: "the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. It applies to later payments",
};
pub const CURRENCY: Setting = Setting {
    name: "currency",
    kind: SettingKind::Word { words: &["USD", "JPY", "SGD", "EUR"], default: "USD" },
    meaning: "the currency in which the merchant is paid; existing invoices keep theirs",
};
pub const CLAIM_BITCOIN: Setting = Setting {
    name: "claim_bitcoin",
    kind: OFF,
    meaning: "GET /invoices/{id}/claim_bitcoin exists, and invoices carry bitcoin_amount_claimed, as on a later state of the page",
};
pub const SET_PAYMENTS_CALLBACK: Setting = Setting {
    name: "set_payments_callback",
    kind: OFF,
    meaning: "POST /set_payments_callback, the name of payments_callback_url in 2014, does the same",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&LEGACY_NO_NONCE, &LOCAL_QR, &CONFIRMATIONS, &CURRENCY, &CLAIM_BITCOIN, &SET_PAYMENTS_CALLBACK];
