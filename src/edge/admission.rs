//! A request on its way to its sandbox: what is looked at before the sandbox hears it, and in which order.

use std::net::IpAddr;
use std::sync::Arc;

use http::Method;
use hyper::body::Incoming;

use super::access::{Called, Head};
use super::address::Address;
use super::bodies::{Held, Sender as BodySender, discard};
use super::driver::Driver;
#[cfg(feature = "postgres")]
use super::driver::Leaving;
use super::exchange::Exchange;
use super::inbound::Shared;
use super::pages;
use super::registry::Chosen;
#[cfg(feature = "postgres")]
use super::replicas::forwarding::Hop;
use super::unheard;
use crate::control::events::LAST_EVENT_ID;
use crate::control::{self, BodyLimits, Call, Caller};
use crate::kit::http::{Request, RequestPath, Response, Target};
use crate::kit::path::normalised;

#[cfg(feature = "postgres")]
mod placed;

/// A request that may be answered, and the sandbox that it is for.
pub struct Arrived {
    pub driver: Arc<Driver>,
    /// The row of a control call; `None` for any other request.
    pub call: Option<&'static Call>,
    pub request: Box<Request>,
    /// The memory that its body takes of that for all bodies.
    pub held: Held,
}

/// What becomes of a request that was read.
pub enum Arrival {
    Here(Arrived),
    Refused(Box<Refusal>),
    /// Another server has answered it.
    #[cfg(feature = "postgres")]
    Elsewhere(Box<Leaving>),
}

/// Why a request is not answered by a sandbox.
pub struct Refusal {
    /// The sandbox that it was for, when it was found.
    pub driver: Option<Arc<Driver>>,
    pub response: Response,
    /// The request as far as it was read, for the journal. None for a control call, which no journal keeps.
    pub unheard: Option<Request>,
}

/// Who has sent a request, and how it came.
#[derive(Clone, Copy)]
pub struct Sender {
    pub ip: IpAddr,
    /// Another server has sent it on.
    #[cfg(feature = "postgres")]
    pub hop: Option<Hop>,
}

/// A request that may be answered or, with what was read of it, the reason why not.
pub async fn arrive(shared: &Shared, sender: Sender, exchange: &Exchange, head: &mut http::request::Parts, body: Incoming) -> Arrival {
    let (mut content, mut body, peer) = (Held::default(), Some(body), sender.ip);
    let admitted = admit(shared, peer, head, &mut body, &mut content).await;
    if let Some(unread) = body {
        Box::pin(discard(unread, BodySender::of(&head.headers))).await;
    }
    let uri = std::mem::take(&mut head.uri);
    let (method, headers, body) = (std::mem::take(&mut head.method), std::mem::take(&mut head.headers), content.bytes.clone());
    match admitted {
        Ok(Admitted { call, may_call, path, sandbox, called }) => {
            let target = uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
            let query = uri.query().unwrap_or("").to_owned();
            let (origin, by_own_host, is_ambiguous) = (called.origin, called.provider.is_some(), false);
            let request = Request { method, target, path, query, headers, kept_headers: None, body, origin, by_own_host, is_ambiguous };
            let mut request = Box::new(request);
            #[cfg(feature = "postgres")]
            if let Some(replicas) = shared.registry.replicas() {
                let may = placed::May { sender, may_call, call };
                return Box::pin(placed::arrive(shared, replicas, may, (sandbox.as_deref(), uri), request, content)).await;
            }
            match choose(shared, (exchange, peer), sandbox.as_deref(), may_call, &mut request) {
                Ok(driver) => Arrival::Here(Arrived { driver, call, request, held: content }),
                Err((driver, response)) => refused(driver, response, may_call.is_none().then_some(*request)),
            }
        }
        Err(NotAdmitted { response, journal }) => {
            let unheard = || Request { method, headers, ..Request::new(Method::GET, &unheard::target(&uri), body) };
            refused(None, response, (journal == Journal::Default).then(unheard))
        }
    }
}

fn refused(driver: Option<Arc<Driver>>, response: Response, unheard: Option<Request>) -> Arrival {
    Arrival::Refused(Box::new(Refusal { driver, response, unheard }))
}

