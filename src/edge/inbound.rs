//! One request: a sandbox or the server answers it, and the answer is made ready to leave.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode, Version, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use super::access::Access;
use super::admission::{Arrival, Arrived, Refusal, Sender};
use super::answers::Answers;
use super::bodies::Bodies;
use super::clock::Clock;
use super::data::Data;
use super::descriptors::Descriptors;
use super::driver::{Driver, Leaving, Stopwatch};
use super::events::Events;
use super::exchange::Exchange;
#[cfg(feature = "tls")]
use super::faults;
use super::faults::{Answering, Cut, inject};
use super::heads::Names;
use super::hosting::{self, Reach};
use super::log::{self, Told};
use super::notices::Notices;
use super::pages::{self, Changes};
use super::registry::Registry;
use super::streams;
use super::threads::AbortOnDrop;
#[cfg(feature = "tls")]
use super::tls::Handshakes;
use super::unheard;
use crate::control::events::{self, Stream};
use crate::control::{self, Call, Served};
use crate::engine::core::sandbox_url;
use crate::engine::rules::Transport;
use crate::kit::http::{HeaderName, HeaderValue, NOSNIFF, Request, Response, Target};

mod among;

use self::among::{arriving, mark, reach, sender};

/// What `IDLE_TIME_MAX` is called in an answer.
const KEEP_ALIVE: HeaderValue = HeaderValue::from_static("timeout=1260");

/// What all connections share.
pub struct Shared {
    pub registry: Arc<Registry>,
    pub access: Access,
    pub stopwatch: Stopwatch,
    pub descriptors: Descriptors,
    pub notices: Arc<Notices>,
    pub bodies: Bodies,
    /// How the names of headers leave.
    pub names: Names,
    pub answers: Answers,
    /// `None`: everything stays in memory.
    pub data: Option<Data>,
    /// `None`: the server speaks without TLS.
    #[cfg(feature = "tls")]
    pub handshakes: Option<Handshakes>,
}

/// A body that is complete, or one that stays open.
pub type Written = Either<Full<Bytes>, streams::Body>;

/// The answer to a request, ready to be written, or how it is cut.
pub async fn answer(
    shared: &Arc<Shared>,
    peer: IpAddr,
    exchange: &Exchange,
    mut head: Box<http::request::Parts>,
    body: Incoming,
) -> Result<hyper::Response<Written>, Cut> {
    let sender = sender(shared, peer, &mut head);
    let origin = head.headers.get(header::ORIGIN).cloned();
    let begun = shared.stopwatch.elapsed();
    let asked = log::is_read().then(|| unheard::target(&head.uri));
    let (method, version) = (head.method.clone(), head.version);
    let Decided { driver, leaving, told } = decide(shared, sender, exchange, &mut head, body).await.ok_or(Cut::Off)?;
    let Leaving { mut response, mut transport, ticket, caller: _caller, mut stream } = leaving;
    if let Err(refusal) = shared.answers.count(&mut response, &shared.notices) {
        ticket.inspect(|it| driver.tell_again(*it));
        (response, transport) = (driver.stamped(refusal), None);
    }
    if let (Told::Nowhere, Some(target)) = (told, asked) {
        log::tell_control(&driver, &method, target.split('?').next().unwrap_or_default(), &response);
    }
    #[cfg(feature = "postgres")]
    let origin = origin.filter(|_| told != Told::Elsewhere); // its server has said it
    if let Some(origin) = &origin {
        shared.access.show_to(Some(origin), &mut response);
    }
    mark(shared, sender, &mut response, &mut transport);
    if let Some(transport) = transport {
        tracing::info!(sandbox = driver.name(), kind = "transport", ?transport, "a rule changes this answer on its way");
        // Boxed, because the usual answer does not need its size.
        let changed = Box::pin(change(shared, &driver, exchange, &transport, &method, response));
        (response, stream) = changed.await?;
    }
    if method == Method::HEAD
        && stream.is_none()
        && response.body.is_empty()
        && ![StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status)
    {
        // As hyper says it of GET.
        response.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
    }
    let body = stream.map_or_else(|| Either::Left(Full::new(response.body)), Either::Right);
    let mut written = hyper::Response::new(body);
    *written.status_mut() = response.status;
    if let Some(names) = shared.names.extension(&response.headers) {
        *written.extensions_mut() = names.clone();
    }
    *written.headers_mut() = response.headers;
    if version == Version::HTTP_11 && !written.headers().contains_key(header::CONNECTION) {
        written.headers_mut().entry(KEEP_ALIVE_NAME).or_insert(KEEP_ALIVE);
    }
    exchange.wait_for_others().await;
    exchange.home().durations.count(shared.stopwatch.elapsed().saturating_sub(begun));
    Ok(written)
}

