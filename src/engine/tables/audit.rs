//! How a receiver of a provider's webhooks is tried: the checks, and which of them the provider's scheme has.

use crate::kit::evidence::Evidence;

/// One check of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    GoodEvent,
    TamperedBody,
    WrongSecret,
    AlteredSignature,
    MissingSignature,
    SignatureOfAnotherEvent,
    StaleTimestamp,
    ReplayedNonce,
    WrongAlgorithm,
    OtherAccount,
    Duplicate,
    OutOfOrder,
    ExtraField,
    UnknownEvent,
    ReorderedMembers,
    LateAnswer,
}

/// What a receiver has to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    Accept,
    Refuse,
    /// Accept it, and do nothing that it has done before.
    NotChange,
}

impl Check {
    /// All, in the order in which they are made.
    pub const ALL: [Self; 16] = [
        Self::GoodEvent,
        Self::TamperedBody,
        Self::WrongSecret,
        Self::AlteredSignature,
        Self::MissingSignature,
        Self::SignatureOfAnotherEvent,
        Self::StaleTimestamp,
        Self::ReplayedNonce,
        Self::WrongAlgorithm,
        Self::OtherAccount,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::ExtraField,
        Self::UnknownEvent,
        Self::ReorderedMembers,
        Self::LateAnswer,
    ];

    /// Its name in calls and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GoodEvent => "good_event",
            Self::TamperedBody => "tampered_body",
            Self::WrongSecret => "wrong_secret",
            Self::AlteredSignature => "altered_signature",
            Self::MissingSignature => "missing_signature",
            Self::SignatureOfAnotherEvent => "signature_of_another_event",
            Self::StaleTimestamp => "stale_timestamp",
            Self::ReplayedNonce => "replayed_nonce",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::OtherAccount => "other_account",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::ExtraField => "extra_field",
            Self::UnknownEvent => "unknown_event",
            Self::ReorderedMembers => "reordered_members",
            Self::LateAnswer => "late_answer",
        }
    }

    /// The check of that name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// What the receiver has to do.
    pub const fn must(self) -> Must {
        match self {
            Self::TamperedBody
            | Self::WrongSecret
            | Self::AlteredSignature
            | Self::MissingSignature
            | Self::SignatureOfAnotherEvent
            | Self::StaleTimestamp
            | Self::ReplayedNonce
            | Self::WrongAlgorithm
            | Self::OtherAccount => Must::Refuse,
            Self::Duplicate | Self::OutOfOrder => Must::NotChange,
            Self::GoodEvent | Self::ExtraField | Self::UnknownEvent | Self::ReorderedMembers | Self::LateAnswer => Must::Accept,
        }
    }
}

impl Must {
    /// As answers write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::NotChange => "not_change",
        }
    }
}

/// How receivers of one provider are tried.
#[derive(Clone, Copy, Debug)]
pub struct AuditTable {
    /// Steps of a scenario that make an event, where the sandbox has none: several events of one object, if its kinds have several.
    pub steps: &'static str,
    /// The member of a body that a forger would change.
    pub amount: &'static str,
    /// The member with the id of the event, where it has one.
    pub event_id: Option<&'static str>,
    /// The member that says what has happened, where it can say several things.
    pub event_name: Option<&'static str>,
    /// The object inside the body.
    pub object: &'static str,
    /// The headers that repeat a member of the body.
    pub repeats: &'static [(&'static str, &'static str)],
    /// The headers that prove the sender, in lower case.
    pub proof: &'static [&'static str],
    /// The status with which a receiver says that something is forged.
    pub refusal: u16,
    /// What the header of the signature says under another algorithm, from what it says, the signed text and the secret.
    pub other_algorithm: Option<OtherAlgorithm>,
    /// A row for each check.
    pub rows: &'static [CheckRow],
}

/// Writes a signature under another algorithm.
pub type OtherAlgorithm = fn(right: &str, signed: &str, secret: &str) -> String;

impl AuditTable {
    /// The row of a check.
    ///
    /// # Panics
    /// Never: a test holds that each provider has a row for each check.
    pub fn row(&self, check: Check) -> &'static CheckRow {
        self.rows.iter().find(|it| it.check == check).expect("each check has a row")
    }
}

/// One check at one provider.
#[derive(Clone, Copy, Debug)]
pub struct CheckRow {
    pub check: Check,
    pub scheme: Scheme,
    pub evidence: Evidence,
}

/// Whether the webhooks of a provider have what a check tries.
#[derive(Clone, Copy, Debug)]
pub enum Scheme {
    /// They do; this is what a receiver that fails has to change.
    Has(&'static str),
    /// They do not, for that reason.
    Lacks(&'static str),
}

/// The row of a check that the scheme has.
pub const fn has(check: Check, change: &'static str, evidence: Evidence) -> CheckRow {
    CheckRow { check, scheme: Scheme::Has(change), evidence }
}

/// The row of a check that the scheme does not have.
pub const fn lacks(check: Check, why: &'static str, evidence: Evidence) -> CheckRow {
    CheckRow { check, scheme: Scheme::Lacks(why), evidence }
}
