//! What the words of `describe` name: a provider, a section of it, or a row of one of its tables.

use serde_json::Value as Json;

use crate::engine::tables::{ActionRow, Contract, ErrorRow, EventRow, NamedRow, Operation, Setting, StatusTable};
use crate::kit::fields::Field;
use crate::kit::nearest::{close, nearest};

/// One thing that can be described.
#[derive(Clone, Copy)]
pub enum Asked {
    Provider(&'static Contract),
    Section(&'static Contract, Section),
    Operation(&'static Contract, &'static Operation),
    Action(&'static Contract, &'static ActionRow),
    Event(&'static Contract, &'static EventRow),
    Error(&'static Contract, &'static ErrorRow),
    Setting(&'static Contract, &'static Setting),
    /// A status of objects, by its name.
    Status(&'static Contract, &'static str),
    /// A header of webhooks, answers or calls, by its name.
    Header(&'static Contract, &'static str),
    /// Any row, by the name that `Playmoney-Evidence`, coverage and assumptions give it.
    Row(&'static Contract, &'static NamedRow),
}

/// A part of the page of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Addresses,
    Operations,
    Pages,
    Actions,
    Statuses,
    Errors,
    Events,
    Attempts,
    Settings,
    Decisions,
    Headers,
}

/// The words for each section; the first is its own.
#[rustfmt::skip]
const SECTIONS: &[(Section, &[&str])] = &[
    (Section::Addresses, &["addresses", "address", "credentials", "sources"]),
    (Section::Operations, &["operations", "operation", "calls", "call"]),
    (Section::Pages, &["pages", "page"]),
    (Section::Actions, &["actions", "action"]),
    (Section::Statuses, &["statuses", "status", "transitions", "lifecycle"]),
    (Section::Errors, &["errors", "error"]),
    (Section::Events, &["events", "event", "webhooks", "webhook"]),
    (Section::Attempts, &["attempts", "retries", "schedule"]),
    (Section::Settings, &["settings", "setting"]),
    (Section::Decisions, &["decisions", "decision"]),
    (Section::Headers, &["headers", "header"]),
];

impl Section {
    /// Every section, in the order of a page.
    pub const ALL: &[Self] = &[
        Self::Addresses,
        Self::Operations,
        Self::Pages,
        Self::Actions,
        Self::Statuses,
        Self::Errors,
        Self::Events,
        Self::Attempts,
        Self::Settings,
        Self::Decisions,
        Self::Headers,
    ];

    /// The section with this word.
    fn named(word: &str) -> Option<Self> {
        SECTIONS.iter().find(|it| it.1.contains(&&*word.to_lowercase())).map(|it| it.0)
    }

    /// Its word, in the plural.
    pub fn word(self) -> &'static str {
        SECTIONS.iter().find(|it| it.0 == self).map_or("", |it| it.1[0])
    }
}

impl Asked {
    pub fn contract(self) -> &'static Contract {
        match self {
            Self::Provider(it)
            | Self::Section(it, _)
            | Self::Operation(it, _)
            | Self::Action(it, _)
            | Self::Event(it, _)
            | Self::Error(it, _)
            | Self::Setting(it, _)
            | Self::Status(it, _)
            | Self::Header(it, _)
            | Self::Row(it, _) => it,
        }
    }

    /// The section that it stands in.
    fn section(self) -> Option<Section> {
        match self {
            Self::Provider(_) | Self::Row(..) => None,
            Self::Section(_, it) => Some(it),
            Self::Operation(..) => Some(Section::Operations),
            Self::Action(..) => Some(Section::Actions),
            Self::Event(..) => Some(Section::Events),
            Self::Error(..) => Some(Section::Errors),
            Self::Setting(..) => Some(Section::Settings),
            Self::Status(..) => Some(Section::Statuses),
            Self::Header(..) => Some(Section::Headers),
        }
    }

    /// The word for its kind, in the singular.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Provider(_) => "provider",
            Self::Section(..) => "section",
            Self::Operation(..) => "operation",
            Self::Action(..) => "action",
            Self::Event(..) => "event",
            Self::Error(..) => "error",
            Self::Setting(..) => "setting",
            Self::Status(..) => "status",
            Self::Header(..) => "header",
            Self::Row(..) => "row",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Provider(it) => it.slug,
            Self::Section(_, it) => it.word(),
            Self::Operation(_, it) => it.name,
            Self::Action(_, it) => it.name,
            Self::Event(_, it) => it.name,
            Self::Error(_, it) => it.name,
            Self::Setting(_, it) => it.name,
            Self::Status(_, it) | Self::Header(_, it) => it,
            Self::Row(_, it) => it.name,
        }
    }

    /// What it is, in a sentence.
    pub fn summary(self) -> String {
        let text = match self {
            Self::Provider(it) => it.about,
            Self::Section(..) => "",
            Self::Operation(_, it) => it.summary,
            Self::Action(_, it) => it.meaning,
            Self::Event(_, it) => it.when,
            Self::Error(_, it) => it.when,
            Self::Setting(_, it) => it.meaning,
            Self::Status(contract, it) => {
                let tables = (contract.lifecycles)();
                let objects = tables.iter().filter(|own| !own.meant_by(it).is_empty()).map(|it| it.object);
                return format!("a status of {}", objects.map(with_article).collect::<Vec<_>>().join(", of "));
            }
            Self::Row(contract, it) => meaning(contract, it),
            Self::Header(contract, it) => headers(contract).find(|own| own.1.name == it).map_or("", |it| it.1.meaning),
        };
        text.to_owned()
    }

    /// The words that find this and nothing else.
    pub fn words(self) -> String {
        let slug = self.contract().slug;
        match self {
            Self::Provider(_) => slug.to_owned(),
            Self::Section(_, it) => format!("{slug} {}", it.word()),
            Self::Row(_, it) => it.name.to_owned(),
            Self::Operation(..)
            | Self::Action(..)
            | Self::Event(..)
            | Self::Error(..)
            | Self::Setting(..)
            | Self::Status(..)
            | Self::Header(..) => {
                let name = self.name();
                let alike = rows(self.contract()).filter(|it| it.name().eq_ignore_ascii_case(name)).count();
                if alike == 1 && Section::named(name).is_none() {
                    format!("{slug}.{name}")
                } else {
                    format!("{slug} {} {name}", self.kind())
                }
            }
        }
    }
}

