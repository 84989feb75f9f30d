//! Tables for people: a heading, and rows whose cells are wrapped where the terminal is too narrow.

use anstyle::Style;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

use super::style::{QUIET, known_columns, painted};
use crate::kit::printable::line;

const GAP: usize = 2;
/// A column keeps at least this width, if its texts have it.
const COLUMN_MIN: usize = 8;

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
}

/// The rows below their headings. What standard output shows decides on the width; a file or a pipe gets a line for each row.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[Cell; N]]) -> String {
    laid_out(headings, rows, known_columns(&std::io::stdout()))
}

fn laid_out<const N: usize>(headings: [&str; N], rows: &[[Cell; N]], columns: Option<usize>) -> String {
    let head = headings.map(|it| Cell::new(QUIET, it));
    let rows: Vec<&[Cell; N]> = std::iter::once(&head).chain(rows).collect();
    let is_used = |column: usize| rows.iter().skip(1).any(|it| !it[column].text.is_empty());
    let used: Vec<usize> = (0..N).filter(|it| *it == 0 || is_used(*it)).collect();
    let natural = |column: &usize| rows.iter().map(|it| it[*column].text.width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = used.iter().map(natural).collect();
    if let Some(columns) = columns {
        fit(&mut widths, columns.saturating_sub(GAP * used.len().saturating_sub(1)));
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<(&Cell, usize)> = used.iter().map(|it| &row[*it]).zip(widths.iter().copied()).collect();
        write_row(&mut text, &cells);
    }
    text
}

/// Makes the widest columns narrower until all of them fit.
fn fit(widths: &mut [usize], space: usize) {
    for it in widths.iter_mut() {
        *it = space.min(*it);
    }
    while space < widths.iter().sum() {
        let widest = widths.iter_mut().filter(|it| COLUMN_MIN < **it).max_by_key(|it| **it);
        let Some(widest) = widest else { break };
        *widest -= 1;
    }
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
                text.push_str(&if cell.style == Style::new() { own.to_owned() } else { painted(cell.style, own) });
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
    }
}
