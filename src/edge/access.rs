//! Who may call: host names (against DNS rebinding), origins (against pages of other sites), the admin token. Each rule
//! looks at the head of a request and at nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};
use parking_lot::Mutex;

use super::bodies::refused;
use super::names::{PublicUrl, host_name, is_local, is_same_origin};
use super::registry::Naming;
use crate::control::Caller;
use crate::engine::delivery::MARK;
use crate::kit::http::Response;
use crate::kit::secret::Secret;
use crate::kit::sign::same;
use crate::kit::webhook_url::Scheme;
use crate::sandbox::HINT;

/// Wrong tokens of one peer in one second; further ones are refused with another word.
const WRONG_TOKENS_MAX: u32 = 5;
/// Peers whose wrong tokens are counted at a time.
const PEERS_MAX: usize = 1_000;

/// The rules of one server.
#[derive(Default)]
pub struct Access {
    /// How every connection is spoken to.
    pub scheme: Scheme,
    /// What links in answers begin with for a request that names no host.
    pub own_origin: String,
    /// What links in answers begin with, when it is set.
    pub public_url: Option<PublicUrl>,
    /// Further host names that are served, as [`served_name`](super::names::served_name) writes them.
    pub allow_hosts: Vec<String>,
    /// Pages elsewhere that may call.
    pub allow_origins: Vec<String>,
    pub admin_token: Option<Secret>,
    /// The providers' own host names and their slugs.
    pub provider_hosts: Vec<(&'static str, &'static str)>,
    /// By peer: the second, and the wrong tokens in it.
    pub wrong_tokens: Mutex<BTreeMap<IpAddr, (u64, u32)>>,
}

/// The name under which a client called the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Scheme and host for absolute links.
    pub origin: String,
    /// The slug of the provider whose own host name it is.
    pub provider: Option<&'static str>,
}

/// What the rules look at in a request.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    /// Who may make this call, if it is a control call.
    pub may_call: Option<Caller>,
    pub peer: IpAddr,
    /// Seconds of uptime.
    pub second: u64,
}

