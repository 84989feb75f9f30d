//! The colours of the terminal, and its width.

use std::fmt::Display;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

#[cfg(unix)]
use std::os::fd::AsFd as Stream;
#[cfg(windows)]
use std::os::windows::io::AsHandle as Stream;

/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What was answered, and leads elsewhere.
pub const ELSEWHERE: Style = AnsiColor::Cyan.on_default();
/// What a reader should look at.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// What failed.
pub const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// What matters less.
pub const QUIET: Style = Style::new().effects(Effects::DIMMED);
/// Headings and names.
pub const STRONG: Style = Style::new().effects(Effects::BOLD);

/// A text in that style. The writer removes the style where colours are off.
pub fn painted(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Whether standard error shows colours: `--color`, else `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE`, else whether it is a
/// terminal.
pub fn stderr_has_colours() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}

/// Pages are laid out for at least this many columns.
const COLUMNS_MIN: usize = 80;
/// Longer lines are hard to read.
const COLUMNS_MAX: usize = 160;
/// Without a terminal, so that a file has the same lines everywhere.
const COLUMNS_USUAL: usize = 100;

/// The columns of the terminal for a page: `COLUMNS`, else the width of the terminal that standard output is.
pub fn columns() -> usize {
    known_columns(&std::io::stdout()).unwrap_or(COLUMNS_USUAL).min(COLUMNS_MAX)
}

/// The columns of that stream, if it is a terminal or `COLUMNS` says them.
pub fn known_columns(stream: &impl Stream) -> Option<usize> {
    let asked = std::env::var("COLUMNS").ok().and_then(|it| it.trim().parse().ok());
    asked.or_else(|| terminal_size::terminal_size_of(stream).map(|it| usize::from(it.0.0))).map(|it: usize| it.max(COLUMNS_MIN))
}

/// A text whose lines fit the terminal, if it is known: a longer line goes on below, further to the right. The lines of a piece of
/// a file are cut instead, because their marks point at places above them.
pub fn fitted(text: &str, stream: &impl Stream) -> String {
    let Some(columns) = known_columns(stream) else { return text.to_owned() };
    let lines = text.split('\n').map(|line| {
        if is_of_snippet(line) {
            return cut(line, columns);
        }
        let own = line.len() - line.trim_start().len();
        let indent = " ".repeat(own.min(COLUMNS_MIN / 2) + 4);
        let options = Options::new(columns).subsequent_indent(&indent).word_separator(WordSeparator::AsciiSpace);
        let options = options.word_splitter(WordSplitter::NoHyphenation).wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::wrap(line, options).join("\n")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a line shows a piece of a file, or marks below it: a number or nothing, and a bar.
fn is_of_snippet(line: &str) -> bool {
    let plain = strip_str(line).to_string();
    let behind_number = plain.trim_start().trim_start_matches(|it: char| it.is_ascii_digit()).trim_start();
    behind_number == "|" || behind_number.starts_with("| ")
}

/// A line with at most that number of columns; colours are kept.
fn cut(line: &str, columns: usize) -> String {
    const MORE: &str = "...";
    if display_width(line) <= columns {
        return line.to_owned();
    }
    let (mut text, mut width, mut in_colour) = (String::new(), 0, false);
    for it in line.chars() {
        in_colour = in_colour || it == '\u{1b}';
        width += if in_colour { 0 } else { display_width(it.encode_utf8(&mut [0; 4])) };
        if in_colour || width + MORE.len() <= columns {
            text.push(it);
        }
        in_colour = in_colour && it != 'm';
    }
    text + MORE
}

/// A line of a report whose first word is a verdict, in its colour.
pub fn judged(text: &str) -> String {
    let styles = [("ok ", GOOD), ("FAILED ", BAD), ("invalid ", BAD), ("skipped ", QUIET)];
    let found = styles.iter().find_map(|(word, style)| Some((word, *style, text.strip_prefix(word)?)));
    found.map_or_else(|| text.to_owned(), |(word, style, rest)| painted(style, word) + rest)
}
