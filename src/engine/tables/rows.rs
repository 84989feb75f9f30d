//! Every row of a contract by its place, with a name for people: what an answer rests on, and what traffic has reached.

use memchr::memmem::Finder;

use super::{Contract, Decision, EventRow, Operation, StatusTable, Transition};
use crate::kit::evidence::Evidence;
use crate::kit::fields::Field;
use crate::kit::http::HeaderValue;

/// Which row of a contract. The numbers are places in its tables, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    Operation(u8),
    /// A parameter of an operation.
    Parameter(u8, u8),
    /// A header of an operation's requests.
    Header(u8, u8),
    /// A member of an operation's answer.
    Answer(u8, u8),
    AnswerHeader(u8),
    Error(u8),
    /// A member of every refusal.
    ErrorBody(u8),
    Action(u8),
    ActionParameter(u8, u8),
    /// A row of a status table.
    Step(u8, u8),
    Event(u8),
    EventHeader(u8, u8),
    EventBody(u8, u8),
    /// An attempt of the schedule; the first is 0.
    Attempt(u8),
    /// How long a receiver may take.
    TimeLimit,
    /// The figure of the rate limit.
    Limit,
    Page(u8),
    Decision(u8),
}

/// A row with its name.
#[derive(Clone, Debug)]
pub struct NamedRow {
    pub row: Row,
    /// `quoine.createInvoice.price`: a name for scenarios and lists.
    pub name: &'static str,
    pub evidence: Evidence,
    /// Evidence and name as the header of an answer.
    pub header: HeaderValue,
}

/// A row that an answer rests on.
#[derive(Clone, Copy, Debug)]
pub struct Basis {
    pub named: &'static NamedRow,
    /// Its place among the rows of its contract, the one first that an answer rests on most.
    rank: u16,
}

impl Basis {
    /// The less certain of two rows of one contract; of rows that are equally certain, the one that says most about the case.
    pub fn weaker(own: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (own, other) {
            (Some(own), Some(other)) => Some(if own.rank <= other.rank { own } else { other }),
            (own, other) => own.or(other),
        }
    }
}

impl Row {
    /// How much it says about one case; the smallest says most.
    const fn specificity(self) -> u8 {
        match self {
            Self::Decision(_) => 0,
            Self::Error(_) | Self::Limit => 1,
            Self::Step(..) => 2,
            Self::Operation(_) => 3,
            Self::Parameter(..)
            | Self::Header(..)
            | Self::Answer(..)
            | Self::AnswerHeader(_)
            | Self::ErrorBody(_)
            | Self::Action(_)
            | Self::ActionParameter(..)
            | Self::Event(_)
            | Self::EventHeader(..)
            | Self::EventBody(..)
            | Self::Attempt(_)
            | Self::TimeLimit
            | Self::Page(_) => 4,
        }
    }

    /// Its kind, the table of that kind in which it stands, and its place there.
    fn parts(self) -> (usize, usize, usize) {
        let (kind, of, place) = match self {
            Self::Operation(place) => (0, 0, place),
            Self::Parameter(of, place) => (1, of, place),
            Self::Header(of, place) => (2, of, place),
            Self::Answer(of, place) => (3, of, place),
            Self::AnswerHeader(place) => (4, 0, place),
            Self::Error(place) => (5, 0, place),
            Self::ErrorBody(place) => (6, 0, place),
            Self::Action(place) => (7, 0, place),
            Self::ActionParameter(of, place) => (8, of, place),
            Self::Step(of, place) => (9, of, place),
            Self::Event(place) => (10, 0, place),
            Self::EventHeader(of, place) => (11, of, place),
            Self::EventBody(of, place) => (12, of, place),
            Self::Attempt(place) => (13, 0, place),
            Self::TimeLimit => (14, 0, 0),
            Self::Limit => (15, 0, 0),
            Self::Page(place) => (16, 0, place),
            Self::Decision(place) => (17, 0, place),
        };
        (kind, of.into(), place.into())
    }
}

