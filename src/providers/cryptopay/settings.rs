//! The settings of an account that only this provider has.

use crate::engine::tables::{Setting, SettingKind};

pub const REFRESH_ROTATION: Setting = Setting {
    name: "refresh_rotation",
    kind: SettingKind::Flag { default: true },
    meaning: "a refresh token works once; the answer has the next one",
};
pub const PLAN: Setting = Setting {
    name: "plan",
    kind: SettingKind::Word { words: &["standard", "premium", "enterprise"], default: "standard" },
    meaning: "calls per hour: 1000, 5000, or what `hourly_limit` says",
};
pub const HOURLY_LIMIT: Setting = Setting {
    name: "hourly_limit",
    kind: SettingKind::Integer { default: 100_000, min: 1, max: 1_000_000_000 },
    meaning: "calls per hour on the plan `enterprise`, whose limit is the merchant's own",
};
/// Replaces the setting that every provider has: here the limit is on by default.
pub const RATE_LIMIT: Setting = Setting {
    name: "rate_limit",
    kind: SettingKind::Word { words: &["enforce", "headers", "off"], default: "enforce" },
    meaning: "`enforce` refuses calls above the plan's limit, `headers` only reports it, `off` does neither and counts nothing",
};
pub const RETRY_SCHEDULE: Setting = Setting {
    name: "retry_schedule",
    kind: SettingKind::Waits { default: &["1m", "5m", "15m", "1h", "6h"] },
    meaning: "the waits before the retries of a webhook that was not accepted, each counted from the previous attempt",
};
pub const SUSPENDED: Setting = Setting {
    name: "suspended",
    kind: SettingKind::Flag { default: false },
    meaning: "every call of the account, logins included, is 403 FORBIDDEN",
};

/// All of them.
pub const SETTINGS: &[&Setting] = &[&REFRESH_ROTATION, &PLAN, &HOURLY_LIMIT, &RATE_LIMIT, &RETRY_SCHEDULE, &SUSPENDED];
