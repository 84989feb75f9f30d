//! What the words of `describe` name: a provider, a section of it, or a row of one of its tables.

use crate::engine::tables::{ActionRow, Contract, ErrorRow, EventRow, Operation, Setting};
use crate::kit::nearest::nearest;

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
            | Self::Setting(it, _) => it,
        }
    }

    /// The section that it stands in.
    fn section(self) -> Option<Section> {
        match self {
            Self::Provider(_) => None,
            Self::Section(_, it) => Some(it),
            Self::Operation(..) => Some(Section::Operations),
            Self::Action(..) => Some(Section::Actions),
            Self::Event(..) => Some(Section::Events),
            Self::Error(..) => Some(Section::Errors),
            Self::Setting(..) => Some(Section::Settings),
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
        }
    }

    /// What it is, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Provider(it) => it.about,
            Self::Section(..) => "",
            Self::Operation(_, it) => it.summary,
            Self::Action(_, it) => it.meaning,
            Self::Event(_, it) => it.when,
            Self::Error(_, it) => it.when,
            Self::Setting(_, it) => it.meaning,
        }
    }

    /// The words that find this and nothing else.
    pub fn words(self) -> String {
        let slug = self.contract().slug;
        match self {
            Self::Provider(_) => slug.to_owned(),
            Self::Section(_, it) => format!("{slug} {}", it.word()),
            Self::Operation(..) | Self::Action(..) | Self::Event(..) | Self::Error(..) | Self::Setting(..) => {
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

/// Every row of a provider that has a name.
fn rows(contract: &'static Contract) -> impl Iterator<Item = Asked> {
    let operations = contract.operations.iter().map(move |it| Asked::Operation(contract, it));
    let actions = contract.actions.iter().map(move |it| Asked::Action(contract, it));
    let events = contract.events.iter().map(move |it| Asked::Event(contract, it));
    let errors = contract.errors.iter().map(move |it| Asked::Error(contract, it));
    let settings = contract.settings().map(move |it| Asked::Setting(contract, it));
    operations.chain(actions).chain(events).chain(errors).chain(settings)
}

/// Finds what has this name, in any case: `quoine`, `quoine settings`, `quoine.pay`, `quoine error not_found`, or a name
/// alone. Several, if the name has several meanings; never none.
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
            let found = named(contract, name.trim());
            return if found.is_empty() { Err(unknown_row(contract, name.trim())) } else { Ok(found) };
        }
    }
    let found: Vec<Asked> = contracts.iter().flat_map(|it| named(it, asked)).collect();
    if found.is_empty() { Err(unknown(contracts, asked)) } else { Ok(found) }
}

/// What a provider has under this name: a section, or rows, if need be of one section.
fn named(contract: &'static Contract, name: &str) -> Vec<Asked> {
    if let Some(section) = Section::named(name) {
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
    let nearest = nearest(word, rows.chain(sections)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
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