/// The sandbox for a request, if it may call. A refusal comes from the sandbox, when it was found. One that is made on use is made
/// last, so that a request which is refused makes none.
fn choose(
    shared: &Shared,
    (exchange, peer): (&Exchange, IpAddr),
    sandbox: Option<&str>,
    may_call: Option<Caller>,
    request: &mut Request,
) -> Result<Arc<Driver>, (Option<Arc<Driver>>, Response)> {
    let naming = shared.access.naming();
    let chosen =
        exchange.choose(|last| shared.registry.choose(sandbox, request, naming, last)).map_err(|it| (None, unknown(request, it)))?;
    request.is_ambiguous = matches!(chosen, Chosen::Several(_));
    let second = may_call.map_or(0, |_| shared.stopwatch.elapsed().as_secs()); // only control calls have a token
    let head = Head { method: &request.method, headers: &request.headers, may_call, peer, second };
    shared.access.admit(head, &request.origin).map_err(|it| (chosen.driver().cloned(), it))?;
    match chosen {
        Chosen::One(driver) | Chosen::Several(driver) => Ok(driver),
        Chosen::None(name) if makes_one(shared, may_call, request) => shared.registry.make_on_use(&name).map_err(|it| (None, it)),
        Chosen::None(name) => Err((None, unknown(request, shared.registry.unknown(&name, naming)))),
    }
}

/// The refusal of a request to a sandbox that does not exist: a page, where a browser asks for the dashboard.
fn unknown(request: &Request, refusal: Response) -> Response {
    let is_control = matches!(request.path.target(), Target::Control { .. });
    is_control.then(|| control::unknown_page(request)).flatten().unwrap_or(refusal)
}

/// Whether a request may make the sandbox that it names: a call of an application or of a tester, but no look at a path that nothing
/// has, no probe, and nothing that a page of another site sends.
fn makes_one(shared: &Shared, may_call: Option<Caller>, request: &Request) -> bool {
    let is_call = match request.path.target() {
        Target::Provider { slug, .. } => shared.registry.has_provider(slug),
        Target::Control { path } => may_call == Some(Caller::TokenHolder) && Call::find(&request.method, path).is_some(),
    };
    // What comes back by itself would bring a deleted sandbox back: a stream of events, and what an open page asks for.
    let comes_back = !request.header(LAST_EVENT_ID).is_empty() || pages::is_asked(request) || pages::is_refresh(request);
    is_call && !comes_back && request.method != Method::OPTIONS && request.header("sec-fetch-site") != "cross-site"
}

/// What the head of an admitted request says.
struct Admitted {
    call: Option<&'static Call>,
    may_call: Option<Caller>,
    path: RequestPath,
    /// The sandbox that the path names.
    sandbox: Option<String>,
    called: Called,
}

struct NotAdmitted {
    response: Response,
    journal: Journal,
}

/// Which journal keeps a request that no sandbox has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Journal {
    /// That of the default sandbox.
    Default,
    None,
}

impl From<Response> for NotAdmitted {
    fn from(response: Response) -> Self {
        Self { response, journal: Journal::Default }
    }
}

/// Checks host and body; sandbox and token follow in this order, so that a credential inside a body can choose the sandbox.
///
/// One exception: where a row allows a larger body than usual, the token is checked before the body is read. Otherwise a
/// caller without the token could make the server hold 256 MiB.
async fn admit(
    shared: &Shared,
    peer: IpAddr,
    head: &http::request::Parts,
    body: &mut Option<Incoming>,
    content: &mut Held,
) -> Result<Admitted, NotAdmitted> {
    unheard::check(head, shared.access.scheme)?;
    let called = shared.access.called(&head.uri, &head.headers, head.version)?;
    let preflight = shared.access.preflight(&head.method, &head.headers);
    if let Some(response) = preflight.or_else(|| unheard::options_of_server(head)) {
        return Err(NotAdmitted { response, journal: Journal::None });
    }
    let path = normalised(head.uri.path());
    // The path of `--public-url` is not part of a provider's own address.
    let path = if called.provider.is_some() { &path } else { shared.access.without_prefix(&path) };
    let address = Address::parse(called.provider, path);
    let (may_call, call) = match address.path.target() {
        Target::Provider { .. } => (None, None),
        Target::Control { path } => {
            let call = Call::find(&head.method, path);
            (Some(call.map_or(Caller::TokenHolder, |it| it.caller_for(&head.headers))), call)
        }
    };
    let journal = if may_call.is_none() { Journal::Default } else { Journal::None };
    let refused = |response| NotAdmitted { response, journal };
    if let Some(response) = shared.answers.refusal(&shared.notices) {
        return Err(refused(response));
    }
    let limits = call.map_or(BodyLimits::USUAL, |it| it.limits);
    if BodyLimits::USUAL.bytes_max < limits.bytes_max {
        let second = shared.stopwatch.elapsed().as_secs();
        let head = Head { method: &head.method, headers: &head.headers, may_call, peer, second };
        shared.access.admit(head, &called.origin).map_err(refused)?;
    }
    if let Some(body) = body.take() {
        *content = shared.bodies.read(body, limits, BodySender::of(&head.headers), &shared.notices).await.map_err(refused)?;
    }
    let sandbox = address.sandbox.map(str::to_owned);
    Ok(Admitted { call, may_call, path: address.path, sandbox, called })
}