impl Access {
    /// The name under which a request calls the server, when the server serves that name. A request of HTTP/1.0 may name
    /// none: health checks of proxies do so.
    pub fn called(&self, uri: &Uri, headers: &HeaderMap, version: Version) -> Result<Called, Response> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = match (uri.authority(), hosts.next(), hosts.next()) {
            (_, _, Some(_)) => return Err(no_host("A request names one host; this one has several Host headers.")),
            (Some(authority), _, None) => authority.as_str(),
            (None, Some(host), None) => host.to_str().unwrap_or(""),
            (None, None, None) if version < Version::HTTP_11 => {
                return Ok(Called { origin: self.public_url.as_ref().map_or(&self.own_origin, PublicUrl::text).clone(), provider: None });
            }
            (None, None, None) => return Err(no_host("The request has no Host header.")),
        };
        let mut name = Cow::Borrowed(host_name(host));
        if name.bytes().any(|it| it.is_ascii_uppercase()) {
            name = name.to_ascii_lowercase().into();
        }
        if let Some((_, slug)) = self.provider_hosts.iter().find(|it| it.0 == name) {
            return Ok(Called { origin: self.scheme.origin(host), provider: Some(slug) });
        }
        let listed = self.allow_hosts.iter().any(|it| *it == name);
        let public = self.public_url.as_ref().is_some_and(|it| it.host() == name);
        if !(listed || public || is_local(&name)) {
            return Err(misdirected(&format!("This server is not `{}`.", if name.is_empty() { host } else { &name }))
                .with(HINT, "start it with --allow-host to serve that name; its paths begin with a provider, such as /quoine"));
        }
        Ok(Called { origin: self.public_url.as_ref().map_or_else(|| self.scheme.origin(host), |it| it.text().clone()), provider: None })
    }

    /// The path of a request without the path of `--public-url`: a proxy may or may not have removed it.
    pub fn without_prefix<'a>(&self, path: &'a str) -> &'a str {
        self.public_url.as_ref().map_or(path, |it| it.without_prefix(path))
    }

    /// Who may learn which sandboxes there are.
    pub fn naming(&self) -> Naming {
        if self.admin_token.is_some() { Naming::Secret } else { Naming::Open }
    }

    /// Refuses what another site's page sends, and control calls without the token.
    pub fn admit(&self, head: Head<'_>, origin: &str) -> Result<(), Response> {
        if head.may_call == Some(Caller::Everyone) {
            return Ok(());
        }
        if let Some(origin) = self.foreign_origin(head, origin) {
            let detail = format!("The request comes from a page of {origin}, which may not change anything here.");
            let hint = "start the server with --allow-origin and that page's origin to let it call";
            return Err(Response::problem(StatusCode::FORBIDDEN, "foreign_origin", &detail).with(HINT, hint));
        }
        if head.may_call.is_none() {
            return Ok(());
        }
        if head.headers.contains_key(MARK) {
            let detail = "This is one of Playmoney's own webhooks. The control API does not take webhooks, except in its inboxes.";
            return Err(Response::problem(StatusCode::FORBIDDEN, "own_webhook", detail));
        }
        self.check_token(head)
    }

    /// The origin of a page that is not ours, when the request would change something.
    fn foreign_origin(&self, head: Head<'_>, called: &str) -> Option<String> {
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(head.method) {
            return None;
        }
        let mut origins = head.headers.get_all(header::ORIGIN).iter().map(|it| it.to_str().unwrap_or("?"));
        let Some(origin) = origins.next() else {
            let cross_site = head.headers.get("sec-fetch-site").is_some_and(|it| it == "cross-site");
            return cross_site.then(|| "another site".to_owned());
        };
        let own = [Some(called), self.public_url.as_ref().map(|it| it.text().as_str()), self.host_origin(head.headers).as_deref()]
            .into_iter()
            .flatten()
            .any(|own| is_same_origin(own, origin));
        let known = (own || self.is_allowed_origin(origin)) && origins.next().is_none();
        (!known).then(|| origin.to_owned())
    }

    /// The origin of this server's pages in a browser. It follows from the Host header, also when links begin with another.
    fn host_origin(&self, headers: &HeaderMap) -> Option<String> {
        headers.get(header::HOST)?.to_str().ok().map(|it| self.scheme.origin(it))
    }

    fn is_allowed_origin(&self, origin: &str) -> bool {
        self.allow_origins.iter().any(|it| is_same_origin(it, origin))
    }

    fn check_token(&self, head: Head<'_>) -> Result<(), Response> {
        let Some(token) = &self.admin_token else { return Ok(()) };
        let given = head.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or("");
        let (scheme, given) = given.split_once(' ').unwrap_or_default();
        // First, so that wrong tokens do not lock the right one out. The comparison takes the same time for every text.
        if scheme.eq_ignore_ascii_case("bearer") && same(given.trim(), token.expose()) {
            return Ok(());
        }
        let mut peers = self.wrong_tokens.lock();
        peers.retain(|_, it| it.0 == head.second);
        if peers.get(&head.peer).is_some_and(|it| it.1 >= WRONG_TOKENS_MAX) || peers.len() >= PEERS_MAX {
            let detail = "Too many wrong tokens in this second.";
            return Err(Response::problem(StatusCode::TOO_MANY_REQUESTS, "too_many_wrong_tokens", detail));
        }
        peers.entry(head.peer).or_insert((head.second, 0)).1 += 1;
        let detail = "The control API of this server needs its token: send it as Authorization: Bearer TOKEN. \
                      The server printed it at its start, or --admin-token set it.";
        Err(Response::problem(StatusCode::UNAUTHORIZED, "admin_token_needed", detail).with(header::WWW_AUTHENTICATE, "Bearer"))
    }

    /// The answer to a browser's preflight request, when the page that asks may call.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        let asked = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        if method != Method::OPTIONS || !self.is_allowed_origin(headers.get(header::ORIGIN)?.to_str().ok()?) {
            return None;
        }
        let mut response = Response::empty(StatusCode::NO_CONTENT);
        response.headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, asked.clone());
        if let Some(names) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            response.headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        response.headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        Some(response)
    }

    /// Lets the page of an allowed origin read the answer.
    pub fn show_to(&self, origin: Option<&HeaderValue>, response: &mut Response) {
        let Some(origin) = origin.filter(|it| it.to_str().is_ok_and(|text| self.is_allowed_origin(text))) else { return };
        // Those of the provider too: without this, a page reads only a few names that the standard lists.
        let names: Vec<&str> = response.headers.keys().map(header::HeaderName::as_str).collect();
        if let Ok(exposed) = HeaderValue::from_str(&names.join(", ")) {
            response.headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        response.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
}

fn no_host(detail: &str) -> Response {
    refused(StatusCode::BAD_REQUEST, "no_host", detail)
}

fn misdirected(detail: &str) -> Response {
    Response::problem(StatusCode::MISDIRECTED_REQUEST, "unknown_host", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Call;

    fn access() -> Access {
        Access {
            public_url: PublicUrl::parse("https://Pay.test.example/mocks/").ok(),
            own_origin: "http://127.0.0.1:4242".to_owned(),
            allow_hosts: vec!["mock.ci.example".to_owned()],
            allow_origins: vec!["http://app.example:3000".to_owned()],
            provider_hosts: vec![("payouts-dev.quantumlabs.ru", "quantum-payouts")],
            ..Access::default()
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_str(value).expect("text"))).collect()
    }

    #[test]
    fn t3_only_names_that_cannot_be_rebound_are_served() {
        let called = |host: &str| access().called(&Uri::from_static("/"), &headers(&[("host", host)]), Version::HTTP_11);
        for host in [
            "127.0.0.1:4242",
            "LOCALHOST:1",
            "[::1]:4242",
            "playmoney:80",
            "host.docker.INTERNAL:4242",
            "mock.ci.example",
            "MOCK.ci.example",
        ] {
            assert!(called(host).is_ok(), "{host}");
        }
        assert_eq!(called("pay.TEST.example").map(|it| it.origin).ok().as_deref(), Some("https://Pay.test.example/mocks"));
        assert_eq!(called("payouts-dev.quantumlabs.ru.").ok().and_then(|it| it.provider), Some("quantum-payouts"));
        for host in
            ["evil.example", "localhost.evil.example", "evil.example:4242", "", "a b", "localhost:x@evil.example", "[::1]evil.example"]
        {
            assert_eq!(called(host).map_err(|it| it.status), Err(StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
        let uri = Uri::from_static("/");
        let mut twice = headers(&[("host", "localhost")]);
        twice.append(header::HOST, HeaderValue::from_static("localhost"));
        assert_eq!(access().called(&uri, &twice, Version::HTTP_11).map_err(|it| it.status), Err(StatusCode::BAD_REQUEST));
        let none = HeaderMap::new();
        assert_eq!(access().called(&uri, &none, Version::HTTP_11).map_err(|it| it.status), Err(StatusCode::BAD_REQUEST));
        let own = Access { own_origin: "http://127.0.0.1:9".to_owned(), ..Access::default() };
        assert_eq!(own.called(&uri, &none, Version::HTTP_10).map(|it| it.origin).ok().as_deref(), Some("http://127.0.0.1:9"));
    }

    fn admit(access: &Access, method: &Method, path: Option<&str>, given: &[(&'static str, &str)]) -> Option<StatusCode> {
        let (peer, second) = ("127.0.0.1".parse().expect("an address"), 1);
        let headers = headers(given);
        let may_call = path.map(|path| Call::find(method, path).map_or(Caller::TokenHolder, |it| it.caller));
        let head = Head { method, headers: &headers, may_call, peer, second };
        let called = Called { origin: "http://127.0.0.1:4242".to_owned(), provider: None };
        access.admit(head, &called.origin).err().map(|it| it.status)
    }

    #[test]
    fn t4_a_foreign_page_changes_nothing() {
        let forbidden = Some(StatusCode::FORBIDDEN);
        let with = |method, control, origin| admit(&access(), method, control, &[("origin", origin)]);
        for own in ["http://127.0.0.1:4242", "https://pay.test.example", "https://pay.test.example:443", "http://app.example:3000"] {
            assert_eq!(with(&Method::POST, Some("reset"), own), None, "{own}");
        }
        for foreign in ["null", "http://evil.example", "http://127.0.0.1:4243", "https://127.0.0.1:4242", "http://app.example", ""] {
            assert_eq!(with(&Method::POST, Some("reset"), foreign), forbidden, "{foreign}");
            assert_eq!(with(&Method::POST, None, foreign), forbidden, "{foreign}, provider path");
            assert_eq!(with(&Method::GET, None, foreign), None, "{foreign}, reading");
            assert_eq!(with(&Method::POST, Some("inbox/shop"), foreign), None, "{foreign}, receiving");
        }
        assert_eq!(admit(&access(), &Method::POST, None, &[("sec-fetch-site", "cross-site")]), forbidden);
        assert_eq!(admit(&access(), &Method::POST, None, &[]), None);
    }

    #[test]
    fn t2_a_delivery_does_not_reach_the_control_api() {
        let marked = [("playmoney-delivery", "dlv-1")];
        assert_eq!(admit(&access(), &Method::POST, Some("reset"), &marked), Some(StatusCode::FORBIDDEN));
        assert_eq!(admit(&access(), &Method::POST, Some("inbox/shop"), &marked), None);
    }

    #[test]
    fn t5_control_needs_the_token_where_there_is_one() {
        let access = Access { admin_token: Some(Secret::issued("right")), ..access() };
        let ask = |control, token| admit(&access, &Method::GET, Some(control), &[("authorization", token)]);
        assert_eq!(ask("clock", "Bearer right"), None);
        assert_eq!(ask("health", ""), None);
        assert_eq!(admit(&access, &Method::GET, None, &[]), None);
        for _ in 0..WRONG_TOKENS_MAX {
            assert_eq!(ask("clock", "Bearer wrong"), Some(StatusCode::UNAUTHORIZED));
        }
        assert_eq!(ask("clock", "Bearer wrong"), Some(StatusCode::TOO_MANY_REQUESTS));
        assert_eq!(ask("clock", "Bearer right"), None, "wrong tokens do not lock out the right one");
    }

    #[test]
    fn an_allowed_page_may_ask_beforehand_and_read() {
        let asked = headers(&[("origin", "http://app.example:3000"), ("access-control-request-method", "POST")]);
        let mut response = access().preflight(&Method::OPTIONS, &asked).expect("allowed");
        let limit = header::HeaderName::from_static("x-ratelimit-remaining");
        response.headers.insert(limit, HeaderValue::from_static("1"));
        access().show_to(asked.get(header::ORIGIN), &mut response);
        let exposed = response.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().expect("text");
        assert!(exposed.contains("x-ratelimit-remaining"), "{exposed}");
        assert_eq!(response.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "http://app.example:3000");
        let foreign = headers(&[("origin", "http://evil.example"), ("access-control-request-method", "POST")]);
        assert!(access().preflight(&Method::OPTIONS, &foreign).is_none());
    }
}