/// The kinds of rows.
const KINDS: usize = 18;

/// All rows of a contract. What each request looks into is small and stands together.
#[derive(Debug)]
pub struct Index {
    /// In the order of [`Row`].
    rows: Vec<NamedRow>,
    tables: Tables,
    /// The rank of each, in the same order.
    ranks: Vec<u16>,
    /// Their places, in the order of the names.
    by_name: Vec<u16>,
    /// The kinds of objects, in the order of the status tables.
    objects: Vec<&'static str>,
    /// By operation and parameter.
    sought: Vec<Vec<Sought>>,
}

/// A parameter that is looked for in a call.
#[derive(Debug)]
pub struct Sought {
    /// Its name without `[]` behind it.
    pub name: &'static str,
    /// The object and its member, if the parameter is one.
    pub member: Option<(&'static str, &'static str)>,
    /// Each call has it, in its path.
    pub is_in_path: bool,
    /// Finds the innermost part of the name in a body or a query.
    pub finder: Finder<'static>,
}

impl Sought {
    fn of(operation: &Operation, field: &Field) -> Self {
        let name = field.name.strip_suffix("[]").unwrap_or(field.name);
        let (is_in_path, finder) = (operation.has_in_path(field.name), Finder::new(innermost(field.name)));
        Self { name, member: name.split_once('.'), is_in_path, finder }
    }
}

/// Where the tables of a contract begin in the list of its rows: those of one table stand together, without a gap.
#[derive(Debug, Default)]
struct Tables {
    /// One after the other, and behind the last one the number of rows.
    begins: Vec<u16>,
    /// Where those of each kind begin in that, and behind the last kind how many there are.
    kinds: [u16; KINDS + 1],
}

impl Tables {
    fn of(rows: &[NamedRow]) -> Self {
        let mut tables = Self::default();
        let short = |it: usize| u16::try_from(it).unwrap_or(u16::MAX);
        for kind in 0..KINDS {
            let first = tables.begins.len();
            tables.kinds[kind] = short(first);
            for (at, it) in rows.iter().enumerate() {
                let (own, of, place) = it.row.parts();
                if own == kind && place == 0 {
                    tables.begins.resize(first + of + 1, short(at)); // a table without rows begins where the next one does
                }
            }
        }
        tables.kinds[KINDS] = short(tables.begins.len());
        tables.begins.push(short(rows.len()));
        tables
    }

    fn place(&self, row: Row) -> Option<usize> {
        let (kind, of, place) = row.parts();
        let table = usize::from(self.kinds[kind]) + of;
        let (begin, end) = (*self.begins.get(table)?, *self.begins.get(table + 1)?);
        let at = usize::from(begin) + place;
        (table < usize::from(self.kinds[kind + 1]) && at < usize::from(end)).then_some(at)
    }
}

impl Index {
    /// The rows of that contract.
    pub fn of(contract: &'static Contract) -> Self {
        let lifecycles = (contract.lifecycles)();
        let mut list = List { slug: contract.slug, rows: Vec::new() };
        list.calls(contract);
        list.outside(contract, &lifecycles);
        list.webhooks(contract);
        list.add(Row::Limit, "limit", contract.limit.evidence);
        list.all(contract.pages, Row::Page, |it| (format!("pages.{}", it.name), it.evidence));
        list.all(contract.decisions, Row::Decision, |it| (format!("decisions.{}", it.name), it.evidence));
        list.rows.sort_by_key(|it| it.row);
        let mut by_name: Vec<u16> = (0..).take(list.rows.len()).collect();
        by_name.sort_by_key(|it| list.rows[usize::from(*it)].name);
        let (tables, objects) = (Tables::of(&list.rows), lifecycles.iter().map(|it| it.object).collect());
        let sought = |of: &&'static Operation| of.parameters.iter().map(|it| Sought::of(of, it)).collect();
        let sought = contract.operations.iter().map(sought).collect();
        let ranks = ranks(&list.rows);
        Self { rows: list.rows, tables, ranks, by_name, objects, sought }
    }