/// What a row is about, in a sentence.
fn meaning(contract: &Contract, named: &NamedRow) -> &'static str {
    let question = contract.decision_at(named.row).map(|it| it.question);
    question.or_else(|| contract.field_at(named.row).map(|it| it.meaning)).unwrap_or("")
}

/// The row that has this name in the header of an answer, with or without the provider's slug.
fn row_named(contract: &'static Contract, name: &str) -> Option<Asked> {
    let own = name.strip_prefix(contract.slug).and_then(|it| it.strip_prefix('.')).unwrap_or(name);
    contract.index.named(&format!("{}.{own}", contract.slug)).map(|it| Asked::Row(contract, it))
}

/// Every row of a provider that has a name.
fn rows(contract: &'static Contract) -> impl Iterator<Item = Asked> {
    let operations = contract.operations.iter().map(move |it| Asked::Operation(contract, it));
    let actions = contract.actions.iter().map(move |it| Asked::Action(contract, it));
    let events = contract.events.iter().map(move |it| Asked::Event(contract, it));
    let errors = contract.errors.iter().map(move |it| Asked::Error(contract, it));
    let settings = contract.settings().map(move |it| Asked::Setting(contract, it));
    let statuses = once(statuses(contract)).into_iter().map(move |it| Asked::Status(contract, it));
    let headers = once(headers(contract).map(|it| it.1.name)).into_iter().map(move |it| Asked::Header(contract, it));
    operations.chain(actions).chain(events).chain(errors).chain(settings).chain(statuses).chain(headers)
}

/// Every status of a provider's objects, with the words that they have in other members.
fn statuses(contract: &Contract) -> impl Iterator<Item = &'static str> {
    let words = |table: StatusTable| table.statuses.into_iter().chain(table.also.into_iter().flat_map(|it| it.words).map(|it| it.1));
    (contract.lifecycles)().into_iter().flat_map(words)
}

/// Every header that a provider has in a table, with what carries it.
pub fn headers(contract: &'static Contract) -> impl Iterator<Item = (Carrier, &'static Field)> {
    let events = contract.events.iter().flat_map(|event| event.headers.iter().map(|it| (Carrier::Webhook(event.name), it)));
    let answers = contract.answer_headers.iter().map(|it| (Carrier::Answers, it));
    let calls = contract.operations.iter().flat_map(|call| call.headers.iter().map(|it| (Carrier::Call(call.name), it)));
    events.chain(answers).chain(calls)
}

/// What carries a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The webhooks of this event.
    Webhook(&'static str),
    Answers,
    /// Requests of this call.
    Call(&'static str),
}

/// These names, each once.
fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    names.fold(Vec::new(), |mut all, it| {
        if !all.iter().any(|own: &&str| own.eq_ignore_ascii_case(it)) {
            all.push(it);
        }
        all
    })
}

