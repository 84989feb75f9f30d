//! Pages for people: templates with automatic escaping, and headers that let a browser load our own files and nothing else.

use std::borrow::Cow;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use super::asset::{Asset, script, style};
use super::bar::Bar;
use super::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Target, header, with_query};

/// The files of the pages that a provider would host.
pub const ASSETS: &[Asset] = &[
    style("theme.css", include_str!("page/theme.css")),
    style("page.css", include_str!("page/page.css")),
    script("page.js", include_str!("page/page.js")),
    script("morph.js", include_str!("page/morph.js")),
    script("fields.js", include_str!("page/fields.js")),
    script("bar.js", include_str!("page/bar.js")),
];

/// The frame around every page; a page fills `title` and `main`, and `forms` in the bar.
const FRAME: &str = include_str!("page/page.html");
/// Pieces that several pages have.
const PARTS: &str = include_str!("page/parts.html");

/// The query parameter by which a page leaves out its bar, and its value.
const BAR: (&str, &str) = ("bar", "off");

/// The header by which an open page says that its script asks for it again.
const REFRESH: HeaderName = HeaderName::from_static("playmoney-refresh");

/// Whether a page is asked for by the script that follows it, and not by a person who opens it.
pub fn is_refresh(request: &Request) -> bool {
    request.method == Method::GET && !request.header(&REFRESH).is_empty()
}

/// Whether a page of another site shows this one inside itself. A click on the bar could then be that site's doing.
pub fn is_framed_elsewhere(request: &Request) -> bool {
    let is_part = ["iframe", "frame", "object", "embed", "fencedframe"].contains(&request.header("sec-fetch-dest"));
    is_part && request.header("sec-fetch-site") == "cross-site"
}

/// What stands around the contents of a page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The name of the provider.
    pub provider: &'static str,
    /// The simulated moment, in milliseconds since 1970.
    pub now: i64,
    /// Simulated seconds for each real second.
    pub rate: serde_json::Value,
    pub bar: Option<Bar>,
}

/// Whether a page is asked for without its bar.
pub fn is_bar_off(request: &Request) -> bool {
    request.query_parameter(BAR.0).as_deref() == Some(BAR.1)
}

/// The address of another page to which this request leads. It has no bar either, if this one has none.
pub fn onward<'a>(request: &Request, address: &'a str) -> Cow<'a, str> {
    if is_bar_off(request) { with_query(address, &[BAR]).into() } else { address.into() }
}

/// What leads from a page to the control API of its sandbox. On the provider's own host no address does.
pub fn control(request: &Request) -> Option<String> {
    (!request.by_own_host).then(|| format!("{}../__admin/", up(request)))
}

/// What a browser is allowed to do on a page: load our files, ask this server, show pictures. `form-action` is left out
/// on purpose, because a browser may apply it to the redirect that follows a form.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'";

/// The pages of one provider.
pub struct Pages(LazyLock<Environment<'static>>);

impl Pages {
    /// Pages by name; each template extends `page.html`.
    pub const fn new(load: fn() -> Environment<'static>) -> Self {
        Self(LazyLock::new(load))
    }

    /// Renders the page that a request asks for.
    ///
    /// # Panics
    /// When the template names a value that it does not get: our mistake, which any test of the page finds.
    pub fn render(&self, request: &Request, frame: &Frame, (status, name): (StatusCode, &str), values: Value) -> Response {
        let template = self.0.get_template(name).expect("the page is one of ours");
        let body = template
            .render(context! { up => up(request), frame => Value::from(Serde(frame)), ..values })
            .expect("the page gets every value that it names");
        secured(Response::new(status, "text/html; charset=utf-8", body))
    }
}

/// A page with the headers that every page has. Hosted pages may stand in a frame, as shops do it.
pub fn secured(mut response: Response) -> Response {
    for (header, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: under it a browser says `Origin: null` when the page's own form is sent.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        set(&mut response, header, value);
    }
    response
}

/// What leads from a page to the first segment of its provider's own paths, as part of a relative address: a proxy in front of
/// the server may have added to the path.
fn up(request: &Request) -> String {
    let (Target::Provider { path, .. } | Target::Control { path }) = request.path.target();
    "../".repeat(path.matches('/').count().saturating_sub(1))
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers.insert(name, value);
    }
}

/// The same page, which no other page may show in a frame.
pub fn unframed(mut response: Response) -> Response {
    if response.headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(&mut response, header::CONTENT_SECURITY_POLICY, &format!("{POLICY}; frame-ancestors 'none'"));
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
    environment.add_template("page.html", FRAME).expect("the frame parses");
    environment.add_template("parts.html", PARTS).expect("the parts parse");
    for (name, source) in templates {
        environment.add_template(name, source).expect("our templates parse");
    }
    environment
}
