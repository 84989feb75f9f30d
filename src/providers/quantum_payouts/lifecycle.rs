//! The documentation's status table, and the only function that changes a status.

use super::model::Status::{self, Cancelled, Created, Failed, Processing, Success, Uploaded};
use super::model::{Channel, Kind, Memory, Payout};
use super::webhooks;
use super::wire::{MOSCOW_HOURS, STATUS_CHANGED};
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::{LOWER, unique_code};
use crate::kit::lifecycle::On::{Act, Call, Deadline, Pace};
use crate::kit::lifecycle::{Lifecycle, On, Row, Word};
use crate::kit::time::{Duration, Timestamp, with_offset};

const TABLE: Evidence = Documented("Developer API, Payout Lifecycle");
const AT_ONCE: Evidence =
    Documented("Developer API, Perform Single Payout: registers and submits in one call; its example answers processing");
const EXPIRY: Evidence =
    Assumed("sessionTimeoutSecs is documented, what follows its end is not; cancelled is a final state without another way in");
const TEMPO: Evidence = Assumed("no times are named between the statuses");
const OUTCOME: Evidence = Documented("Developer API, Payout Lifecycle: final status success, failed, or cancelled");
const BY_HAND: Evidence = Assumed("manual payouts are mentioned under externalId; they run like performPayout");
const EVENT: Option<&str> = Some(STATUS_CHANGED);

/// What a payout does.
#[rustfmt::skip]
pub static PAYOUT: Lifecycle<Status> = Lifecycle(&[
    Row { on: Call("createPayout"),          from: &[],           to: Uploaded,   event: EVENT, evidence: TABLE },
    Row { on: Call("performPayout"),         from: &[],           to: Uploaded,   event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[],           to: Uploaded,   event: EVENT, evidence: BY_HAND },
    Row { on: Act("submit-details"),         from: &[Uploaded],   to: Created,    event: EVENT, evidence: TABLE },
    Row { on: Call("performPayout"),         from: &[Uploaded],   to: Created,    event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[Uploaded],   to: Created,    event: EVENT, evidence: BY_HAND },
    Row { on: Deadline("sessionTimeoutSecs"), from: &[Uploaded],  to: Cancelled,  event: EVENT, evidence: EXPIRY },
    Row { on: Act("settle"),                 from: &[Uploaded],   to: Cancelled,  event: EVENT, evidence: OUTCOME },
    Row { on: Pace(Duration::from_secs(1)),  from: &[Created],    to: Processing, event: EVENT, evidence: TEMPO },
    Row { on: Call("performPayout"),         from: &[Created],    to: Processing, event: EVENT, evidence: AT_ONCE },
    Row { on: Act("manual-payout"),          from: &[Created],    to: Processing, event: EVENT, evidence: BY_HAND },
    Row { on: Act("settle"),                 from: &[Created],    to: Processing, event: EVENT, evidence: TABLE },
    Row { on: Pace(Duration::from_secs(5)),  from: &[Processing], to: Success,    event: EVENT, evidence: TEMPO },
    Row { on: Act("settle"),                 from: &[Processing], to: Success,    event: EVENT, evidence: OUTCOME },
    Row { on: Act("settle"),                 from: &[Processing], to: Failed,     event: EVENT, evidence: OUTCOME },
    Row { on: Act("settle"),                 from: &[Processing], to: Cancelled,  event: EVENT, evidence: OUTCOME },
]);

/// Registers a payout, tells its birth, and gives its number.
pub fn register(memory: &mut Memory, cx: &mut Context<'_>, on: On, payout: Payout) -> u64 {
    let row = PAYOUT.row(None, on).expect("every way to make a payout is a row of the table");
    let id = payout.id;
    memory.insert(payout);
    settle_in(memory, cx, id, "", row);
    id
}

/// Moves a payout along the row that `on` means for it. `None`: its status knows no such row, and nothing has changed.
pub fn take(memory: &mut Memory, cx: &mut Context<'_>, id: u64, on: On) -> Option<Status> {
    let from = memory.payout(id)?.status;
    follow(memory, cx, id, PAYOUT.row(Some(from), on)?)
}

/// Moves a payout along that row, if it starts where the payout stands.
pub fn follow(memory: &mut Memory, cx: &mut Context<'_>, id: u64, row: &'static Row<Status>) -> Option<Status> {
    let payout = memory.payout_mut(id)?;
    let from = payout.status;
    if !row.from.contains(&from) {
        return None;
    }
    payout.status = row.to;
    payout.stay += 1;
    if from == Processing {
        payout.bank_order = Some(cx.draws("quantum-payouts bank order", payout.stream()).uuid());
    }
    settle_in(memory, cx, id, from.word(), row);
    Some(row.to)
}

/// What follows from having entered a status: a line in the journal, timers, the event.
fn settle_in(memory: &Memory, cx: &mut Context<'_>, id: u64, from: &'static str, row: &Row<Status>) {
    let Some(payout) = memory.payout(id) else { return };
    cx.changed(&payout.subject(), from, row.to.word(), row.on);
    let deadline: Option<Timestamp> = payout.link.as_ref().map(|it| it.until);
    let stay = Stay { object: payout.object(), number: payout.stay, account: &payout.account, deadline };
    cx.book_rows(&PAYOUT, payout.status, stay);
    if row.event.is_some() {
        webhooks::announce(cx, payout);
    }
}

/// A payout to a card that nobody has described further.
pub fn blank(memory: &Memory, cx: &Context<'_>, account: String, kopecks: i64) -> Payout {
    let (id, created_at) = (memory.next_id(), cx.now());
    let day = with_offset(created_at, MOSCOW_HOURS)[..10].replace('-', "_");
    let code = unique_code(cx.seed(), "quantum-payouts order", id, LOWER, 6);
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
        status: Status::Uploaded,
        stay: 0,
        link: None,
        target: None,
        bank_order: None,
    }
}

/// Registers a payout and hands it to the bank in one go.
pub fn run_at_once(memory: &mut Memory, cx: &mut Context<'_>, on: On, payout: Payout) -> u64 {
    let id = register(memory, cx, on, payout);
    while take(memory, cx, id, on).is_some() {}
    id
}