/// What a rule makes of an answer on its way: what hyper is to write of it, with a body that takes its time.
async fn change(
    shared: &Shared,
    driver: &Driver,
    exchange: &Exchange,
    transport: &Transport,
    method: &Method,
    response: Response,
) -> Result<(Response, Option<streams::Body>), Cut> {
    match exchange {
        Exchange::Http1(socket) => {
            let answering = Answering { socket, names: &shared.names, sandbox: driver.name() };
            tokio::select! {
                biased;
                left = inject(&answering, transport, method, response) => left.map(|it| (it, None)).ok_or(Cut::Off),
                () = exchange.given_up() => Err(Cut::Off),
            }
        }
        #[cfg(feature = "tls")]
        Exchange::Http2(_) => {
            let mut response = response;
            let stream = faults::spoil(transport, method, &mut response)?;
            Ok((response, stream))
        }
    }
}

/// The answer to a request, and the sandbox that gave it.
struct Decided {
    driver: Arc<Driver>,
    leaving: Leaving,
    told: Told,
}

/// Answers a request. `None`: the connection is cut without an answer.
async fn decide(
    shared: &Arc<Shared>,
    sender: Sender,
    exchange: &Exchange,
    head: &mut http::request::Parts,
    body: Incoming,
) -> Option<Decided> {
    Some(match arriving(shared, sender, exchange, head, body).await? {
        #[cfg(feature = "postgres")]
        Arrival::Elsewhere(leaving) => Decided { driver: shared.registry.default(), leaving: *leaving, told: Told::Elsewhere },
        Arrival::Here(arrived) => {
            let Arrived { driver, call, request, held } = arrived;
            let is_control = matches!(request.path.target(), Target::Control { .. });
            let asked = call.and_then(|it| control::serve(it, &request, &sandbox_url(&request.origin, driver.name())));
            let is_page_stream = pages::is_asked(&request);
            let mut leaving = if is_page_stream {
                let (response, stream) = open_page(shared, &driver, exchange);
                Leaving { stream, ..Leaving::at_once(driver.stamped(response)) }
            } else if let Some(asked) = asked {
                // Boxed, as everything that few requests need: hyper copies the future of each request.
                Box::pin(by_server(shared, (&driver, reach(sender)), asked, (call, &request.origin), exchange)).await?
            } else {
                let handled = async {
                    if exchange.asks(driver.home()) {
                        driver.handle(request, &shared.bodies, exchange.half_closed()).await
                    } else {
                        Box::pin(at_home(&driver, shared, request, exchange)).await
                    }
                };
                tokio::select! {
                    biased;
                    leaving = handled => leaving?,
                    () = exchange.given_up() => return None,
                }
            };
            drop(held);
            if is_control || is_page_stream {
                leaving.response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
            }
            Decided { driver, leaving, told: if is_control { Told::Nowhere } else { Told::InJournal } }
        }
        Arrival::Refused(refusal) => refused(shared, *refusal).await,
    })
}

/// The server answers a control call, and not the sandbox. `None`: the caller who is needed has gone.
async fn by_server(
    shared: &Shared,
    (driver, reach): (&Arc<Driver>, Reach),
    asked: Served,
    (call, origin): (Option<&Call>, &str),
    exchange: &Exchange,
) -> Option<Leaving> {
    let (response, stream) = match asked {
        Served::Answered(response) => (with_health(shared, call, response), None),
        Served::Watched(wanted) => open(shared, driver, wanted, exchange).await,
        Served::Asked(wish) => {
            let needs_caller = wish.needs_caller();
            let granted = hosting::grant(&shared.registry, (driver, reach), shared.stopwatch, wish, origin);
            tokio::select! {
                biased;
                response = granted => (response, None),
                () = exchange.given_up(), if needs_caller => return None,
            }
        }
    };
    Some(Leaving { stream, ..Leaving::at_once(driver.stamped(response)) })
}

