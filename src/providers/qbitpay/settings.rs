//! What a tester can switch on an account, beside what every provider has.

use crate::engine::tables::{Setting, SettingKind};

pub const PAYOUT_FEE_RATE: Setting = Setting {
    name: "payout_fee_rate",
    kind: SettingKind::Fraction { default: "0.005" },
    meaning: "the share of a payout that is its fee; 0.019 makes the documented payout example",
};
pub const LIVEMODE: Setting = Setting {
    name: "livemode",
    kind: SettingKind::Flag { default: true },
    meaning: "what `livemode` says in events, those of events/test excepted: they always say false",
};
pub const WEBHOOK_RETRIES: Setting = Setting {
    name: "webhook_retries",
    kind: SettingKind::Integer { default: 5, min: 0, max: 100 },
    meaning: "how often a webhook that was not accepted is sent again, 15 minutes apart",
};
pub const PERMISSIONS: Setting = Setting {
    name: "permissions",
    kind: SettingKind::List {
        words: &["accessToken", "accounts", "balances", "balanceTransactions", "markets", "payouts", "charges", "events", "orders"],
    },
    meaning: "the resources that the key may use; any other is answered 403 Forbidden",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&PAYOUT_FEE_RATE, &LIVEMODE, &WEBHOOK_RETRIES, &PERMISSIONS];
