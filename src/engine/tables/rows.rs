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
    /// What an answer rests on most has the smallest: how certain the row is, and how much it says about one case.
    pub weight: (u8, u8),
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

/// All rows of a contract.
#[derive(Debug)]
pub struct Index {
    /// In the order of [`Row`].
    rows: Vec<NamedRow>,
    /// Where each table begins, by kind and table: the rows of one stand together, without a gap.
    begins: [Vec<usize>; KINDS],
    /// Their places, in the order of the names.
    by_name: Vec<u16>,
    /// The kinds of objects, in the order of the status tables.
    objects: Vec<&'static str>,
    /// Finds the innermost part of the name of each parameter, by operation and parameter.
    finders: Vec<Vec<Finder<'static>>>,
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
        let (begins, objects) = (begins(&list.rows), lifecycles.iter().map(|it| it.object).collect());
        let finder = |it: &Field| Finder::new(innermost(it.name));
        let finders = contract.operations.iter().map(|of| of.parameters.iter().map(finder).collect()).collect();
        Self { rows: list.rows, begins, by_name, objects, finders }
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
        self.place_if_any(row).filter(|place| self.rows.get(*place).is_some_and(|it| it.row == row))
    }

    /// Where that row stands if the contract has it; otherwise another row may stand there.
    pub fn place_if_any(&self, row: Row) -> Option<usize> {
        let (kind, of, place) = row.parts();
        Some(self.begins[kind].get(of)? + place)
    }

    /// Finds the name of a parameter in a body or a query, at least its innermost part.
    pub fn finder(&self, operation: u8, parameter: u8) -> Option<&Finder<'static>> {
        self.finders.get(usize::from(operation))?.get(usize::from(parameter))
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

/// Where the tables begin. One without rows begins behind the last row, so that nothing is found in it.
fn begins(rows: &[NamedRow]) -> [Vec<usize>; KINDS] {
    let mut begins: [Vec<usize>; KINDS] = std::array::from_fn(|_| Vec::new());
    for (at, it) in rows.iter().enumerate() {
        let (kind, of, place) = it.row.parts();
        if place == 0 {
            begins[kind].resize(of, rows.len());
            begins[kind].push(at);
        }
    }
    begins
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
        let certainty = match evidence {
            Evidence::Assumed(_) => 0,
            Evidence::Observed(_) => 1,
            Evidence::Documented(_) => 2,
        };
        self.rows.push(NamedRow { row, name, evidence, header, weight: (certainty, row.specificity()) });
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
