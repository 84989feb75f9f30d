//! The grammar as rows: what may stand where, and what it means. The reader and the JSON Schema read the same rows.

/// A mapping with known names.
#[derive(Debug)]
pub struct Shape {
    /// What it is, with its article: "a rule".
    pub what: &'static str,
    pub rows: &'static [Row],
}

/// One name of a mapping.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub meaning: &'static str,
}

/// What kind of value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text; references are replaced in it.
    Text,
    /// Text, or a number that is read as text: an account's id.
    Plain,
    Flag,
    Integer {
        min: i64,
        max: i64,
    },
    /// A number above zero, also as text.
    Amount,
    /// A share of one: 0 to 1.
    Share,
    /// `31m`, `1h30m`, `PT31M`.
    Duration,
    /// The same with a sign: `-10m`.
    Offset,
    /// RFC 3339.
    Moment,
    /// `frozen`, `real` or a rate as `60x`.
    ClockMode,
    Word(&'static [&'static str]),
    /// The name of a step, a snapshot, a fork.
    Name,
    /// The name of a built-in receiver.
    Inbox,
    Provider,
    /// `quoine.createInvoice`.
    Operation,
    /// An operation, `quoine.*` or `quoine:webhook`.
    Trigger,
    /// `quoine.pay`.
    Action,
    /// Anything; references are replaced in its texts.
    Value,
    /// A mapping of anything.
    Values,
    /// A value, or a matcher.
    Matcher,
    /// A mapping of matchers.
    Matchers,
    /// How a receiver answers, in turn.
    Script,
    List(&'static Self),
    /// A mapping of names to values of one kind.
    Map(&'static Self),
    Shape(&'static Shape),
    /// Either of them; the first is the short form.
    Either(&'static Self, &'static Self),
    /// The settings of an account, of the provider in question, beside these rows.
    Settings(&'static Shape),
    /// Providers by slug, each with a shape and its settings.
    Providers(&'static Shape),
    /// One of the steps.
    Step,
}

impl Shape {
    /// The row of that name.
    pub fn row(&self, name: &str) -> Option<&'static Row> {
        self.rows.iter().find(|it| it.name == name)
    }

    /// Of a step, the name that it is known by.
    pub fn verb(&self) -> &'static str {
        self.rows.first().map_or("", |it| it.name)
    }
}

/// A name that may be left out.
pub const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Row {
    Row { name, kind, required: false, meaning }
}

/// A name that has to be there.
pub const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Row {
    Row { name, kind, required: true, meaning }
}
