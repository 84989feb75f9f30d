//! What recipient, bank and portal user can do.

use super::decisions::{CHECK_DIGIT, FILE_PAYOUT};
use super::lifecycle::{PAYOUT, blank, run_at_once};
use super::model::{Kind, Memory, Payout, STATUSES, Status, Target};
use super::settings::{CARD_PAYOUTS, SBP_PAYOUTS};
use super::wire::{AMOUNT, PAN, has_check_digit, mask_pan, mask_phone};
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::context::Context;
use crate::engine::lifecycle::{On, take, take_to};
use crate::engine::tables::bound::{Bound as Row, function};
use crate::engine::tables::{ActionRow, Setting};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Fault, Field, Fields, Kind as Value, Need, TEXT};
use crate::kit::word::Word;

type Handler = fn(&mut Memory, &mut Context<'_>, &Fields<'_>) -> Result<u32, ActionError>;

const fn field(name: &'static str, kind: Value, need: Need, meaning: &'static str) -> Field {
    Field { name, kind, need, meaning, evidence: Assumed("the page documents only a part of what a recipient enters") }
}

const ORDER: Field = Field {
    evidence: Assumed("an action has to name its payout, and a tester has no other name for it"),
    ..field("orderNumber", TEXT, Need::Required, "the payout's orderNumber; for a payout without one, its own number")
};
const CARD: Field = field("pan", Value::Digits { min: 13, max: 19 }, Need::Optional, "card number, for a card payout");
const PHONE: Field = field("phone", Value::Text { chars_max: 20 }, Need::Optional, "Russian phone number, for an SBP payout");
const BANK: Field = field("bank_id", Value::Text { chars_max: 32 }, Need::Optional, "the recipient's bank, with a phone number");
const NAME: Field = field("full_name", Value::Text { chars_max: 255 }, Need::Optional, "the recipient's name, with a phone number");
const TO: Field = Field {
    evidence: Documented("Developer API, Payout Lifecycle: Processing, Completion"),
    ..field("outcome", Value::Word(&["processing", "success", "failed", "cancelled"]), Need::Required, "the status that the payout enters")
};
const BY_HAND: Evidence = Assumed("manual and file payouts are mentioned under externalId; what a user enters is not documented");
const PAN_REQUIRED: Field = Field { name: "pan", evidence: BY_HAND, ..PAN };
const AMOUNT_BY_HAND: Field = Field { evidence: BY_HAND, ..AMOUNT };

/// The actions of this provider.
pub static ACTS: &[Row<ActionRow, Handler>] = &[
    Row(
        ActionRow {
            name: "submit-details",
            meaning: "the recipient fills in the page behind payoutUrl",
            parameters: &[ORDER, CARD, PHONE, BANK, NAME],
            evidence: Documented("Developer API, Payout Lifecycle: Details Entry"),
        },
        submit_details,
    ),
    Row(
        ActionRow {
            name: "settle",
            meaning: "the bank accepts a payout, or reports its final status",
            parameters: &[ORDER, TO],
            evidence: Documented("Developer API, Payout Lifecycle: Processing, Completion"),
        },
        settle,
    ),
    Row(
        ActionRow {
            name: "manual-payout",
            meaning: "a user pays to a card by hand in the portal; the webhooks do not carry an externalId",
            parameters: &[AMOUNT_BY_HAND, PAN_REQUIRED],
            evidence: Documented("Developer API, Webhook: externalId is null for manual/file payouts"),
        },
        manual_payout,
    ),
    Row(
        ActionRow {
            name: "file-payout",
            meaning: "the portal pays one row of a file that a user has uploaded, to a card or through SBP; the webhooks do not carry an externalId",
            parameters: &[AMOUNT_BY_HAND, CARD, PHONE, BANK, NAME],
            evidence: Documented(
                "Developer API, Webhook: externalId is null for manual/file payouts; the columns are those of the portal's guide",
            ),
        },
        file_payout,
    ),
];