    /// All of them.
    pub fn rows(&self) -> &[NamedRow] {
        &self.rows
    }

    /// A row by its place.
    pub fn get(&self, row: Row) -> Option<&NamedRow> {
        self.rows.get(self.place(row)?)
    }

    /// The place of a row among all.
    pub fn place(&self, row: Row) -> Option<usize> {
        self.tables.place(row)
    }

    /// An answer rests on the row at that place.
    pub fn basis(&'static self, place: usize) -> Option<Basis> {
        Some(Basis { named: self.rows.get(place)?, rank: *self.ranks.get(place)? })
    }

    /// The parameters of an operation, as they are looked for.
    pub fn sought(&self, operation: u8) -> &[Sought] {
        self.sought.get(usize::from(operation)).map_or(&[], Vec::as_slice)
    }

    /// A row by its name.
    pub fn named(&self, name: &str) -> Option<&NamedRow> {
        let row = |place: u16| &self.rows[usize::from(place)];
        let found = self.by_name.binary_search_by(|it| row(*it).name.cmp(name)).ok()?;
        Some(row(self.by_name[found]))
    }

    /// The row at that place of the status table of that kind of object.
    pub fn step(&self, object: &str, row: u8) -> Option<Row> {
        let table = self.objects.iter().position(|it| *it == object)?;
        Some(Row::Step(narrow(table), row))
    }
}

impl Contract {
    /// The field that a row is, if it is one.
    pub fn field_at(&self, row: Row) -> Option<&'static Field> {
        let at = |table: &'static [Field], place: u8| table.get(usize::from(place));
        let call = |place: u8| self.operations.get(usize::from(place));
        let event = |place: u8| self.events.get(usize::from(place));
        match row {
            Row::Parameter(of, place) => at(call(of)?.parameters, place),
            Row::Header(of, place) => at(call(of)?.headers, place),
            Row::Answer(of, place) => at(call(of)?.answer, place),
            Row::AnswerHeader(place) => at(self.answer_headers, place),
            Row::ErrorBody(place) => at(self.error_body, place),
            Row::ActionParameter(of, place) => at(self.actions.get(usize::from(of))?.parameters, place),
            Row::EventHeader(of, place) => at(event(of)?.headers, place),
            Row::EventBody(of, place) => at(event(of)?.body, place),
            Row::Operation(_)
            | Row::Error(_)
            | Row::Action(_)
            | Row::Step(..)
            | Row::Event(_)
            | Row::Attempt(_)
            | Row::TimeLimit
            | Row::Limit
            | Row::Page(_)
            | Row::Decision(_) => None,
        }
    }

    /// The decision that a row is, if it is one.
    pub fn decision_at(&self, row: Row) -> Option<&'static Decision> {
        if let Row::Decision(place) = row { self.decisions.get(usize::from(place)) } else { None }
    }
}

