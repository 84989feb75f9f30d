//! A coverage as one page without outside assets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use minijinja::HtmlEscape;

use super::{Coverage, OfProvider, PARTS, Part, ways};
use crate::engine::tables::{Contract, On, StatusTable, Transition};
use crate::kit::printable::shortened;

/// The height and the width of a status, and the space around it, in pixels.
const HEIGHT: usize = 34;
const WIDTH: usize = 150;
const SPACE_Y: usize = 40;
const SPACE_X: usize = 170;
/// Characters of a step's name in the drawing; its title has all of it.
const LABEL_CHARS_MAX: usize = 20;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn html(contracts: &[&'static Contract], found: &Coverage) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} % of the providers' contracts</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{} % of the providers' contracts</h1>\n\
         <p>What tests have reached of what the providers document, and how to reach the rest.</p>\n",
        found.percent, found.percent
    );
    page.push_str(&overview(found));
    for contract in contracts {
        if let Some(it) = found.providers.get(contract.slug) {
            page.push_str(&section(contract, it));
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// All providers in one table.
fn overview(found: &Coverage) -> String {
    let mut table = "<div class=\"scroll\"><table><thead><tr><th>provider</th><th colspan=\"2\"></th>".to_owned();
    for it in PARTS {
        _ = write!(table, "<th>{it}</th>");
    }
    table.push_str("</tr></thead><tbody>\n");
    for (slug, it) in &found.providers {
        let cells: String = it.parts().into_iter().map(cell).collect();
        let slug = escaped(slug);
        _ = writeln!(
            table,
            "<tr><td><a href=\"#{slug}\">{slug}</a></td><td>{}</td><td class=\"number\">{} %</td>{cells}</tr>",
            bar(it),
            it.percent
        );
    }
    table.push_str("</tbody></table></div>\n");
    table
}

fn bar(it: &OfProvider) -> String {
    format!("<span class=\"bar\"><i style=\"width: {}%\"></i></span>", it.percent)
}

fn cell(it: &Part) -> String {
    let class = if it.covered == it.total {
        " all"
    } else if it.covered == 0 {
        " none"
    } else {
        ""
    };
    format!("<td class=\"number{class}\">{} / {}</td>", it.covered, it.total)
}

fn section(contract: &Contract, found: &OfProvider) -> String {
    let (slug, name) = (escaped(contract.slug), escaped(contract.name));
    let mut section = format!("<h2 id=\"{slug}\">{name}: {} %</h2>\n", found.percent);
    for table in &(contract.lifecycles)() {
        _ = writeln!(section, "<h3>{}</h3>\n<div class=\"scroll\">{}</div>", escaped(table.object), drawn(contract, table, found));
    }
    for (part, name) in found.parts().into_iter().zip(PARTS).filter(|it| !it.0.missing.is_empty()) {
        _ = writeln!(
            section,
            "<details><summary>{name}: <b>{}</b> of {} missing</summary>\n<table><tbody>",
            part.missing.len(),
            part.total
        );
        for it in &part.missing {
            let way = part.ways.get(it).map_or("", String::as_str);
            _ = writeln!(section, "<tr><td><code>{}</code></td><td>{}</td></tr>", escaped(it), marked(way));
        }
        section.push_str("</tbody></table></details>\n");
    }
    section
}

/// A lifecycle: statuses in columns, as far from the beginning as they are, and the steps between them.
fn drawn(contract: &Contract, table: &StatusTable, found: &OfProvider) -> String {
    let places = places(table);
    let missing: BTreeSet<&String> = found.transitions.missing.iter().collect();
    let is_walked = |it: &Transition| !missing.contains(&ways::step(contract, table.object, it).0);
    let columns = places.values().map(|it| it.0 + 1).max().unwrap_or(1);
    let rows = places.values().map(|it| it.1 + 1).max().unwrap_or(1);
    let (width, height) = (columns * (WIDTH + SPACE_X), rows * (HEIGHT + SPACE_Y) + SPACE_Y);
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n",
        escaped(table.object)
    );
    // What was not walked lies below.
    let mut edges: BTreeMap<(&str, &str), Vec<(bool, On)>> = BTreeMap::new();
    for it in &table.rows {
        for from in &it.from {
            edges.entry((from, it.to)).or_default().push((is_walked(it), it.on));
        }
    }
    for walked in [false, true] {
        for ((from, to), causes) in edges.iter().filter(|edge| edge.1.iter().any(|it| it.0) == walked) {
            if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
                svg.push_str(&edge(*from, *to, causes));
            }
        }
    }
    let statuses = &found.statuses.missing;
    for (status, (column, row)) in &places {
        let walked = if statuses.contains(&format!("{}.{status}", table.object)) { "" } else { " class=\"walked\"" };
        let (x, y) = corner((*column, *row));
        let (middle, base) = (x + WIDTH / 2, y + HEIGHT / 2 + 4);
        _ = writeln!(
            svg,
            "<g{walked}><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>\
             <text x=\"{middle}\" y=\"{base}\" text-anchor=\"middle\">{}</text></g>",
            escaped(status)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// The column and the row of each status.
fn places(table: &StatusTable) -> BTreeMap<&'static str, (usize, usize)> {
    let mut columns: BTreeMap<&str, usize> = BTreeMap::new();
    let is_first = |status: &str| table.rows.iter().all(|it| it.to != status || it.from.is_empty());
    let mut next: Vec<&'static str> = table.statuses.iter().copied().filter(|it| is_first(it)).collect();
    next.extend(table.rows.iter().filter(|it| it.from.is_empty()).map(|it| it.to));
    let mut column = 0;
    while !next.is_empty() {
        let mut behind = Vec::new();
        for status in next {
            if columns.contains_key(status) {
                continue;
            }
            columns.insert(status, column);
            behind.extend(table.rows.iter().filter(|it| it.from.contains(&status)).map(|it| it.to));
        }
        (next, column) = (behind, column + 1);
    }
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let place = |status: &&'static str| {
        let column = columns.get(status).copied().unwrap_or(column);
        let row = rows.entry(column).or_default();
        *row += 1;
        (*status, (column, *row - 1))
    };
    table.statuses.iter().map(place).collect()
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (column * (WIDTH + SPACE_X) + 4, row * (HEIGHT + SPACE_Y) + SPACE_Y / 2 + 8)
}

/// All steps from one status to another as one line, with their causes in its title.
fn edge(from: (usize, usize), to: (usize, usize), causes: &[(bool, On)]) -> String {
    let ((x1, y1), (x2, y2)) = (corner(from), corner(to));
    let (y1, y2) = (y1 + HEIGHT / 2, y2 + HEIGHT / 2);
    let walked = causes.iter().any(|it| it.0);
    let title: Vec<String> = causes.iter().map(|it| format!("{}{}", it.1, if it.0 { "" } else { " (not walked)" })).collect();
    let label = causes.iter().find(|it| it.0).or(causes.first()).map_or(String::new(), |it| label(it.1));
    let label = if 1 < causes.len() { format!("{label} +{}", causes.len() - 1) } else { label };
    let (line, tip, at) = if from == to {
        let (x, y) = (x1 + WIDTH / 2, y1 - HEIGHT / 2);
        (format!("M{} {y} C{} {} {} {} {} {y}", x - 18, x - 26, y - 26, x + 26, y - 26, x + 18), (x + 18, y, Tip::Down), (x, y - 12))
    } else if from.0 < to.0 {
        let (start, end) = (x1 + WIDTH, x2 - 7);
        let bend = (end - start) / 2;
        (
            format!("M{start} {y1} C{} {y1} {} {y2} {end} {y2}", start + bend, end - bend),
            (x2, y2, Tip::Right),
            (start + bend, y1.midpoint(y2) - 5),
        )
    } else if from.0 == to.0 {
        let (start, end) = if y1 < y2 { (y1 + HEIGHT / 2, y2 - HEIGHT / 2 - 7) } else { (y1 - HEIGHT / 2, y2 + HEIGHT / 2 + 7) };
        let x = x1 + WIDTH / 2 + if y1 < y2 { 14 } else { 0 };
        let tip = if y1 < y2 { (x, end + 7, Tip::Down) } else { (x, end - 7, Tip::Up) };
        (format!("M{x} {start} L{x} {end}"), tip, (x + 4, start.midpoint(end)))
    } else {
        let (start, end) = (x1, x2 + WIDTH + 7);
        let low = y1.max(y2) + HEIGHT / 2 + 12;
        (format!("M{start} {y1} C{} {low} {} {low} {end} {y2}", start - 30, end + 30), (end - 7, y2, Tip::Left), (end.midpoint(start), low))
    };
    let class = if walked { " class=\"walked\"" } else { "" };
    format!(
        "<g{class}><title>{}</title><path d=\"{line}\"/>{}<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>\n",
        escaped(&title.join("; ")),
        tip.2.drawn(tip.0, tip.1),
        at.0,
        at.1,
        escaped(&label)
    )
}

/// The name of a step, as far as it fits.
fn label(on: On) -> String {
    let word = if let On::Block(_) = on { "block".to_owned() } else { on.word() };
    shortened(&word, LABEL_CHARS_MAX).into_owned()
}

/// Where the tip of an arrow points.
#[derive(Clone, Copy)]
enum Tip {
    Right,
    Left,
    Down,
    Up,
}

impl Tip {
    fn drawn(self, x: usize, y: usize) -> String {
        let points = match self {
            Self::Right => [(x, y), (x - 8, y - 4), (x - 8, y + 4)],
            Self::Left => [(x, y), (x + 8, y - 4), (x + 8, y + 4)],
            Self::Down => [(x, y), (x - 4, y - 8), (x + 4, y - 8)],
            Self::Up => [(x, y), (x - 4, y + 8), (x + 4, y + 8)],
        };
        let points: Vec<String> = points.iter().map(|it| format!("{},{}", it.0, it.1)).collect();
        format!("<polygon class=\"tip\" points=\"{}\"/>", points.join(" "))
    }
}

/// What stands between backticks is code.
fn marked(text: &str) -> String {
    let escaped = escaped(text);
    let parts = escaped.split('`').enumerate();
    parts.map(|(place, it)| if place % 2 == 1 { format!("<code>{it}</code>") } else { it.to_owned() }).collect()
}

fn escaped(text: &str) -> String {
    HtmlEscape(text).to_string()
}