/// Performs an action.
pub fn act(memory: &mut Memory, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
    let perform = function(ACTS, act).ok_or(ActionError::Unknown)?;
    let id = perform(memory, cx, with)?;
    let object = memory.payouts.get(id).map(Payout::object).ok_or(ActionError::Unknown)?;
    Ok(ActionDone::on(object))
}

/// What a recipient enters, once it is known to be good.
pub enum Details {
    Card { pan: String },
    Phone { phone: String, bank_id: String },
}

impl Details {
    /// Reads what the recipient of that kind of payout has entered; `None` lets them choose.
    pub fn parse(with: &Fields<'_>, kind: Option<Kind>) -> Result<Self, String> {
        let wants_phone = kind == Some(Kind::Sbp) || (kind.is_none() && with.has(PHONE.name));
        if wants_phone {
            if with.has(CARD.name) {
                return Err("an SBP payout goes to a phone number, not to a card".to_owned());
            }
            let phone = text(with, &PHONE)?.ok_or("phone is required for an SBP payout")?;
            let phone = russian(&phone).ok_or("phone is a Russian number, as +79991234567")?;
            let bank_id = text(with, &BANK)?.ok_or("bank_id is required for an SBP payout")?;
            text(with, &NAME)?.ok_or("full_name is required for an SBP payout")?;
            return Ok(Self::Phone { phone, bank_id });
        }
        if with.has(PHONE.name) {
            return Err("a card payout goes to a card number, not to a phone".to_owned());
        }
        let pan = text(with, &CARD)?.ok_or("pan is required for a card payout")?;
        Ok(Self::Card { pan })
    }

    /// The kind of payout that these details mean.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Card { .. } => Kind::Card,
            Self::Phone { .. } => Kind::Sbp,
        }
    }

    fn mask(self) -> Target {
        match self {
            Self::Card { pan } => Target::Card { masked_pan: mask_pan(&pan) },
            Self::Phone { phone, bank_id } => Target::Phone { masked_phone: mask_phone(&phone), bank_id },
        }
    }
}

fn text(with: &Fields<'_>, row: &Field) -> Result<Option<String>, String> {
    with.text(row).map_err(|fault| match row.kind {
        _ if fault == Fault::Missing => format!("{} is required: {}", row.name, row.meaning),
        Value::Digits { min, max } => format!("{} is {min} to {max} digits", row.name),
        Value::Text { chars_max } => format!("{} is a text of at most {chars_max} characters", row.name),
        Value::Word(words) => format!("{} is one of {}", row.name, words.join(", ")),
        Value::Like { .. }
        | Value::Integer { .. }
        | Value::Flag
        | Value::Truth(_)
        | Value::Either(_)
        | Value::Url
        | Value::HttpUrl
        | Value::Object
        | Value::Constant(_)
        | Value::Nullable
        | Value::NullableInteger
        | Value::Number
        | Value::Amount { .. }
        | Value::Decimal
        | Value::DecimalText
        | Value::Time
        | Value::NullableTime
        | Value::List
        | Value::JsonText { .. }
        | Value::NullableObject
        | Value::Any => format!("{} is missing or wrong", row.name),
    })
}

/// Eleven digits that begin with 7.
fn russian(phone: &str) -> Option<String> {
    let bare: String = phone.chars().filter(|it| !" ()-".contains(*it)).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    let digits = if bare.starts_with('8') { format!("7{}", &digits[1..]) } else { digits.to_owned() };
    let right = digits.len() == 11 && digits.starts_with('7') && digits.bytes().all(|it| it.is_ascii_digit());
    right.then_some(digits)
}

fn find<'a>(memory: &'a Memory, with: &Fields<'_>) -> Result<&'a Payout, ActionError> {
    let subject = text(with, &ORDER).map_err(ActionError::Invalid)?.unwrap_or_default();
    memory.by_subject(&subject).ok_or_else(|| ActionError::Nothing(format!("No payout is named `{subject}`.")))
}

/// The setting that allows a kind of payout.
pub const fn right(kind: Kind) -> &'static Setting {
    match kind {
        Kind::Card => &CARD_PAYOUTS,
        Kind::Sbp => &SBP_PAYOUTS,
    }
}