/// The errors whose code or message this text is; if none, those whose message contains it or stands in it.
fn by_message(contracts: &[&'static Contract], text: &str) -> Vec<Asked> {
    /// Shorter texts stand in too many messages.
    const CHARS_MIN: usize = 8;
    let plain = |it: &str| it.trim_matches(['"', '.', ' ']).to_lowercase();
    let text = plain(text);
    let contains = |long: &str, short: &str| CHARS_MIN <= short.chars().count() && long.contains(short);
    let fitting = |fits: &dyn Fn(&str) -> bool| -> Vec<Asked> {
        let is_meant = |row: &ErrorRow, contract: &Contract| {
            let body = (contract.refusal)(row.name).and_then(|it| serde_json::from_slice::<Json>(&it.body).ok());
            fits(&plain(row.code)) || body.is_some_and(|body| texts(&body).into_iter().any(|it| fits(&plain(it))))
        };
        let errors = contracts.iter().flat_map(|contract| contract.errors.iter().map(|row| (*contract, *row)));
        errors.filter(|(contract, row)| is_meant(row, contract)).map(|(contract, row)| Asked::Error(contract, row)).collect()
    };
    let same = fitting(&|own| own == text);
    if same.is_empty() { fitting(&|own| contains(own, &text) || contains(&text, own)) } else { same }
}

/// Every text in a document.
fn texts(document: &Json) -> Vec<&str> {
    match document {
        Json::String(it) => vec![it],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(members) => members.values().flat_map(texts).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

/// `an invoice`.
pub fn with_article(object: &str) -> String {
    format!("{} {object}", if object.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" })
}

/// Finds what has this name, in any case: `quoine`, `quoine settings`, `quoine.pay`, `quoine error not_found`, a name alone, or the
/// message of an error. Several, if the name has several meanings; never none.
///
/// # Errors
/// A sentence that names the nearest and all known words.
pub fn resolve(contracts: &[&'static Contract], asked: &str) -> Result<Vec<Asked>, String> {
    let asked = asked.trim();
    let is_named = |it: &Contract, text: &str| text.eq_ignore_ascii_case(it.slug) || text.eq_ignore_ascii_case(it.name);
    if let Some(it) = contracts.iter().find(|it| is_named(it, asked)) {
        return Ok(vec![Asked::Provider(it)]);
    }
    for contract in contracts {
        for own in [contract.slug, contract.name] {
            let Some((_, rest)) = asked.split_at_checked(own.len()).filter(|it| it.0.eq_ignore_ascii_case(own)) else { continue };
            let Some(name) = rest.strip_prefix(['.', ' ']) else { continue };
            let mut found = named(contract, name.trim());
            if found.is_empty() {
                found.extend(row_named(contract, name.trim()));
            }
            if found.is_empty() {
                found = by_message(&[contract], name);
            }
            return if found.is_empty() { Err(unknown_row(contract, name.trim())) } else { Ok(found) };
        }
    }
    let mut found: Vec<Asked> = contracts.iter().flat_map(|it| named(it, asked)).collect();
    if found.is_empty() {
        found.extend(contracts.iter().filter_map(|it| row_named(it, asked)));
    }
    if found.is_empty() {
        found = by_message(contracts, asked);
    }
    if found.is_empty() { Err(unknown(contracts, asked)) } else { Ok(found) }
}

/// What a provider has under this name: a section, or rows, if need be of one section.
fn named(contract: &'static Contract, name: &str) -> Vec<Asked> {
    // The name of a kind of objects, such as `charge`, leads to their statuses.
    let is_object = (contract.lifecycles)().iter().any(|it| it.object.eq_ignore_ascii_case(name));
    if let Some(section) = Section::named(name).or(is_object.then_some(Section::Statuses)) {
        return vec![Asked::Section(contract, section)];
    }
    let of = |section: Option<Section>, name: &str| {
        let rows = rows(contract).filter(|it| section.is_none() || it.section() == section);
        rows.filter(|it| it.name().eq_ignore_ascii_case(name)).collect::<Vec<_>>()
    };
    let found = of(None, name);
    match in_section(name) {
        Some((section, name)) if found.is_empty() => of(Some(section), name),
        Some(_) | None => found,
    }
}

fn unknown_row(contract: &'static Contract, name: &str) -> String {
    let (within, word) = in_section(name).map_or((None, name), |(section, word)| (Some(section), word));
    let rows = rows(contract).filter(|it| within.is_none() || it.section() == within).map(Asked::name);
    let sections = SECTIONS.iter().map(|it| it.1[0]).filter(|_| within.is_none());
    let of_index = contract.index.rows().iter().filter_map(|it| it.name.split_once('.')).map(|it| it.1);
    let of_index = close(name, of_index.filter(|_| name.contains('.')));
    let nearest = of_index.or_else(|| nearest(word, rows.chain(sections))).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    let operations = contract.operations.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    let sections = SECTIONS.iter().map(|it| it.1[0]).collect::<Vec<_>>().join(", ");
    format!("{} has nothing named `{name}`.{nearest} Its operations: {operations}. Its sections: {sections}.", contract.name)
}

/// A section and a name in it.
fn in_section(text: &str) -> Option<(Section, &str)> {
    let (section, name) = text.split_once([' ', '.'])?;
    Some((Section::named(section)?, name.trim()))
}

fn unknown(contracts: &[&'static Contract], asked: &str) -> String {
    let slugs = || contracts.iter().map(|it| it.slug);
    let first = asked.split(['.', ' ']).next().unwrap_or("");
    let by_provider = (first != asked).then(|| nearest(first, slugs())).flatten();
    let any = || nearest(asked, slugs().chain(contracts.iter().flat_map(|it| rows(it)).map(Asked::name)));
    let nearest = by_provider.or_else(any).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    let (what, name) = if by_provider.is_some() { ("No provider is", first) } else { ("Nothing here is", asked) };
    format!("{what} named `{name}`.{nearest} Known providers: {}.", slugs().collect::<Vec<_>>().join(", "))
}
