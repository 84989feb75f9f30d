//! The settings of an account that only this provider has.

use rust_decimal::Decimal;

use crate::engine::context::Context;
use crate::engine::tables::{Setting, SettingKind};

pub const PAYOUT_FEE_RATE: Setting = Setting {
    name: "payout_fee_rate",
    kind: SettingKind::Fraction { default: "0.005" },
    meaning: "the fee of a payout as a share of its amount; 0.019 gives the documented payout example",
};
pub const PAY_FEE_RATE: Setting = Setting {
    name: "pay_fee_rate",
    kind: SettingKind::Fraction { default: "0" },
    meaning: "the fee of a charge as a share of its amount; 0.0011 gives the documented ledger row of 1000.5 with a fee of 1.1",
};
pub const TRADE_FEE_RATE: Setting =
    Setting { name: "trade_fee_rate", kind: SettingKind::Fraction { default: "0" }, meaning: "the fee of an order as a share of its cost" };
pub const WITHDRAW_TOKEN_FEE_RATE: Setting = Setting {
    name: "withdraw_token_fee_rate",
    kind: SettingKind::Fraction { default: "0" },
    meaning: "the fee of a withdrawal of tokens; accounts/show answers it, and no call withdraws",
};
pub const LIMITS: Setting = Setting {
    name: "limits",
    kind: SettingKind::Numbers { members: &[("pay.min", "5"), ("pay.max", "10000"), ("payout.min", "200"), ("withdrawToken.min", "200")] },
    meaning: "the bounds of one charge, of one payout in USDT and of one withdrawal, as in `limit` of accounts/show; {pay: {min, max}, payout: {min}, withdrawToken: {min}}; a member that is left out has its default, 5, 10000, 200 and 200",
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
pub const SETTINGS: &[&Setting] =
    &[&PAYOUT_FEE_RATE, &PAY_FEE_RATE, &TRADE_FEE_RATE, &WITHDRAW_TOKEN_FEE_RATE, &LIMITS, &LIVEMODE, &WEBHOOK_RETRIES, &PERMISSIONS];

/// A fee rate of an account.
pub fn rate(cx: &Context<'_>, account: &str, row: &Setting) -> Decimal {
    cx.account(account).map_or(Decimal::ZERO, |it| it.fraction(row))
}

/// A bound of an account: `pay.min`.
pub fn limit(cx: &Context<'_>, account: &str, member: &str) -> Decimal {
    cx.account(account).map_or(Decimal::ZERO, |it| it.number(&LIMITS, member))
}