fn submit_details(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<u32, ActionError> {
    let payout = find(memory, with)?;
    let (id, status, subject) = (payout.id, payout.status(), payout.subject());
    if status != Status::Uploaded || payout.link.is_none() {
        let status = status.word();
        return Err(ActionError::State(format!("The payout `{subject}` is {status}; details can be entered only while it is uploaded.")));
    }
    let details = Details::parse(with, payout.kind).map_err(ActionError::Invalid)?;
    if !cx.flag(&payout.account, right(details.kind())) {
        let name = right(details.kind()).name;
        return Err(ActionError::State(format!("The payout `{subject}` cannot continue: the setting `{name}` of its account is off.")));
    }
    enter(memory, cx, id, details);
    Ok(id)
}

/// Accepts the recipient's details.
pub fn enter(memory: &mut Memory, cx: &mut Context<'_>, id: u32, details: Details) {
    if matches!(&details, Details::Card { pan } if !has_check_digit(pan)) {
        cx.rest_on(CHECK_DIGIT);
    }
    memory.payouts.update(id, |it| {
        it.kind = Some(details.kind());
        it.target = Some(details.mask());
    });
    take::<Payout>(memory, cx, id, On::Act("submit-details"));
}

fn settle(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<u32, ActionError> {
    let payout = find(memory, with)?;
    let (id, status, subject) = (payout.id, payout.status(), payout.subject());
    let outcome = text(with, &TO).map_err(ActionError::Invalid)?.unwrap_or_default();
    let to = STATUSES.iter().find(|it| it.word() == outcome);
    if to.and_then(|it| take_to::<Payout>(memory, cx, id, On::Act("settle"), *it)).is_some() {
        return Ok(id);
    }
    let rows = PAYOUT.rows.iter().filter(|it| it.on == On::Act("settle") && it.to.word() == outcome);
    let from: Vec<_> = rows.flat_map(|it| it.from).map(|it| it.word()).collect();
    let (status, from) = (status.word(), from.join(" or "));
    Err(ActionError::State(format!("The payout `{subject}` is {status}; it can become {outcome} only from {from}.")))
}

fn kopecks(with: &Fields<'_>) -> Result<i64, ActionError> {
    let wrong = || ActionError::Invalid("amount is required: kopecks, a whole number from 1 to 999999999999".to_owned());
    with.integer(&AMOUNT).ok().flatten().ok_or_else(wrong)
}

fn manual_payout(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<u32, ActionError> {
    let kopecks = kopecks(with)?;
    let pan = text(with, &PAN_REQUIRED).map_err(ActionError::Invalid)?.unwrap_or_default();
    from_portal(memory, cx, kopecks, Details::Card { pan }, "manual-payout")
}

fn file_payout(memory: &mut Memory, cx: &mut Context<'_>, with: &Fields<'_>) -> Result<u32, ActionError> {
    cx.rest_on(FILE_PAYOUT);
    let kopecks = kopecks(with)?;
    let details = Details::parse(with, None).map_err(ActionError::Invalid)?;
    from_portal(memory, cx, kopecks, details, "file-payout")
}

/// Pays at once what a user of the portal has asked for.
fn from_portal(memory: &mut Memory, cx: &mut Context<'_>, kopecks: i64, details: Details, act: &'static str) -> Result<u32, ActionError> {
    let account = cx.accounts().next().map(|it| it.id.clone()).ok_or(ActionError::Unknown)?;
    let mut payout = blank(memory, cx, account, kopecks);
    payout.kind = Some(details.kind());
    payout.target = Some(details.mask());
    Ok(run_at_once(memory, cx, On::Act(act), payout))
}

/// The bank refuses a payout while its recipient waits for the answer.
pub fn refuse_at_once(memory: &mut Memory, cx: &mut Context<'_>, id: u32) {
    for to in [Status::Processing, Status::Failed] {
        take_to::<Payout>(memory, cx, id, On::Act("settle"), to);
    }
}
