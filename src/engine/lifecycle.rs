//! Status tables as the providers' pages print them, and the machine that moves objects along their rows.

use std::borrow::Cow;

use super::agenda::Due;
use super::context::Context;
use super::ids::ObjectId;
use super::store::{Indexed, Store};
pub use super::tables::On;
use super::tables::{RowId, StatusTable, Transition};
use crate::kit::evidence::Evidence;
use crate::kit::time::{Timestamp, later};
use crate::kit::word::Word;

mod brief;
mod head;

#[cfg(test)]
mod tests;

pub use brief::{Brief, KeptKind, brief, kept_kind};
pub use head::Head;

/// One row. An empty `from` is the object's birth.
#[derive(Clone, Copy, Debug)]
pub struct Row<S: 'static> {
    pub on: On,
    pub from: &'static [S],
    pub to: S,
    /// The event that tells the merchant.
    pub event: Option<&'static str>,
    pub evidence: Evidence,
}

/// What time does to an object: the row, and the generation in which it was booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    pub object: ObjectId,
    pub generation: u32,
    pub row: u8,
}

/// The status table of one kind of object.
#[derive(Debug)]
pub struct Lifecycle<S: 'static> {
    pub object: &'static str,
    pub rows: &'static [Row<S>],
    ends_deadline: Option<On>,
}

impl<S> Lifecycle<S> {
    /// The table of that kind of object.
    pub const fn new(object: &'static str, rows: &'static [Row<S>]) -> Self {
        Self { object, rows, ends_deadline: None }
    }

    /// A deadline survives a step that leads back to the same status, unless it is that one.
    #[must_use]
    pub const fn whose_deadline_ends(mut self, on: On) -> Self {
        self.ends_deadline = Some(on);
        self
    }

    fn ends_deadline(&self, row: &Row<S>) -> bool {
        self.ends_deadline == Some(row.on)
    }
}

impl<S: Word> Lifecycle<S> {
    /// The first row that `on` means for an object in that status (`None`: not born yet).
    pub fn row(&self, from: Option<S>, on: On) -> Option<&'static Row<S>> {
        self.rows.iter().find(|it| it.on == on && starts(it, from))
    }

    /// Whether such an object comes into being because a client asks for it, and has steps to take after that.
    fn is_led_by_calls(&self) -> bool {
        let is_born = self.rows.iter().any(|it| it.from.is_empty() && matches!(it.on, On::Call(_)));
        is_born && self.rows.iter().any(|it| !it.from.is_empty())
    }

    fn id_of(&self, row: &'static Row<S>) -> RowId {
        let place = self.rows.iter().position(|it| std::ptr::eq(it, row)).and_then(|it| u8::try_from(it).ok());
        RowId { table: Cow::Borrowed(self.object), row: place.unwrap_or(u8::MAX) }
    }
}

impl StatusTable {
    /// The table of one kind of object, with its type forgotten.
    pub fn of<S: Word>(statuses: &[S], table: &Lifecycle<S>) -> Self {
        let row = |it: &Row<S>| Transition {
            on: it.on,
            from: it.from.iter().map(|status| status.word()).collect(),
            to: it.to.word(),
            event: it.event,
            ends_deadline: table.ends_deadline(it),
            evidence: it.evidence,
        };
        let statuses = statuses.iter().map(|it| it.word()).collect();
        Self { object: table.object, statuses, rows: table.rows.iter().map(row).collect(), also: None }
    }
}

fn starts<S: Word>(row: &Row<S>, from: Option<S>) -> bool {
    match from {
        None => row.from.is_empty(),
        Some(status) => row.from.contains(&status),
    }
}