/// The answer to a request that no sandbox hears.
async fn refused(shared: &Shared, refusal: Refusal) -> Decided {
    let Refusal { driver, mut response, unheard } = refusal;
    let driver = driver.unwrap_or_else(|| shared.registry.default());
    response.headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    let response = driver.stamped(response);
    let told = if unheard.is_some() { Told::InJournal } else { Told::Nowhere };
    let response = match unheard {
        Some(request) => kept(&shared.registry.default(), response, |it, response| it.keep_unheard(request, response)).await,
        None => response,
    };
    Decided { driver, leaving: Leaving::at_once(response), told }
}

/// What the server says of its data stands in the answer about its health.
fn with_health(shared: &Shared, call: Option<&Call>, response: Response) -> Response {
    if call.is_none_or(|it| it.name != "health") {
        return response;
    }
    #[cfg(feature = "postgres")]
    if shared.registry.replicas().is_some() {
        return control::healthy(&serde_json::json!({"away": shared.registry.away().map(|it| it.why)}));
    }
    shared.data.as_ref().map_or(response, |it| control::healthy(&it.health()))
}

/// The answer to a request that a journal keeps and that no sandbox hears, once it was kept; otherwise that it cannot be.
async fn kept(driver: &Arc<Driver>, response: Response, keep: impl FnOnce(&Arc<Driver>, &Response)) -> Response {
    keep(driver, &response);
    let away = driver.away();
    let kept = match away {
        Some(why) => Err(why),
        None => driver.commit().done().await,
    };
    kept.map_or_else(|why| driver.stamped(why.refusal()), |()| response)
}

/// Has a request answered on the thread where its sandbox is at home.
async fn at_home(driver: &Arc<Driver>, shared: &Arc<Shared>, request: Box<Request>, exchange: &Exchange) -> Option<Leaving> {
    // Only the connection's own task looks at its socket: a stream wakes the last task that has looked.
    let (half_close, half_closes) = oneshot::channel::<()>();
    let (its, own) = (Arc::clone(driver), Arc::clone(shared));
    let mut handling = AbortOnDrop(driver.home().spawn(async move {
        // An error means that the connection still sends, or has ended; then this task is aborted.
        let ended = async {
            if half_closes.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        its.handle(request, &own.bodies, ended).await
    }));
    tokio::select! {
        biased;
        handled = &mut handling.0 => return handled.ok().flatten(),
        () = exchange.half_closed() => {
            _ = half_close.send(());
        }
    }
    (&mut handling.0).await.ok().flatten()
}

/// The head of a stream, and its body.
async fn open(shared: &Shared, driver: &Arc<Driver>, wanted: Stream, exchange: &Exchange) -> (Response, Option<streams::Body>) {
    let body = match wanted {
        Stream::Events(watch) => {
            Events::open(&shared.registry, driver, watch).await.map(|it| streams::body(it, exchange.ends(), exchange.rests()))
        }
        Stream::Clock => Clock::open(&shared.registry, driver).map(|it| streams::body(it, exchange.ends(), exchange.rests())),
    };
    body.map_or_else(|refusal| (refusal.render(), None), |it| (events::head(), Some(it)))
}

/// The same for an open page of a provider.
fn open_page(shared: &Shared, driver: &Arc<Driver>, exchange: &Exchange) -> (Response, Option<streams::Body>) {
    match Changes::open(&shared.registry, driver) {
        Ok(changes) => (events::head(), Some(streams::body(changes, exchange.ends(), exchange.rests()))),
        Err(refusal) => (refusal.render(), None),
    }
}

const KEEP_ALIVE_NAME: HeaderName = HeaderName::from_static("keep-alive");
