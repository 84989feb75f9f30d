//! `/__admin`: everything that a tester can ask of a server and its sandboxes. `table` has every call; the other files
//! have their handlers, one file a section.

mod accounts;
mod actions;
mod answers;
#[cfg(feature = "mcp")]
pub mod arguments;
pub mod audit;
mod call;
mod capsule;
mod clock;
mod dashboard;
mod deliveries;
pub mod environment;
pub mod events;
mod inbox;
mod input;
mod journal;
mod later;
mod objects;
mod openapi;
mod problem;
mod proof;
mod render;
mod rules;
pub mod sandboxes;
mod scenario;
mod server;
mod state;
mod table;
mod verification;
pub mod violations;

#[cfg(feature = "mcp")]
pub use call::Body;
pub use call::{BodyLimits, Call, Caller, Effort, Handler, Stirs, WhenBroken};
pub use capsule::{MEDIA_TYPE as CAPSULE, unavailable as no_capsule};
pub use clock::{LIMIT, Reading, Until, Walked, is_advance, ticking};
use http::{Method, StatusCode, header};
use later::Rows;
pub use later::{Before, Later, Rest};
pub use problem::Problem;
pub use render::{Excerpt, Gravity, Line, Made, News, Renderer, in_brackets};
pub use server::healthy;
pub use table::TABLE;
pub use verification::{WAITS_MAX, deleted as deleted_meanwhile, too_many as too_many_waits};

use self::events::Stream;
use self::input::Input;
use self::sandboxes::Wish;
use crate::engine::actions::ActionDone;
use crate::engine::delivery::{AttemptId, Status};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::is_name;
use crate::engine::world::{Replaced, World};
use crate::kit::http::{Request, RequestPath, Response, Target, allow};
use crate::kit::nearest::{close, nearest};
use crate::kit::time::Uptime;

/// How a call is answered.
#[derive(Debug)]
pub enum Answer {
    Now(Response),
    /// What the call brings is read first; then the sandbox hears it.
    Before(Before),
    /// The sandbox has done its part; the rest takes long, and needs it no more.
    Later(Later),
    /// Time walks as far as that. When it arrives, this is answered.
    Walk(Until, Conclusion),
    /// Something has to happen first.
    Wait(Waiting),
    /// The history of the sandbox as a file.
    Capsule,
    /// The connection is cut without an answer.
    Hangup,
}

/// What is answered when a walk through time has arrived.
#[derive(Debug)]
pub enum Conclusion {
    /// Everything that has happened in it.
    Report,
    /// What an action has done.
    Acted { provider_id: ProviderId, action: String, done: ActionDone, uptime: Uptime },
    /// The outcome of one attempt.
    Attempt { delivery: u64, number: u32 },
    /// That the sandbox was restored. What it was before is dropped with the answer.
    Restored(Replaced),
    /// Nothing: the next report tells what has happened.
    Passed,
}

/// A call that waits for attempts under way before it is heard.
#[derive(Clone, Debug)]
pub struct Turn {
    pub request: Request,
    /// Those that were under way when it came, in the order of their ids.
    pub attempts: Vec<AttemptId>,
    /// The sandbox's generation when it came.
    pub generation: u64,
}

/// A test webhook: a delivery with one attempt, for whose outcome a caller of a provider waits.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    pub provider_id: ProviderId,
    pub delivery: u64,
    /// The call, in the log.
    pub entry: u64,
    /// The sandbox's generation when it came.
    pub generation: u64,
}

/// What a caller waits for.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// Messages in an inbox, for at most this much real time.
    Messages { wanted: Box<inbox::Wanted>, patience: std::time::Duration },
    /// The turn of a test webhook. When it has not come in time, the webhook leaves without one.
    TestLeaves(Test),
    /// The outcome of a test webhook. The receiver's time limit bounds it.
    Tested(Test),
    /// Calls or webhooks that fit.
    Found(Box<verification::Search>),
    /// The end of every attempt under way: a saved state has no attempt under way.
    Quiet,
    /// The end of the attempts that were under way when the call came; while the clock stands, also of those that leave
    /// after them at this instant, so that no race decides what the call finds. Then it is heard.
    Turn(Box<Turn>),
}

/// The real time for which a call waits for attempts under way: their receiver may be the caller.
const ATTEMPTS_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

impl Waiting {
    /// The real time after which the caller gets an answer in any case. A receiver's own time limit is shorter.
    pub const fn patience(&self) -> std::time::Duration {
        match self {
            Self::Messages { patience, .. } => *patience,
            Self::Found(search) => search.patience(),
            Self::Tested(_) => std::time::Duration::from_secs(60),
            Self::Quiet | Self::Turn(_) | Self::TestLeaves(_) => ATTEMPTS_PATIENCE,
        }
    }
}

