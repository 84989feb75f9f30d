//! The settings of an account that only this provider has.

use crate::engine::tables::{Setting, SettingKind};

const OFF: SettingKind = SettingKind::Flag { default: false };
const ON: SettingKind = SettingKind::Flag { default: true };

pub const ENVIRONMENT: Setting = Setting {
    name: "environment",
    kind: SettingKind::Word { words: &["development", "uat", "production"], default: "development" },
    meaning: "what the call features answers as `environment`; nothing else depends on it",
};
pub const STRICT_HEADERS: Setting = Setting {
    name: "strict_headers",
    kind: OFF,
    meaning: "a call without a header that the documentation requires is refused: 400 VALIDATION_ERROR",
};
pub const STRICT_ORDER_NUMBER: Setting = Setting {
    name: "strict_order_number",
    kind: OFF,
    meaning: "getPayoutStatus takes an orderNumber of at most 32 characters, as its table says, in place of 36",
};
pub const REQUIRE_HTTPS: Setting =
    Setting { name: "require_https", kind: OFF, meaning: "webhook_save refuses http addresses, as the documentation requires" };
pub const RETRY_CLOCK: Setting = Setting {
    name: "retry_clock",
    kind: SettingKind::Word { words: &["attempt", "event"], default: "attempt" },
    meaning: "what the figures of the retry schedule count from: the previous attempt, or the event",
};
pub const PRETTY_BODY: Setting = Setting {
    name: "pretty_body",
    kind: OFF,
    meaning: "webhook bodies are indented, but the signature still covers their minified form, as in the documentation's example",
};
pub const CARD_PAYOUTS: Setting = Setting {
    name: "card_payouts",
    kind: ON,
    meaning: "payouts to cards are enabled: the right is given, and client_id and client_secret are present",
};
pub const SBP_PAYOUTS: Setting = Setting {
    name: "sbp_payouts",
    kind: ON,
    meaning: "payouts through SBP are enabled: the right is given, and sbp_client_id and sbp_client_secret are present",
};
pub const FILE_DOWNLOAD: Setting =
    Setting { name: "file_download", kind: ON, meaning: "the user may download result files; the call features shows it" };
pub const CHANNELS: Setting =
    Setting { name: "channels", kind: SettingKind::List { words: &["vtb", "alfa"] }, meaning: "the banks that are integrated" };
pub const COMPANY: Setting = Setting {
    name: "company",
    kind: SettingKind::Text { default: Some("Playmoney Test LLC") },
    meaning: "the company of the portal user; null makes webhook_save answer NO_COMPANY",
};
pub const TYPE_WHEN_ABSENT: Setting = Setting {
    name: "type_when_absent",
    kind: SettingKind::Word { words: &["card", "choose"], default: "card" },
    meaning: "what createPayout without `type` means: a card, or the recipient's choice, as on an older state of the page",
};
pub const WEBHOOK_ENABLED: Setting =
    Setting { name: "webhook_enabled", kind: ON, meaning: "the enable switch of the portal's webhook settings" };
pub const WEBHOOK_SIGNED: Setting =
    Setting { name: "webhook_signed", kind: ON, meaning: "the signing switch of the portal's webhook settings" };

/// All of them.
pub const SETTINGS: &[&Setting] = &[
    &ENVIRONMENT,
    &STRICT_HEADERS,
    &STRICT_ORDER_NUMBER,
    &REQUIRE_HTTPS,
    &RETRY_CLOCK,
    &PRETTY_BODY,
    &CARD_PAYOUTS,
    &SBP_PAYOUTS,
    &FILE_DOWNLOAD,
    &CHANNELS,
    &COMPANY,
    &TYPE_WHEN_ABSENT,
    &WEBHOOK_ENABLED,
    &WEBHOOK_SIGNED,
];
