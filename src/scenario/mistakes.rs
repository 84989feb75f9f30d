//! What is wrong with a text, for its author: where, why, and what to write instead.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};
use serde_json::{Value as Json, json};

use super::secrets::Secrets;
use crate::kit::concealed;
use crate::kit::printable::{line, shortened};

/// Mistakes that are reported for one file.
pub const REPORTED_MAX: usize = 50;

/// A text for a sentence, cut when it would fill the screen.
pub fn cut(text: &str) -> Cow<'_, str> {
    /// Characters of a text inside a sentence.
    const CHARS_MAX: usize = 60;
    shortened(text, CHARS_MAX)
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Nothing can begin with the text.
    #[default]
    Error,
    /// The text can be played, but does not do what its author seems to want.
    Warning,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The place, in bytes of the text.
    pub at: Range<usize>,
    pub level: Level,
    pub what: String,
    /// What to write instead, when that is known.
    pub help: Option<String>,
    /// A second place, and what it has to do with the mistake.
    pub also: Option<(Range<usize>, String)>,
}

impl Mistake {
    /// A mistake at this place.
    pub fn at(at: Range<usize>, what: impl Into<String>) -> Self {
        Self { at, level: Level::Error, what: what.into(), help: None, also: None }
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn also(mut self, at: Range<usize>, why: impl Into<String>) -> Self {
        self.also = Some((at, why.into()));
        self
    }
}

/// A renderer for that number of columns, or for the usual one of the library.
const fn within(renderer: Renderer, columns: Option<usize>) -> Renderer {
    match columns {
        Some(columns) => renderer.term_width(columns),
        None => renderer,
    }
}

/// All mistakes of one text, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    /// The name of the file, or of what was read.
    pub file: String,
    /// The text, with every secret replaced by stars.
    text: String,
    /// The mistakes, in the order of the text: those that are reported, and the next one.
    pub all: Vec<Mistake>,
    /// How many the text has.
    count: usize,
}

impl Mistakes {
    /// The mistakes of a text; no message shows its `secrets`.
    pub fn of(file: &str, text: &str, secrets: &Secrets, mut all: Vec<Mistake>) -> Self {
        // A mistake at the end of the text is shown after its last character.
        let end = text.trim_end().len();
        for it in &mut all {
            it.at = it.at.start.min(end)..it.at.end.min(end);
        }
        all.sort_by_key(|it| (it.at.start, it.at.end));
        all.dedup();
        let count = all.len();
        all.truncate(REPORTED_MAX + 1);
        for it in &mut all {
            it.what = line(&concealed::text(&secrets.mask_sentence(&it.at, &it.what))).into_owned();
            it.help = it.help.as_deref().map(|help| line(&concealed::text(help)).into_owned());
            it.also = it.also.take().map(|(at, why)| (at, line(&concealed::text(&why)).into_owned()));
        }
        let text = secrets.mask_text(text).replace(['\u{2028}', '\u{2029}'], "\u{fffd}");
        Self { file: line(file).into_owned(), text, all, count }
    }

    /// The line and column of a byte, both from 1; columns count characters.
    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.rsplit('\n').next().unwrap_or("");
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    /// Every mistake with its piece of the text.
    pub fn render(&self, styled: bool) -> String {
        self.render_by(&if styled { Renderer::styled() } else { Renderer::plain() })
    }

    /// The same in colours, for that number of columns: longer lines of the text are cut.
    pub fn render_within(&self, columns: Option<usize>) -> String {
        self.render_by(&within(Renderer::styled(), columns))
    }

    fn render_by(&self, renderer: &Renderer) -> String {
        let mut reports: Vec<String> = self.all.iter().take(REPORTED_MAX).map(|it| renderer.render(&self.report(it))).collect();
        reports.extend(self.more().map(|(_, n)| format!("and {n} more in {}", self.file)));
        reports.join("\n\n")
    }