/// When a call comes.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub uptime: Uptime,
    /// A walk through time is under way.
    pub is_walking: bool,
    pub settled: Settled,
}

/// Whether the attempts that were under way when a call came have outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The call has just come.
    Unknown,
    Yes,
    /// The call has waited for them long enough.
    No,
}

/// One call, as its handler sees it.
pub struct Ask<'a> {
    world: &'a mut World,
    uptime: Uptime,
    /// A walk through time is under way.
    is_walking: bool,
    settled: Settled,
    request: &'a Request,
    /// The parts of the path at the names in braces.
    captures: Vec<&'a str>,
    query: Input<'a>,
    body: Input<'a>,
}

impl Ask<'_> {
    fn now(&self) -> Now {
        Now { uptime: self.uptime, is_walking: self.is_walking, settled: self.settled }
    }

    /// What a call answers that first waits for the attempts under way. `None`: it has waited, and acts now.
    fn wait_for_attempts(&self) -> Option<Answer> {
        if self.is_walking || self.settled != Settled::Unknown {
            return None;
        }
        let mut attempts: Vec<AttemptId> = self.world.core.outbox.under_way().collect();
        attempts.sort_unstable();
        let turn = Turn { request: self.request.clone(), attempts, generation: self.world.generation };
        (!turn.attempts.is_empty()).then(|| Answer::Wait(Waiting::Turn(Box::new(turn))))
    }

    /// Whether the call does not wait for the deliveries that it causes.
    fn is_hasty(&self) -> bool {
        self.is_walking || self.settled == Settled::No
    }
}

/// One call to a sandbox. A call that concerns the server alone is answered as well: a sandbox may have no server.
pub fn call(world: &mut World, now: Now, request: &Request) -> Answer {
    let path = below(request);
    let Some(call) = Call::find(&request.method, path) else { return Answer::Now(no_call(request, path)) };
    if let Some(page) = call.page_for(&request.headers) {
        return Answer::Now(page(request));
    }
    let answered = match call.handler {
        Handler::File(find) => find(call.captures(path).unwrap_or_default().first().copied().unwrap_or_default()).map(Answer::Now),
        Handler::Server(answer) => answer(&world.core.sandbox_url(request)).map(Answer::Now),
        Handler::Sandboxes(_) | Handler::Stream(_) => {
            Err(Problem::not_found("This sandbox is in memory: only a server answers this call."))
        }
        Handler::Sandbox(answer) => ask(call, path, world, now, request).and_then(|mut it| answer(&mut it)),
    };
    answered.unwrap_or_else(|it| Answer::Now(it.render()))
}

/// The page that a browser gets at the address of a dashboard whose sandbox does not exist.
pub fn unknown_page(request: &Request) -> Option<Response> {
    let call = Call::find(&request.method, below(request))?;
    call.page_for(&request.headers).map(|_| dashboard::unknown(request))
}

fn ask<'a>(call: &Call, path: &'a str, world: &'a mut World, now: Now, request: &'a Request) -> Result<Ask<'a>, Problem> {
    let captures = call.captures(path).unwrap_or_default();
    let Now { uptime, is_walking, settled } = now;
    Ok(Ask {
        world,
        uptime,
        is_walking,
        settled,
        request,
        captures,
        query: Input::query(call, request)?,
        body: Input::body(call, request)?,
    })
}

/// What a server does with a call that concerns more than one sandbox.
pub enum Served {
    Answered(Response),
    Asked(Wish),
    Watched(Stream),
}

/// What a call asks of the server. `None`: the call concerns a sandbox. Links begin with `base_url`.
pub fn serve(call: &Call, request: &Request, base_url: &str) -> Option<Served> {
    let captures = || call.captures(below(request)).unwrap_or_default();
    if let Some(page) = call.page_for(&request.headers) {
        return Some(Served::Answered(page(request)));
    }
    match call.handler {
        Handler::File(find) => {
            let name = captures().first().copied().unwrap_or_default();
            Some(Served::Answered(find(name).unwrap_or_else(|it| it.render())))
        }
        Handler::Server(answer) => Some(Served::Answered(answer(base_url).unwrap_or_else(|it| it.render()))),
        Handler::Sandboxes(wish) => {
            let asked = Input::query(call, request).and_then(|_| wish(call, request, &captures()));
            Some(asked.map_or_else(|it| Served::Answered(it.render()), Served::Asked))
        }
        Handler::Stream(watch) => Some(watch(call, request).map_or_else(|it| Served::Answered(it.render()), Served::Watched)),
        Handler::Sandbox(_) => None,
    }
}

/// Whether this call replaces the state of a broken sandbox.
pub fn begins_anew(request: &Request) -> bool {
    find(request).is_some_and(|it| it.when_broken == WhenBroken::BeginsAnew)
}

