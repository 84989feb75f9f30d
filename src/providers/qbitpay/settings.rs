//! The settings of an account that only this provider has.

use crate::engine::tables::{Setting, SettingKind};

pub const PAYOUT_FEE_RATE: Setting = Setting {
    name: "payout_fee_rate",
    kind: SettingKind::Fraction { default: "0.005" },
    meaning: "the fee of a payout as a share of its amount; 0.019 gives the documented payout example",
};
pub const LIVEMODE: Setting = Setting {
    name: "livemode",
    kind: SettingKind::Flag { default: true },
    meaning: "the value of `livemode` in events; it is always false in events of events/test",
};
pub const WEBHOOK_RETRIES: Setting = Setting {
    name: "webhook_retries",
    kind: SettingKind::Integer { default: 5, min: 0, max: 100 },
    meaning: "the number of retries of a webhook that was not accepted, 15 minutes apart",
};
pub const PERMISSIONS: Setting = Setting {
    name: "permissions",
    kind: SettingKind::List {
        words: &["accessToken", "accounts", "balances", "balanceTransactions", "markets", "payouts", "charges", "events", "orders"],
    },
    meaning: "the resources that the key may use; a call of any other is 403 Forbidden",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&PAYOUT_FEE_RATE, &LIVEMODE, &WEBHOOK_RETRIES, &PERMISSIONS];
