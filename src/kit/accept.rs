//! What a client would rather have: the weights in its `Accept`.

use http::{HeaderMap, header};

/// The weight of a type without parameters such as `text/html`, in thousandths. What is not named has none.
pub fn weight(headers: &HeaderMap, wanted: &str) -> u16 {
    let group = wanted.split('/').next().unwrap_or_default();
    let lists = headers.get_all(header::ACCEPT).into_iter().filter_map(|it| it.to_str().ok());
    let mut best: Option<(u8, u16)> = None;
    for range in lists.flat_map(|it| it.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let closeness = match name.split_once('/') {
            _ if name == wanted => 2,
            Some((own, "*")) if own == group => 1,
            Some(("*", "*")) => 0,
            _ => continue,
        };
        let own = parts.find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q="))).map_or(1_000, thousandths);
        // The range that names the type most closely counts.
        if best.is_none_or(|it| it.0 <= closeness) {
            best = Some((closeness, own));
        }
    }
    best.map_or(0, |it| it.1)
}

/// `0.25` as 250. What is not a weight counts as none.
fn thousandths(text: &str) -> u16 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<3}");
    match (whole, digits.get(..3).and_then(|it| it.parse::<u16>().ok())) {
        ("1", Some(_)) => 1_000,
        ("0" | "", Some(own)) => own,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(accept: &str) -> (u16, u16) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().expect("a value"))]);
        (weight(&headers, "text/html"), weight(&headers, "application/json"))
    }

    #[test]
    fn the_closest_range_gives_the_weight() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", (1_000, 800)),
            ("application/json, text/html;q=0.1", (100, 1_000)),
            ("text/html; q=.2, */*; q=.2", (200, 200)),
            ("*/*", (1_000, 1_000)),
            ("text/*;q=0.5, text/html;level=1;q=0.75, */*;q=0.125", (750, 125)),
            ("TEXT/HTML;Q=0, */*", (0, 1_000)),
            ("text/html;q=two", (0, 0)),
            ("text/htmlx", (0, 0)),
            ("", (0, 0)),
        ] {
            assert_eq!(weights(accept), expected, "{accept}");
        }
        assert_eq!(weight(&HeaderMap::new(), "text/html"), 0);
    }
}