/// What stands in a request of the name of a parameter, however the request is written: `b` of `a.b`, `a[b]` and `a.b[]`.
fn innermost(name: &'static str) -> &'static str {
    let name = name.strip_suffix("[]").unwrap_or(name);
    name.rsplit(['.', '[']).next().unwrap_or(name).trim_end_matches(']')
}

/// The rank of each row: by how certain it is, then by how much it says about one case.
fn ranks(rows: &[NamedRow]) -> Vec<u16> {
    let certainty = |it: &NamedRow| match it.evidence {
        Evidence::Assumed(_) => 0,
        Evidence::Observed(_) => 1,
        Evidence::Documented(_) => 2,
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| (certainty(&rows[*at]), rows[*at].row.specificity(), *at));
    let mut ranks = vec![0; rows.len()];
    for (rank, at) in (0..).zip(order) {
        ranks[at] = rank;
    }
    ranks
}

/// A place in a table. No table has more rows than that.
fn narrow(place: usize) -> u8 {
    u8::try_from(place).unwrap_or(u8::MAX)
}

/// Rows that are being collected.
struct List {
    slug: &'static str,
    rows: Vec<NamedRow>,
}

impl List {
    fn add(&mut self, row: Row, name: &str, evidence: Evidence) {
        // An index lives as long as the process, and a header of a static text is shared without a count.
        let header: &'static str = format!("{}; row={}.{name}", evidence.tag(), self.slug).leak();
        let name = header.split_once('=').map_or(header, |it| it.1);
        let header = HeaderValue::from_static(header);
        self.rows.push(NamedRow { row, name, evidence, header });
    }

    fn all<T>(&mut self, table: impl IntoIterator<Item = T>, row: impl Fn(u8) -> Row, named: impl Fn(T) -> (String, Evidence)) {
        for (place, it) in table.into_iter().enumerate() {
            let (name, evidence) = named(it);
            self.add(row(narrow(place)), &name, evidence);
        }
    }

    fn fields(&mut self, table: &[Field], row: impl Fn(u8) -> Row, before: &str) {
        self.all(table, row, |it| (format!("{before}.{}", it.name), it.evidence));
    }

    fn calls(&mut self, contract: &Contract) {
        for (place, Operation { name, headers, parameters, answer, evidence, .. }) in contract.operations.iter().enumerate() {
            let place = narrow(place);
            self.add(Row::Operation(place), name, *evidence);
            self.fields(parameters, |it| Row::Parameter(place, it), name);
            self.fields(headers, |it| Row::Header(place, it), &format!("{name}.headers"));
            self.fields(answer, |it| Row::Answer(place, it), &format!("{name}.answer"));
        }
        self.fields(contract.answer_headers, Row::AnswerHeader, "answers.headers");
        self.all(contract.errors, Row::Error, |it| (format!("errors.{}", it.name), it.evidence));
        self.fields(contract.error_body, Row::ErrorBody, "errors.body");
    }

    fn outside(&mut self, contract: &Contract, lifecycles: &[StatusTable]) {
        for (place, it) in contract.actions.iter().enumerate() {
            let name = format!("actions.{}", it.name);
            self.add(Row::Action(narrow(place)), &name, it.evidence);
            self.fields(it.parameters, |row| Row::ActionParameter(narrow(place), row), &name);
        }
        for (place, table) in lifecycles.iter().enumerate() {
            self.all(&table.rows, |row| Row::Step(narrow(place), row), |it| (step_name(table.object, it), it.evidence));
        }
    }

    fn webhooks(&mut self, contract: &'static Contract) {
        for (place, EventRow { name, headers, body, evidence, .. }) in contract.events.iter().enumerate() {
            let (place, name) = (narrow(place), format!("events.{name}"));
            self.add(Row::Event(place), &name, *evidence);
            self.fields(headers, |it| Row::EventHeader(place, it), &format!("{name}.headers"));
            self.fields(body, |it| Row::EventBody(place, it), &format!("{name}.body"));
        }
        let schedule = &contract.schedule;
        // The first attempt is the event itself; the schedule decides the others.
        let first = contract.events.first().map_or(schedule.evidence, |it| it.evidence);
        let evidence = |number| if number == 1 { first } else { schedule.evidence };
        self.all(1..=schedule.waits.len(), Row::Attempt, |number| (format!("webhooks.attempts.{number}"), evidence(number)));
        self.add(Row::TimeLimit, "webhooks.time_limit", schedule.time_limit_evidence);
    }
}

/// `lifecycle.payout.created.processing.pace`: the object, from where to where, and the cause.
fn step_name(object: &str, it: &Transition) -> String {
    let from = if it.from.is_empty() { "new".to_owned() } else { it.from.join("+") };
    format!("lifecycle.{object}.{from}.{}.{}", it.to, it.on.word())
}
