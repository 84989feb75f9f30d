//! The documentation's status table, and the hook of its rows.

use std::borrow::Cow;

use super::decisions::{ORDER_ID_DAY, WHOLE_SECONDS};
use super::model::Status::{self, Cancelled, Created, Failed, Processing, Success, Uploaded};
use super::model::{Channel, Kind, Memory, Payout};
use super::webhooks;
use super::wire::{MOSCOW_HOURS, STATUS_CHANGED};
use crate::engine::context::Context;
use crate::engine::lifecycle::On::{Act, Call, Deadline, Pace};
use crate::engine::lifecycle::{Head, Lifecycle, Object, On, Row, born, kept, take};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::{LOWER, unique_code};
use crate::kit::time::{Duration, Timestamp, unix_seconds, whole_second, with_offset};

const TABLE: Evidence = Documented("Developer API, Payout Lifecycle");
const AT_ONCE: Evidence =
    Documented("Developer API, Perform Single Payout: registers and submits in one call; its example answers processing");
const EXPIRY: Evidence =
    Assumed("sessionTimeoutSecs is documented, its effect is not; the page documents no other way to the final status cancelled");
const TEMPO: Evidence = Assumed("no page names the times between the statuses");
const EARLY: Evidence = Assumed("cancelled is documented as the end of a payout that was processed; a tester may want to end one before");
const OUTCOME: Evidence = Documented("Developer API, Payout Lifecycle: final status success, failed, or cancelled");
const BY_HAND: Evidence = Assumed("manual payouts are mentioned under externalId; they run like performPayout");
const BY_FILE: Evidence = Assumed("file payouts are mentioned under externalId; they run like performPayout");
const HOUR_SECS: i64 = 3_600;
const EVENT: Option<&str> = Some(STATUS_CHANGED);

/// The steps of a payout.
#[rustfmt::skip]
pub static PAYOUT: Lifecycle<Status> = Lifecycle::new("payout", &[
    Row { on: Call("createPayout"),          from: &[],           to: Uploaded,   event: EVENT, evidence: TABLE },
    Row { on: Call("performPayout"),         from: &[],           to: Uploaded,   event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[],           to: Uploaded,   event: EVENT, evidence: BY_HAND },
    Row { on: Act("file-payout"),            from: &[],           to: Uploaded,   event: EVENT, evidence: BY_FILE },
    Row { on: Act("submit-details"),         from: &[Uploaded],   to: Created,    event: EVENT, evidence: TABLE },
    Row { on: Call("performPayout"),         from: &[Uploaded],   to: Created,    event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[Uploaded],   to: Created,    event: EVENT, evidence: BY_HAND },
    Row { on: Act("file-payout"),            from: &[Uploaded],   to: Created,    event: EVENT, evidence: BY_FILE },
    Row { on: Deadline("sessionTimeoutSecs"), from: &[Uploaded],  to: Cancelled,  event: EVENT, evidence: EXPIRY },
    Row { on: Act("settle"),                 from: &[Uploaded],   to: Cancelled,  event: EVENT, evidence: EARLY },
    Row { on: Pace(Duration::from_secs(1)),  from: &[Created],    to: Processing, event: EVENT, evidence: TEMPO },
    Row { on: Call("performPayout"),         from: &[Created],    to: Processing, event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[Created],    to: Processing, event: EVENT, evidence: BY_HAND },
    Row { on: Act("file-payout"),            from: &[Created],    to: Processing, event: EVENT, evidence: BY_FILE },
    Row { on: Act("settle"),                 from: &[Created],    to: Processing, event: EVENT, evidence: TABLE },
    Row { on: Pace(Duration::from_secs(5)),  from: &[Processing], to: Success,    event: EVENT, evidence: TEMPO },
    Row { on: Act("settle"),                 from: &[Processing], to: Success,    event: EVENT, evidence: OUTCOME },
    Row { on: Act("settle"),                 from: &[Processing], to: Failed,     event: EVENT, evidence: OUTCOME },
    Row { on: Act("settle"),                 from: &[Processing], to: Cancelled,  event: EVENT, evidence: OUTCOME },
]);

impl Object for Payout {
    kept!(Memory.payouts, Status, PAYOUT);

    fn subject(&self) -> String {
        self.subject()
    }

    fn account<'a>(&'a self, _: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&self.account)
    }

    /// The moment until which the recipient's page is open.
    fn deadline(&self) -> Option<Timestamp> {
        self.link.as_ref().map(|it| it.until)
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, id: u32, row: &'static Row<Status>) {
        memory.payouts.update(id, |it| {
            if row.from == [Processing] {
                it.bank_order = Some(cx.draws("quantum-payouts bank order", it.stream()).uuid());
            }
        });
        if let Some(payout) = memory.payouts.get(id).filter(|_| row.event.is_some()) {
            webhooks::announce(cx, payout);
        }
    }
}

/// A payout to a card; the caller fills in the rest.
pub fn blank(memory: &Memory, cx: &mut Context<'_>, account: String, kopecks: i64) -> Payout {
    let (id, created_at) = (memory.payouts.next(), whole_second(cx.now()));
    if created_at != cx.now() {
        cx.rest_on(WHOLE_SECONDS);
    }
    let day = with_offset(created_at, MOSCOW_HOURS)[..10].replace('-', "_");
    // In its last hours, the day of UTC is not that of Moscow.
    if unix_seconds(created_at).rem_euclid(24 * HOUR_SECS) >= (24 - i64::from(MOSCOW_HOURS)) * HOUR_SECS {
        cx.rest_on(ORDER_ID_DAY);
    }
    let code = unique_code(cx.seed(), "quantum-payouts order", id.into(), LOWER, 6);
    Payout {
        id,
        account,
        order_number: None,
        order_id: format!("PAY_{day}_{code}"),
        kopecks,
        description: None,
        created_at,
        kind: Some(Kind::Card),
        channel: Channel::Vtb,
        head: Head::default(),
        link: None,
        target: None,
        bank_order: None,
    }
}

/// Makes a payout, hands it to the bank at once, and returns its number.
pub fn run_at_once(memory: &mut Memory, cx: &mut Context<'_>, on: On, payout: Payout) -> u32 {
    let id = born(memory, cx, payout, on);
    while take::<Payout>(memory, cx, id, on).is_some() {}
    id
}
