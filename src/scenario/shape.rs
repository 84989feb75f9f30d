//! The grammar as rows: which names a mapping has, and what they mean. The reader and the JSON Schema read the same rows.

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
    /// Of an effect of a rule: what it acts on.
    pub effect: Option<Effect>,
}

/// What an effect of a rule acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Answers in place of the provider.
    Answer,
    /// Adds to an answer: headers, time.
    Addition,
    /// The bytes of an answer on the connection. A rule has at most one of these.
    Bytes,
    /// The object that a call creates. A rule has at most one of these.
    Fate,
    Webhook,
}

/// The kind of a value.
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
    /// A duration with a sign: `-10m`.
    Offset,
    /// RFC 3339.
    Moment,
    /// `frozen`, `real` or a rate such as `60x`.
    ClockMode,
    Word(&'static [&'static str]),
    /// The name of an effect after which the client has no whole answer.
    Failure,
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
    /// A row of a contract: `quoine.decisions.texts`.
    ContractRow,
    /// Anything; references are replaced in its texts.
    Value,
    /// A mapping of anything.
    Values,
    /// Of an answer of a rule: `${request.body.x}` in it stands for a value of the request.
    Answering(&'static Self),
    /// A value, or a matcher.
    Matcher,
    /// A mapping of matchers.
    Matchers,
    /// The answers of a receiver, one after the other.
    Script,
    List(&'static Self),
    /// A mapping of names to values of one kind.
    Map(&'static Self),
    Shape(&'static Shape),
    /// One of the two; the first is the short form.
    Either(&'static Self, &'static Self),
    /// These rows, and the settings of an account of the provider.
    Settings(&'static Shape),
    /// Providers by slug, each with a shape and its settings.
    Providers(&'static Shape),
    /// One of the steps.
    Step,
    /// Two calls or more.
    Calls,
}

impl Shape {
    /// The row with this name.
    pub fn row(&self, name: &str) -> Option<&'static Row> {
        self.rows.iter().find(|it| it.name == name)
    }

    /// The name of a step: its first row.
    pub fn verb(&self) -> &'static str {
        self.rows.first().map_or("", |it| it.name)
    }
}

/// A name that may be left out.
pub const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Row {
    Row { name, kind, required: false, meaning, effect: None }
}

/// A name that is required.
pub const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Row {
    Row { name, kind, required: true, meaning, effect: None }
}

/// An effect of a rule.
pub const fn effect(effect: Effect, name: &'static str, kind: Kind, meaning: &'static str) -> Row {
    Row { name, kind, required: false, meaning, effect: Some(effect) }
}