/// An object that has a status table: all that the machine has to know of its kind.
pub trait Object: Indexed + 'static {
    /// The provider's memory of a sandbox.
    type Memory;
    type Status: Word;

    const TABLE: &'static Lifecycle<Self::Status>;

    fn store(memory: &Self::Memory) -> &Store<Self>;
    fn store_mut(memory: &mut Self::Memory) -> &mut Store<Self>;

    fn head(&self) -> &Head<Self::Status>;
    fn head_mut(&mut self) -> &mut Head<Self::Status>;

    /// How the engine names it.
    fn object_id(&self) -> ObjectId;

    /// What the merchant calls it.
    fn subject(&self) -> String;

    /// When it was made.
    fn created_at(&self) -> Timestamp;

    /// The merchant's account.
    fn account<'a>(&'a self, memory: &'a Self::Memory) -> Cow<'a, str>;

    /// The moment of its `Deadline` rows, once it is known.
    fn deadline(&self) -> Option<Timestamp> {
        None
    }

    /// From when the durations of its rows count, when that is not the moment at which it entered its status.
    fn counts_from(&self) -> Option<Timestamp> {
        None
    }

    /// The one hook: it has just gone along that row, or begun with it. Money, side effects, and the webhook that is owed.
    fn entered(memory: &mut Self::Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<Self::Status>);
}

/// What every [`Object`] says alike: where it is kept, which table it has, where it stands, and since when it is there.
macro_rules! kept {
    ($memory:ident.$store:ident, $status:ident, $table:ident) => {
        type Memory = $memory;
        type Status = $status;

        const TABLE: &'static $crate::engine::lifecycle::Lifecycle<$status> = &$table;

        fn store(memory: &$memory) -> &$crate::engine::store::Store<Self> {
            &memory.$store
        }

        fn store_mut(memory: &mut $memory) -> &mut $crate::engine::store::Store<Self> {
            &mut memory.$store
        }

        fn head(&self) -> &$crate::engine::lifecycle::Head<$status> {
            &self.head
        }

        fn head_mut(&mut self) -> &mut $crate::engine::lifecycle::Head<$status> {
            &mut self.head
        }

        fn object_id(&self) -> $crate::engine::ids::ObjectId {
            self.object()
        }

        fn created_at(&self) -> $crate::kit::time::Timestamp {
            self.created_at
        }
    };
}
pub(crate) use kept;

/// An object begins, along the row that `on` means; its number.
///
/// # Panics
/// When the table has no such row.
pub fn born<O: Object>(memory: &mut O::Memory, cx: &mut Context<'_>, object: O, on: On) -> u32 {
    let row = O::TABLE.row(None, on).expect("whatever makes an object is a row of its table");
    let number = insert(memory, object, row.to);
    settle_in::<O>(memory, cx, number, "", row);
    number
}

/// An object begins in that status without a row of its table: nothing is written down, told or caused by it. Its number.
pub fn placed<O: Object>(memory: &mut O::Memory, cx: &mut Context<'_>, object: O, status: O::Status) -> u32 {
    let number = insert(memory, object, status);
    book::<O>(memory, cx, number);
    number
}

fn insert<O: Object>(memory: &mut O::Memory, mut object: O, status: O::Status) -> u32 {
    object.head_mut().begin(status);
    O::store_mut(memory).insert(object)
}

/// Moves an object along the first row that `on` means for it; the row. `None`: its status knows no such row, and nothing
/// has changed.
pub fn take<O: Object>(memory: &mut O::Memory, cx: &mut Context<'_>, number: u32, on: On) -> Option<&'static Row<O::Status>> {
    let from = O::store(memory).get(number)?.head().status();
    follow::<O>(memory, cx, number, O::TABLE.row(Some(from), on)?)
}

/// The same along the row that leads to that status.
pub fn take_to<O: Object>(
    memory: &mut O::Memory,
    cx: &mut Context<'_>,
    number: u32,
    on: On,
    to: O::Status,
) -> Option<&'static Row<O::Status>> {
    let from = O::store(memory).get(number)?.head().status();
    let row = O::TABLE.rows.iter().find(|it| it.on == on && it.to == to && it.from.contains(&from))?;
    follow::<O>(memory, cx, number, row)
}

/// That row of the table is due.
pub fn fire<O: Object>(memory: &mut O::Memory, cx: &mut Context<'_>, number: u32, row: u8) {
    if let Some(row) = O::TABLE.rows.get(usize::from(row)) {
        follow::<O>(memory, cx, number, row);
    }
}