    fn report<'a>(&'a self, it: &'a Mistake) -> Vec<Group<'a>> {
        let own = self.in_one_line(&it.at);
        let also = it.also.as_ref().map(|(at, why)| (self.in_one_line(at), why));
        // Only the lines that are shown: the library reads all that it is given, once for each mistake.
        let (first, last) = also.as_ref().map_or((own.start, own.end), |it| (own.start.min(it.0.start), own.end.max(it.0.end)));
        let begin = self.text[..first].rfind('\n').map_or(0, |it| it + 1);
        let end = self.text[last..].find('\n').map_or(self.text.len(), |it| last + it + 1);
        let inside = |it: Range<usize>| it.start - begin..it.end - begin;
        let mut snippet = Snippet::source(&self.text[begin..end])
            .line_start(self.line_and_column(begin).0)
            .path(&self.file)
            .annotation(AnnotationKind::Primary.span(inside(own)));
        if let Some((at, why)) = also {
            snippet = snippet.annotation(AnnotationKind::Context.span(inside(at)).label(why));
        }
        let level = match it.level {
            Level::Error => Title::ERROR,
            Level::Warning => Title::WARNING,
        };
        let mut group = level.primary_title(&it.what).element(snippet);
        if let Some(help) = &it.help {
            group = group.element(Title::HELP.message(help));
        }
        vec![group]
    }

    /// The piece of the text that has all of them, each beside its place, in colours; lines that are longer than these columns are
    /// cut.
    pub fn excerpt(&self, columns: Option<usize>) -> String {
        let places: Vec<(Range<usize>, &str)> = self.all.iter().map(|it| (self.in_one_line(&it.at), it.what.as_str())).collect();
        let first = places.iter().map(|it| it.0.start).min().unwrap_or(0);
        let last = places.iter().map(|it| it.0.end).max().unwrap_or(first);
        let begin = self.text[..first].rfind('\n').map_or(0, |it| it + 1);
        let end = self.text[last..].find('\n').map_or(self.text.len(), |it| last + it + 1);
        let annotation = |(nth, (at, label)): (usize, &(Range<usize>, _))| {
            let kind = if nth == 0 && 1 < places.len() { AnnotationKind::Context } else { AnnotationKind::Primary };
            kind.span(at.start - begin..at.end - begin).label(*label)
        };
        let snippet = Snippet::source(&self.text[begin..end]).line_start(self.line_and_column(begin).0).path(&self.file);
        let snippet = snippet.annotations(places.iter().enumerate().map(annotation));
        within(Renderer::styled(), columns).render(&[Group::with_level(Title::ERROR).element(snippet)])
    }

    /// The part of a place that is in its first line.
    fn in_one_line(&self, at: &Range<usize>) -> Range<usize> {
        let end = at.end.min(self.text.len());
        let start = at.start.min(end);
        let first = self.text[start..end].find('\n').map_or(end, |it| start + it);
        start..first
    }

    /// For programs: a list of places and sentences. The last one says how many are not reported.
    pub fn to_json(&self) -> Json {
        let one = |it: &Mistake| {
            let (line, column) = self.line_and_column(it.at.start);
            let level = match it.level {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            json!({"file": self.file, "line": line, "column": column, "level": level, "message": it.what, "help": it.help})
        };
        let more = self.more().map(|(next, n)| one(&Mistake::at(next.at.clone(), format!("and {n} more from here on"))));
        self.all.iter().take(REPORTED_MAX).map(one).chain(more).collect::<Vec<_>>().into()
    }

    /// The others, if there are any.
    pub fn without(&self, what: &str) -> Option<Self> {
        let mut others = self.clone();
        others.all.retain(|it| it.what != what);
        others.count -= self.all.len() - others.all.len();
        (!others.all.is_empty()).then_some(others)
    }

    /// The line of the first one, from 1.
    pub fn first_line(&self) -> usize {
        self.all.first().map_or(1, |it| self.line_and_column(it.at.start).0)
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The first mistake that is not reported, and how many follow from there, itself included.
    fn more(&self) -> Option<(&Mistake, usize)> {
        self.all.get(REPORTED_MAX).map(|it| (it, self.count - REPORTED_MAX))
    }

    /// One line for each mistake: the detail of a problem document.
    pub fn in_words(&self) -> String {
        let one = |it: &Mistake| {
            let (line, column) = self.line_and_column(it.at.start);
            let help = it.help.as_ref().map_or(String::new(), |it| format!(" ({it})"));
            format!("{}:{line}:{column}: {}{help}", self.file, it.what)
        };
        let more = self.more().map(|(_, n)| format!("and {n} more"));
        self.all.iter().take(REPORTED_MAX).map(one).chain(more).collect::<Vec<_>>().join("\n")
    }
}
