//! Pages for people: templates with automatic escaping, and headers that allow nothing else to run.

use std::sync::LazyLock;

use base64::Engine;
use minijinja::{Environment, UndefinedBehavior};
use sha2::{Digest, Sha256};

use super::http::{HeaderName, HeaderValue, Response, StatusCode, header};

const STYLE: &str = include_str!("page.css");

/// The frame around every page; a page fills `title` and `main`.
const FRAME: &str = include_str!("page.html");

/// What a browser is allowed to do on a hosted page: show it, style it, send its form. `form-action` is left out
/// on purpose, because a browser may apply it to the redirect that follows a form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; img-src 'self' data:; base-uri 'none'")
});

/// The pages of one provider.
pub struct Pages(LazyLock<Environment<'static>>);

impl Pages {
    /// Pages by name; each template extends `page.html`.
    pub const fn new(load: fn() -> Environment<'static>) -> Self {
        Self(LazyLock::new(load))
    }

    /// Renders one page.
    ///
    /// # Panics
    /// When the template names a value that it does not get: our mistake, which any test of the page finds.
    pub fn render(&self, status: StatusCode, name: &str, values: minijinja::Value) -> Response {
        let template = self.0.get_template(name).expect("the page is one of ours");
        let body = template.render(values).expect("the page gets every value that it names");
        let mut response = Response::new(status, "text/html; charset=utf-8", body);
        for (header, value) in [
            (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Not `no-referrer`: under it a browser says `Origin: null` when the page's own form is sent.
            (header::REFERRER_POLICY, "same-origin"),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            set(&mut response, header, value);
        }
        response
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers.insert(name, value);
    }
}

/// The same page, which no other page may show in a frame. Hosted pages may be framed, as shops do.
pub fn unframed(mut response: Response) -> Response {
    if response.headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = format!("{}; frame-ancestors 'none'", POLICY.as_str());
        response = response.with(header::CONTENT_SECURITY_POLICY, &policy);
    }
    response
}

/// An environment with the frame and these templates.
///
/// # Panics
/// When a template does not parse: our mistake, which any test of a page finds.
pub fn environment(templates: &[(&'static str, &'static str)]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_global("style", minijinja::Value::from_safe_string(STYLE.to_owned()));
    environment.add_template("page.html", FRAME).expect("the frame parses");
    for (name, source) in templates {
        environment.add_template(name, source).expect("our templates parse");
    }
    environment
}
