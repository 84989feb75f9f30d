//! Addresses to which a payer's browser may be sent.

use crate::kit::webhook_url::URL_BYTES_MAX;

/// Whether a browser may be sent to this address: http, https, or the scheme of an app, but no scheme that runs code or
/// reads files.
pub fn is_browser_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    // Without an early exit the compiler compares many bytes at once.
    let printable = text.bytes().fold(0, |bad, it| bad | u8::from(it <= b' ') | u8::from(it == 0x7f)) == 0;
    let leads = if is_web(scheme) { rest.strip_prefix("//").is_some_and(|it| !it.is_empty()) } else { opens_an_app(scheme, rest) };
    leads && printable && text.len() <= URL_BYTES_MAX
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Whether a scheme may be that of an app. `view-source:javascript:` and the like have a scheme within a scheme.
fn opens_an_app(scheme: &str, rest: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"+.-".contains(&it);
    let named = scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && scheme.bytes().all(plain);
    let inner = rest.trim_start_matches('/').split_once(':').map_or("", |it| it.0);
    named && ![scheme, inner].into_iter().any(|it| is_browsers_own(&it.to_ascii_lowercase()))
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
    is_browser_url(text) && text.split_once(':').is_some_and(|it| is_web(it.0))
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
