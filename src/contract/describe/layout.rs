//! The layout of a text page: headings, wrapped paragraphs, aligned tables, and the sources at the end.

use std::borrow::Cow;

use anstyle::{Effects, Style};
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

use crate::kit::evidence::Evidence;

const STRONG: Style = Style::new().effects(Effects::BOLD);

/// A column that does not stretch is wrapped at this width.
const COLUMN_MAX: usize = 40;
/// The last column is at least as wide as `documented 12`, so that it ends at the right edge in every table.
const EVIDENCE_COLUMNS: usize = 13;
/// A column keeps at least this width beside very wide neighbours.
const COLUMN_MIN: usize = 20;
const GAP: usize = 2;
/// A table of fewer columns fits every terminal.
const STACKED_FROM: usize = 4;
/// A text below its row begins this much further right.
const STEP: usize = 4;

/// A page that is written section by section.
#[derive(Debug)]
pub struct Layout {
    text: String,
    notes: Vec<Evidence>,
    /// The columns of the terminal.
    columns: usize,
}

impl Layout {
    /// An empty page for a terminal of that width.
    pub fn new(columns: usize) -> Self {
        Self { text: String::new(), notes: Vec::new(), columns }
    }

    /// The first line: the subject, and at the right edge what it belongs to.
    pub fn title(&mut self, left: &str, right: &str) {
        let space = self.columns.saturating_sub(left.width() + right.width());
        self.line(&format!("{STRONG}{left}{STRONG:#}{}{right}", " ".repeat(space)));
        self.line(&"=".repeat(self.columns));
    }

    /// The heading of a section in capitals, and an addition as it is.
    pub fn heading(&mut self, text: &str, of: &str) {
        self.line("");
        let (name, space) = (text.to_uppercase(), " ".repeat(text.width() + GAP));
        let of = wrap(of, self.columns.saturating_sub(space.len()).max(COLUMN_MIN)).join(&format!("\n{space}"));
        self.line(&format!("{STRONG}{name}{STRONG:#}  {of}"));
    }

    /// One line as it is.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A text, wrapped.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrap(text, self.columns - indent) {
            self.line(&format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// A text of several lines, each as it is.
    pub fn block(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.line(&format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// The tag of an evidence, and the number of its source at the end of the page.
    pub fn cite(&mut self, evidence: Evidence) -> String {
        let known = self.notes.iter().position(|it| *it == evidence);
        let place = known.unwrap_or_else(|| {
            self.notes.push(evidence);
            self.notes.len() - 1
        });
        format!("{} {}", evidence.tag(), place + 1)
    }

    /// Rows with aligned columns. The column `stretch` gets the space that the others leave; if that is too small, its text
    /// stands below the others.
    pub fn table<const N: usize>(&mut self, indent: usize, stretch: usize, rows: &[[String; N]]) {
        let natural = |column: usize| rows.iter().map(|it| it[column].width()).max().unwrap_or(0);
        let mut widths: [usize; N] = std::array::from_fn(|it| natural(it).min(COLUMN_MAX));
        let last = N - 1;
        if stretch < last {
            widths[last] = widths[last].max(EVIDENCE_COLUMNS);
        }
        let taken = |widths: &[usize; N]| -> usize {
            let others = widths.iter().enumerate().filter(|it| it.0 != stretch);
            indent + GAP * last + others.map(|it| it.1).sum::<usize>()
        };
        // If the space is too small, the widest neighbour shrinks.
        let mut narrow = widths;
        let missing = (taken(&widths) + COLUMN_MIN).saturating_sub(self.columns);
        if let Some(widest) = (0..N).filter(|it| *it != stretch).max_by_key(|it| widths[*it]) {
            narrow[widest] = widths[widest].saturating_sub(missing).max(COLUMN_MIN.min(widths[widest]));
        }
        if STACKED_FROM <= N && self.columns < taken(&narrow) + COLUMN_MIN {
            return self.stacked(indent, stretch, widths, rows);
        }
        narrow[stretch] = self.columns.saturating_sub(taken(&narrow)).max(COLUMN_MIN);
        for row in rows {
            let cells: Vec<(&str, usize)> = row.iter().map(String::as_str).zip(narrow).collect();
            self.row(indent, &cells);
        }
    }

    /// The same rows with the text of one column below the others.
    fn stacked<const N: usize>(&mut self, indent: usize, below: usize, mut widths: [usize; N], rows: &[[String; N]]) {
        let last = N - 1;
        let space = self.columns.saturating_sub(indent + GAP * (last - 1));
        widths[below] = 0;
        let word = |it: &str| it.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
        let longest: [usize; N] = std::array::from_fn(|column| rows.iter().map(|it| word(&it[column])).max().unwrap_or(0));
        while space < widths.iter().sum() {
            // Words are cut only where nothing else helps.
            let shrinks = |it: &usize| longest[*it] < widths[*it];
            let widest = (0..last).filter(shrinks).max_by_key(|it| widths[*it]).or_else(|| (0..last).max_by_key(|it| widths[*it]));
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
        if let Some(before_last) = (0..last).rfind(|it| *it != below).filter(|_| below != last) {
            widths[before_last] += space.saturating_sub(widths.iter().sum()); // the last column ends at the right edge
        }
        for row in rows {
            let cells = row.iter().map(String::as_str).zip(widths).enumerate();
            self.row(indent, &cells.filter(|it| it.0 != below).map(|it| it.1).collect::<Vec<_>>());
            self.paragraph(indent + STEP, &row[below]);
        }
    }

    /// One row: each text with its width.
    fn row(&mut self, indent: usize, cells: &[(&str, usize)]) {
        let wrapped: Vec<_> = cells.iter().map(|(text, width)| wrap(text, (*width).max(1))).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for place in 0..height {
            let mut line = " ".repeat(indent);
            for (cell, (_, width)) in wrapped.iter().zip(cells) {
                let text = cell.get(place).map_or("", |it| &**it);
                line.push_str(text);
                line.push_str(&" ".repeat(width.saturating_sub(text.width()) + GAP));
            }
            self.line(&line);
        }
    }

    /// The page, with every cited source at its end.
    pub fn finish(mut self) -> String {
        let notes = std::mem::take(&mut self.notes);
        if !notes.is_empty() {
            self.heading("Evidence", "the source, or the reason for the decision");
            let rows = (1..).zip(&notes).map(|(number, it): (u32, _)| [number.to_string(), it.tag().to_owned(), it.source().to_owned()]);
            self.table(2, 2, &rows.collect::<Vec<_>>());
        }
        self.text
    }
}

/// Splits a text into lines of at most `width` columns, between words. Only a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<Cow<'_, str>> {
    let options = textwrap::Options::new(width).word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options.wrap_algorithm(WrapAlgorithm::FirstFit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_while_they_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("деньги на карту", 9), ["деньги на", "карту"]);
    }

    #[test]
    fn the_same_source_has_one_number() {
        let mut layout = Layout::new(100);
        let (page, guess) = (Evidence::Documented("a page"), Evidence::Assumed("a reason"));
        assert_eq!([page, guess, page].map(|it| layout.cite(it)), ["documented 1", "assumed 2", "documented 1"]);
        assert!(layout.finish().ends_with("  1  documented  a page\n  2  assumed     a reason\n"));
    }
}
