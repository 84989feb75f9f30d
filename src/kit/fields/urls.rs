//! Addresses to which a payer's browser may be sent.

use crate::kit::webhook_url::URL_BYTES_MAX;

/// Whether a browser may be sent to this address: http, https, or the scheme of an app, but no scheme that runs code or
/// reads files.
pub fn is_browser_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    // `view-source:javascript:` and the like: a scheme within a scheme.
    let inner = rest.trim_start_matches('/').split_once(':').map_or(String::new(), |it| it.0.to_ascii_lowercase());
    let nested = !matches!(scheme.as_str(), "http" | "https") && is_browsers_own(&inner);
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"+.-".contains(&it);
    let named = scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && scheme.bytes().all(plain);
    // Without an early exit the compiler compares many bytes at once.
    let printable = text.bytes().fold(0, |bad, it| bad | u8::from(it <= b' ') | u8::from(it == 0x7f)) == 0;
    let rooted = !matches!(scheme.as_str(), "http" | "https") || rest.strip_prefix("//").is_some_and(|it| !it.is_empty());
    named && printable && rooted && text.len() <= URL_BYTES_MAX && !is_browsers_own(&scheme) && !nested
}

/// Schemes that run code, read files, or open a part of the browser or another program, but no shop.
fn is_browsers_own(scheme: &str) -> bool {
    const SCHEMES: [&str; 21] = [
        "javascript",
        "livescript",
        "mocha",
        "vbscript",
        "data",
        "file",
        "filesystem",
        "blob",
        "about",
        "view-source",
        "feed",
        "jar",
        "wyciwyg",
        "resource",
        "chrome",
        "edge",
        "brave",
        "opera",
        "mailto",
        "tel",
        "sms",
    ];
    SCHEMES.contains(&scheme) || scheme.ends_with("-extension")
}

/// Whether this is an http or https address.
pub fn is_http_url(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |it| it.0);
    is_browser_url(text) && ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t7_no_address_that_runs_code() {
        for good in ["http://a", "https://a/b?c=d#e", "http://a/?to=javascript:1", "http://data:80/", "myapp://paid", "com.shop.app:done"] {
            assert!(is_browser_url(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:1",
            "data:text/html,1",
            "view-source:javascript:1",
            "View-Source:http://a",
            "feed:javascript:1",
            "feed:http://a",
            "filesystem:http://a/temporary/x",
            "jar:http://a!/b",
            "chrome://settings",
            "chrome-extension://abc/x.html",
            "mailto:a@b",
            "myapp:javascript:1",
            "myapp://JavaScript:1",
            "/relative",
            "http:",
            "http://",
            "http://a b",
            "a\nb:c",
            "",
        ] {
            assert!(!is_browser_url(bad), "{bad}");
        }
    }
}
