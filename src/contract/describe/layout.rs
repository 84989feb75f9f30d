//! The layout of a text page: headings, wrapped paragraphs, aligned tables, and the sources at the end.

use crate::kit::evidence::Evidence;

/// Columns of the terminal that a page needs.
pub const WIDTH: usize = 110;
/// A column that does not stretch is wrapped at this width.
const COLUMN_MAX: usize = 40;
/// The last column is at least as wide as `documented 12`, so that it ends at the right edge in every table.
const EVIDENCE_COLUMNS: usize = 13;
/// A column keeps at least this width beside very wide neighbours.
const COLUMN_MIN: usize = 20;
const GAP: usize = 2;

/// A page that is written section by section.
#[derive(Debug, Default)]
pub struct Layout {
    text: String,
    notes: Vec<Evidence>,
}

impl Layout {
    /// The first line: the subject, and at the right edge what it belongs to.
    pub fn title(&mut self, left: &str, right: &str) {
        let space = WIDTH.saturating_sub(chars(left) + chars(right));
        self.line(&format!("{left}{}{right}", " ".repeat(space)));
        self.line(&"=".repeat(WIDTH));
    }

    /// The heading of a section in capitals, and an addition as it is.
    pub fn heading(&mut self, text: &str, of: &str) {
        self.line("");
        self.line(&format!("{}  {of}", text.to_uppercase()));
    }

    /// One line as it is.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A text, wrapped.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrap(text, WIDTH - indent) {
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

    /// Rows with aligned columns. The column `stretch` gets the space that the others leave.
    pub fn table<const N: usize>(&mut self, indent: usize, stretch: usize, rows: &[[String; N]]) {
        let natural = |column: usize| rows.iter().map(|it| chars(&it[column])).max().unwrap_or(0);
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
        let missing = (taken(&widths) + COLUMN_MIN).saturating_sub(WIDTH);
        if let Some(widest) = (0..N).filter(|it| *it != stretch).max_by_key(|it| widths[*it]) {
            widths[widest] = widths[widest].saturating_sub(missing).max(COLUMN_MIN.min(widths[widest]));
        }
        widths[stretch] = WIDTH.saturating_sub(taken(&widths)).max(COLUMN_MIN);
        for row in rows {
            self.row(indent, &widths, row);
        }
    }

    fn row<const N: usize>(&mut self, indent: usize, widths: &[usize; N], row: &[String; N]) {
        let cells: [Vec<String>; N] = std::array::from_fn(|it| wrap(&row[it], widths[it].max(1)));
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for place in 0..height {
            let mut line = " ".repeat(indent);
            for (cell, width) in cells.iter().zip(widths) {
                let text = cell.get(place).map_or("", String::as_str);
                line.push_str(text);
                line.push_str(&" ".repeat(width.saturating_sub(chars(text)) + GAP));
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

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// Splits a text into lines of at most `width` characters, between words. Only a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word;
        let last = lines.last_mut().expect("there is a first line");
        if !last.is_empty() && chars(last) + 1 + chars(word) <= width {
            last.push(' ');
        } else if !last.is_empty() {
            lines.push(String::new());
        }
        while chars(word) > width {
            let cut = word.char_indices().nth(width).map_or(word.len(), |it| it.0);
            lines.last_mut().expect("there is a first line").push_str(&word[..cut]);
            lines.push(String::new());
            word = &word[cut..];
        }
        lines.last_mut().expect("there is a first line").push_str(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_while_they_fit() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("деньги на карту", 9), ["деньги на", "карту"]);
    }

    #[test]
    fn the_same_source_has_one_number() {
        let mut layout = Layout::default();
        let (page, guess) = (Evidence::Documented("a page"), Evidence::Assumed("a reason"));
        assert_eq!([page, guess, page].map(|it| layout.cite(it)), ["documented 1", "assumed 2", "documented 1"]);
        assert!(layout.finish().ends_with("  1  documented  a page\n  2  assumed     a reason\n"));
    }
}
