//! Tables for people: a heading, and rows whose cells are wrapped where the terminal is too narrow.

use anstyle::Style;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

use super::style::{QUIET, known_columns, painted};
use crate::kit::printable::line;

const GAP: usize = 2;
/// What stands below its row begins this much further right.
const STEP: usize = 4;

/// A text in a style.
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub fn new(style: Style, text: &str) -> Self {
        Self { text: line(text).into_owned(), style }
    }

    pub fn plain(text: &str) -> Self {
        Self::new(Style::new(), text)
    }

    fn painted(&self, part: &str) -> String {
        if self.style == Style::new() { part.to_owned() } else { painted(self.style, part) }
    }
}

/// The rows below their headings. Where the terminal is too narrow, texts are wrapped between words, and the last columns stand below
/// their row if that is not enough. A file or a pipe gets one line for each row.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[Cell; N]]) -> String {
    laid_out(headings, rows, known_columns(&std::io::stdout()))
}

fn laid_out<const N: usize>(headings: [&str; N], rows: &[[Cell; N]], columns: Option<usize>) -> String {
    let head = headings.map(|it| Cell::new(QUIET, it));
    let is_used = |column: &usize| *column == 0 || rows.iter().any(|it| !it[*column].text.is_empty());
    let used: Vec<usize> = (0..N).filter(is_used).collect();
    let rows: Vec<Vec<&Cell>> = std::iter::once(&head).chain(rows).map(|row| used.iter().map(|it| &row[*it]).collect()).collect();
    let widest = |column: usize, width: fn(&str) -> usize| rows.iter().map(|it| width(&it[column].text)).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..used.len()).map(|it| widest(it, UnicodeWidthStr::width)).collect();
    let words: Vec<usize> = (0..used.len()).map(|it| widest(it, longest_word)).collect();
    if let Some(columns) = columns {
        while 1 < widths.len() && !fit(&mut widths, &words, columns) {
            widths.pop();
        }
    }
    let mut text = String::new();
    for row in rows {
        let (beside, below) = row.split_at(widths.len());
        write_row(&mut text, &beside.iter().copied().zip(widths.iter().copied()).collect::<Vec<_>>());
        write_below(&mut text, below, columns.map_or(usize::MAX, |it| it.saturating_sub(STEP)));
    }
    text
}

/// The cells that stand below their row: in one line if they fit, else each in lines of its own.
fn write_below(text: &mut String, cells: &[&Cell], space: usize) {
    let cells: Vec<&&Cell> = cells.iter().filter(|it| !it.text.is_empty()).collect();
    let together = cells.iter().map(|it| it.text.width() + GAP).sum::<usize>().saturating_sub(GAP);
    let painted = |it: &&&Cell| wrap(&it.text, space).iter().map(|line| it.painted(line)).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = cells.iter().map(painted).collect();
    let lines = if together <= space { vec![lines.concat().join(&" ".repeat(GAP))] } else { lines.concat() };
    for it in lines.iter().filter(|it| !it.is_empty()) {
        text.push_str(&" ".repeat(STEP));
        text.push_str(it);
        text.push('\n');
    }
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Makes the widest columns narrower, but no narrower than their words, until all of them fit. Says whether they do.
fn fit(widths: &mut [usize], words: &[usize], columns: usize) -> bool {
    let space = columns.saturating_sub(GAP * widths.len().saturating_sub(1));
    for (width, word) in widths.iter_mut().zip(words) {
        *width = space.min(*width).max(*word);
    }
    while space < widths.iter().sum() {
        let shrinks = widths.iter_mut().zip(words).filter(|it| it.1 < it.0);
        let Some((widest, _)) = shrinks.max_by_key(|it| *it.0) else { return false };
        *widest -= 1;
    }
    true
}

fn write_row(text: &mut String, cells: &[(&Cell, usize)]) {
    let wrapped: Vec<_> = cells.iter().map(|(cell, width)| wrap(&cell.text, *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for nth in 0..height {
        let mut space = 0;
        for ((cell, width), lines) in cells.iter().zip(&wrapped) {
            let own = lines.get(nth).map_or("", |it| &**it);
            if !own.is_empty() {
                text.push_str(&" ".repeat(space));
                text.push_str(&cell.painted(own));
                space = 0;
            }
            space += width.saturating_sub(own.width()) + GAP;
        }
        text.push('\n');
    }
}

fn wrap(text: &str, width: usize) -> Vec<std::borrow::Cow<'_, str>> {
    let options = Options::new(width.max(1)).word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options.wrap_algorithm(WrapAlgorithm::FirstFit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_wrapped_and_unused_columns_left_out() {
        let row = |texts: [&str; 3]| texts.map(Cell::plain);
        let rows = [row(["a", "", "one two three four"]), row(["\u{65e5}\u{672c}", "", "x"])];
        let plain = |columns| anstream::adapter::strip_str(&laid_out(["name", "never", "text"], &rows, columns)).to_string();
        assert_eq!(plain(None), "name  text\na     one two three four\n\u{65e5}\u{672c}  x\n");
        assert_eq!(plain(Some(14)), "name  text\na     one two\n      three\n      four\n\u{65e5}\u{672c}  x\n");
        assert_eq!(plain(Some(10)), "name\n    text\na\n    one\n    two\n    three\n    four\n\u{65e5}\u{672c}\n    x\n");
    }
}