/// Whether that row of the table is one along which time alone moves the object from where it stands.
pub fn is_timed<O: Object>(memory: &O::Memory, number: u32, row: u8) -> bool {
    let by_time = |it: &On| matches!(it, On::After(_) | On::Timer(_) | On::Pace(_) | On::Deadline(_));
    let object = O::store(memory).get(number).zip(O::TABLE.rows.get(usize::from(row)));
    object.is_some_and(|(it, row)| row.from.contains(&it.head().status()) && by_time(&row.on))
}

/// The timers that objects of a kind have where they stand. What a rule or an account can hold back (`Pace`) and what can have
/// happened already (`Timer`) is not among them.
pub fn timers<O: Object>(memory: &O::Memory, now: Timestamp) -> impl Iterator<Item = Timer> {
    let is_booked = move |it: &O, on: On| match on {
        On::After(span) => later(now, span).is_some(),
        On::Deadline(_) => it.deadline().is_some(),
        On::Timer(_) | On::Pace(_) | On::Call(_) | On::Act(_) | On::Delivered(_) | On::Block(_) => false,
    };
    O::store(memory).all().iter().flat_map(move |it| {
        let (status, generation) = (it.head().status(), it.head().generation());
        let rows = (0_u8..).zip(O::TABLE.rows).filter(move |(_, row)| row.from.contains(&status) && is_booked(it, row.on));
        rows.map(move |(row, _)| Timer { object: it.object_id(), generation, row })
    })
}

/// Moves an object along that row, if it starts where the object stands; the row. This is the only function that changes
/// a status: a head has no other way to another one.
pub fn follow<O: Object>(
    memory: &mut O::Memory,
    cx: &mut Context<'_>,
    number: u32,
    row: &'static Row<O::Status>,
) -> Option<&'static Row<O::Status>> {
    let from = O::store(memory).get(number)?.head().status();
    if !row.from.contains(&from) {
        return None;
    }
    if !matches!(row.on, On::Timer(_)) {
        O::store_mut(memory).update(number, |it| it.head_mut().enter(row.to));
    }
    settle_in::<O>(memory, cx, number, from.word(), row);
    Some(row)
}

/// What follows from a row: a line in the journal, the timers of the status, and what the provider does.
fn settle_in<O: Object>(memory: &mut O::Memory, cx: &mut Context<'_>, number: u32, from: &'static str, row: &'static Row<O::Status>) {
    let table = O::TABLE;
    if let Some(object) = O::store(memory).get(number) {
        cx.changed(&object.subject(), from, row.to.word(), row.on, table.id_of(row));
        if !matches!(row.on, On::Timer(_)) {
            book_rows(cx, object, &object.account(memory), if table.ends_deadline(row) { None } else { object.deadline() });
        }
    }
    O::entered(memory, cx, number, row);
}

/// Books what time alone does to an object in its status. The machine does so whenever a status is entered; a provider, when
/// an object has got its deadline later than its status.
pub fn book<O: Object>(memory: &O::Memory, cx: &mut Context<'_>, number: u32) {
    if let Some(object) = O::store(memory).get(number) {
        book_rows(cx, object, &object.account(memory), object.deadline());
    }
}

fn book_rows<O: Object>(cx: &mut Context<'_>, object: &O, account: &str, deadline: Option<Timestamp>) {
    let now = cx.now();
    let from = object.counts_from().unwrap_or(now);
    let (table, head, object) = (O::TABLE, object.head(), object.object_id());
    // What is made along the way, as a row of a ledger, is not what was asked for.
    let manual = cx.is_paced_from_outside(object, account, table.is_led_by_calls());
    let status = head.status();
    for (row, it) in (0_u8..).zip(table.rows).filter(|(_, it)| it.from.contains(&status)) {
        let at = match it.on {
            On::Pace(_) if manual => None,
            On::After(span) | On::Timer(span) | On::Pace(span) => later(from, span),
            On::Deadline(_) => deadline,
            On::Call(_) | On::Act(_) | On::Delivered(_) | On::Block(_) => None,
        };
        if let Some(at) = at.map(|it| it.max(now)) {
            let due = Due::Row { provider_id: cx.provider_id, object, generation: head.generation(), row };
            cx.core.agenda.book(at, due);
        }
    }
}