/// Whether this call asks for the history of the sandbox.
pub fn is_capsule(request: &Request) -> bool {
    find(request).is_some_and(|it| it.name == "save_capsule")
}

/// Whether a request is a call that can take much time and memory.
pub fn is_long(request: &Request) -> bool {
    find(request).is_some_and(|it| it.effort == Effort::Long)
}

/// The control call that a request makes.
fn find(request: &Request) -> Option<&'static Call> {
    let is_control = matches!(request.path.target(), Target::Control { .. });
    if is_control { Call::find(&request.method, below(request)) } else { None }
}

/// The inbox that receives what is posted to this path.
pub fn inbox(path: &str) -> Option<&str> {
    let call = Call::find(&Method::POST, path).filter(|it| it.name == "receive")?;
    call.captures(path)?.first().copied().filter(|it| is_name(it))
}

/// The path of a control call below `/__admin/`.
fn below(request: &Request) -> &str {
    let (Target::Control { path } | Target::Provider { path, .. }) = request.path.target();
    path
}

fn no_call(request: &Request, path: &str) -> Response {
    let (method, asked) = (&request.method, request.target.split('?').next().unwrap_or_default());
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let own = RequestPath::control(&segments.join("/"));
    let methods: Vec<&str> = Call::at(path).filter_map(|it| it.method).collect();
    if !methods.is_empty() {
        let allowed = allow(&methods);
        if *method == Method::OPTIONS {
            return Response::empty(StatusCode::NO_CONTENT).with(header::ALLOW, &allowed);
        }
        let detail = format!("{asked} answers to {allowed}.");
        return Response::problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail).with(header::ALLOW, &allowed);
    }
    let nearest = close(&segments.join("/"), TABLE.iter().map(|it| it.path));
    let nearest = nearest.map_or(String::new(), |it| format!(" The nearest is {}.", RequestPath::control(it).as_str()));
    let detail = format!("No control call has the path {}.{nearest} GET /__admin/ lists every call.", own.as_str());
    Response::problem(StatusCode::NOT_FOUND, "not_found", &detail)
}

/// The answer to the caller whose walk has arrived.
pub fn conclude(world: &mut World, walk: Walked, conclusion: Conclusion) -> Answer {
    let settled = walk.incomplete.then_some(false);
    Answer::Now(match conclusion {
        Conclusion::Report => return clock::report(world, walk),
        Conclusion::Acted { provider_id, action, done, uptime } => actions::report(world, uptime, provider_id, &action, done, settled),
        Conclusion::Attempt { delivery, number } => deliveries::report(world, delivery, number),
        Conclusion::Restored(replaced) => return state::report(world, replaced, settled),
        Conclusion::Passed => return clock::answer(world),
    })
}

/// The answer to a waiting caller, as soon as it is ready or the caller's patience ends.
pub fn poll(world: &mut World, uptime: Uptime, waiting: &mut Waiting, patience_ended: bool) -> Option<Answer> {
    let is_tested = matches!(waiting, Waiting::Tested(_));
    match waiting {
        Waiting::Messages { wanted, .. } => inbox::poll(world, wanted, patience_ended),
        Waiting::Found(search) => {
            let patience = if patience_ended { verification::Patience::Ended } else { verification::Patience::Lasts };
            verification::poll(world, search, patience)
        }
        Waiting::Turn(_) => None, // the sandbox hears the call when its turn has come
        Waiting::Quiet => (world.is_quiet() || patience_ended).then(|| state::document(world, uptime)),
        Waiting::TestLeaves(test) | Waiting::Tested(test) => {
            let webhook = world.core.outbox.get(test.delivery).filter(|_| test.generation == world.generation);
            let Some(webhook) = webhook else {
                let detail = "The sandbox was reset or replaced while this call waited for its webhook.";
                return Some(Answer::Now(Response::problem(StatusCode::GONE, "dropped", detail)));
            };
            let ends = patience_ended && is_tested;
            (ends || webhook.status != Status::Pending).then(|| Answer::Now(world.provider(test.provider_id).tested(webhook)))
        }
    }
}

fn ok(value: &serde_json::Value) -> Result<Answer, Problem> {
    Ok(Answer::Now(Response::json(StatusCode::OK, value)))
}

fn provider_id(world: &World, slug: &str) -> Result<ProviderId, Problem> {
    let known = world.providers.iter().map(|it| it.contract().slug);
    world.provider_id(slug).ok_or_else(|| Problem::not_found(no_provider(slug, known)))
}

/// That no provider has that slug, with the nearest.
fn no_provider(slug: &str, known: impl Iterator<Item = &'static str>) -> String {
    let nearest = nearest(slug, known).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    format!("No provider is named `{slug}`.{nearest}")
}
