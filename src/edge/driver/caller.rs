//! Callers of a sandbox: what they wait for, and the answers that leave.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::held::Late;
use super::{Driver, news};
use crate::control::Renderer;
use crate::edge::keeping::{Commit, NotKept};
use crate::edge::{log, streams};
use crate::engine::rules::Transport;
use crate::kit::http::Response;
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::{Answered, Sandbox, Ticket, Work};

/// A walk through time that waits longer than this for a receiver says so in the log.
const PATIENCE: Duration = Duration::from_secs(1);
/// Work of other calls that turns out long is done for this many callers at a time.
static LONG_WORK: Semaphore = Semaphore::const_new(2);
/// Receivers that are named in one such message.
const AWAITED_MAX: usize = 10;

/// An answer that leaves.
pub struct Leaving {
    pub response: Response,
    /// The fault that a rule injects on the socket.
    pub transport: Option<Transport>,
    /// Which answer of its sandbox it is.
    pub ticket: Option<Ticket>,
    /// Kept until the last byte has left: an answer that is sent slowly counts as open in its sandbox.
    pub caller: Option<Box<Caller>>,
    /// Its body, if it stays open.
    pub stream: Option<streams::Body>,
}

impl Leaving {
    /// An answer that leaves now, without a fault.
    pub fn at_once(response: Response) -> Self {
        Self { response, transport: None, ticket: None, caller: None, stream: None }
    }
}

/// A caller that waits for an answer. Dropping it before the answer has come means that the caller has hung up.
pub struct Caller {
    driver: Arc<Driver>,
    ticket: Ticket,
    answered: Option<Answered>,
    /// Of a long call: kept until its work has ended, also when the caller is gone.
    place: Option<SemaphorePermit<'static>>,
    /// 1 if pages can show something else after the call.
    stirs: u64,
    /// The sandbox has nothing left of this caller.
    is_answered: bool,
    /// What has to be kept so that the call has come.
    heard: Commit,
    /// What has to be kept before the answer leaves.
    commit: Commit,
}

impl Caller {
    /// A caller with that ticket, and the answer if it was ready at once.
    pub(super) fn new(driver: Arc<Driver>, ticket: Ticket, (answered, heard): (Option<Answered>, Commit)) -> Self {
        let commit = heard.clone();
        Self { driver, ticket, answered, place: None, stirs: 0, is_answered: false, heard, commit }
    }

    /// A caller who was not heard, because nothing can be kept now.
    pub(super) fn refused(driver: Arc<Driver>, why: &NotKept) -> Self {
        let mut caller = Self::new(driver, Ticket::default(), (None, Commit::default()));
        caller.refuse(why);
        caller.is_answered = true;
        caller
    }

    /// The caller gets this instead of an answer.
    fn refuse(&mut self, why: &NotKept) {
        // A call that was kept, and whose answer was not, may have changed something.
        let is_unknown = why.is_unknown || (!self.is_answered && self.heard.is_kept() && self.ticket != Ticket::default());
        let refusal = self.driver.stamped(NotKept { is_unknown, ..why.clone() }.refusal());
        self.answered = Some(Answered { response: Some(refusal), transport: None, work: None });
        self.commit = Commit::default();
    }

    /// Pages can show something else after the call, if that is 1.
    pub(super) fn stirs(&mut self, stirs: u64) {
        self.stirs = stirs;
    }

    /// It has a place among the long calls.
    pub(super) fn takes(&mut self, place: SemaphorePermit<'static>) {
        self.place = Some(place);
    }

    /// The answer, if it may leave at once: it is ready, it brings no further work, nothing has to be kept before it leaves, and it is
    /// not sent slowly.
    pub(super) fn leave_at_once(&mut self) -> Option<Leaving> {
        let is_whole = |it: &mut Answered| it.response.is_some() && it.work.is_none() && !it.is_slow();
        let answered = if self.commit.is_kept() { self.answered.take_if(is_whole) } else { None };
        let Answered { response, transport, .. } = answered?;
        self.is_answered = true;
        Some(Leaving { transport, ticket: Some(self.ticket), ..Leaving::at_once(response?) })
    }

    /// The answer, once it is ready. `None`: the connection is cut without one.
    pub async fn answer(mut self) -> Option<Leaving> {
        loop {
            self.ready().await;
            if !self.has_read_first().await {
                break;
            }
        }
        let answered = self.answered.take()?;
        let is_slow = answered.is_slow();
        let Answered { response, transport, work } = answered;
        let response = match work {
            Some(Work::Later(later)) => {
                let made = Box::pin(self.apart(move || later.finish())).await;
                let response = made.unwrap_or_else(|failed| failed);
                self.driver.available().await;
                let mut sandbox = self.driver.lock();
                sandbox.made(self.ticket, &response);
                self.commit = sandbox.release();
                Some(response)
            }
            Some(Work::Before(_)) | None => response,
        };
        if let Err(why) = self.commit.done().await {
            self.refuse(&why);
            return self.answered.take().and_then(|it| it.response).map(Leaving::at_once);
        }
        self.is_answered = !is_slow;
        let ticket = Some(self.ticket);
        Some(Leaving { transport, ticket, caller: is_slow.then(|| Box::new(self)), ..Leaving::at_once(response?) })
    }

    /// Reads what the call has brought, if that comes before the answer; then the answer may not be ready. `false`: nothing had to be read.
    pub(super) async fn has_read_first(&mut self) -> bool {
        let Some(Answered { work: Some(Work::Before(_)), .. }) = self.answered else { return false };
        let Some(Answered { work: Some(Work::Before(before)), .. }) = self.answered.take() else { return false };
        let read = Box::pin(self.apart(move || before.finish())).await;
        self.driver.available().await;
        match (read, self.heard.lost()) {
            (_, Some(why)) => self.refuse(&why),
            (Ok(rest), None) => (self.answered, self.commit) = self.driver.hear_rest(self.ticket, rest, self.stirs),
            (Err(failed), None) => self.answered = Some(Answered { response: Some(failed), transport: None, work: None }),
        }
        if self.answered.is_none() {
            self.place = None; // a wait takes no place from others
        }
        true
    }

    /// Does long work on a thread of its own, so that other callers are served meanwhile. A panic in it is this caller's
    /// alone.
    async fn apart<T: Send + 'static>(&mut self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Response> {
        let place = match self.place.take() {
            Some(place) => Some(place),
            None => LONG_WORK.acquire().await.ok(),
        };
        let (done, place) = tokio::task::spawn_blocking(move || (work(), place)).await.map_err(|why| {
            let detail = format!("Playmoney has a bug in this answer: {why}.");
            Response::problem(StatusCode::INTERNAL_SERVER_ERROR, "answer_failed", &detail)
        })?;
        self.place = place;
        Ok(done)
    }

    /// Waits until the answer is ready.
    pub async fn ready(&mut self) {
        if self.answered.is_none() {
            // Boxed: most answers are ready at once.
            match Box::pin(self.wait(Sandbox::poll_unfinished)).await {
                Ok((answered, commit)) => (self.answered, self.commit) = (Some(answered), commit),
                Err(why) => self.refuse(&why),
            }
        }
    }

    /// The caller sends nothing more, and may be gone.
    pub(super) fn half_close(&self) {
        if self.heard.lost().is_none() {
            self.driver.tell(match self.answered {
                Some(_) => Late::ToldAgain(self.ticket),
                None => Late::HalfClosed(self.ticket),
            });
        }
    }

    /// Waits until the answer is ready, or until only another call can make it ready: a rule delays it until the simulated
    /// moment that is returned, the clock stands, and no walk through time is under way.
    pub async fn ready_or_held(&mut self) -> Option<Timestamp> {
        if self.answered.is_some() {
            return None;
        }
        let look = |sandbox: &mut Sandbox, uptime: Uptime, ticket: Ticket| {
            if let Some(answered) = sandbox.poll_unfinished(uptime, ticket) {
                return Some(Ok(answered));
            }
            let waits = sandbox.world().core.clock.stands() && !sandbox.is_walking();
            sandbox.held_until(ticket).filter(|_| waits).map(Err)
        };
        match self.wait(look).await {
            Ok((Ok(answered), commit)) => (self.answered, self.commit) = (Some(answered), commit),
            Ok((Err(held_until), _)) => return Some(held_until),
            Err(why) => self.refuse(&why),
        }
        None
    }

    /// Looks at the sandbox after each change, until `look` finds something; with what has to be kept before that may leave.
    ///
    /// # Errors
    /// The call was not kept: the sandbox that was taken back has not heard it.
    async fn wait<T>(&self, mut look: impl FnMut(&mut Sandbox, Uptime, Ticket) -> Option<T>) -> Result<(T, Commit), NotKept> {
        let driver = &self.driver;
        let mut patience = pin!(tokio::time::sleep(PATIENCE));
        loop {
            let mut changed = pin!(driver.changed.notified());
            changed.as_mut().enable();
            tokio::select! {
                biased;
                why = self.lost() => return Err(why),
                () = driver.available() => {}
            }
            if let Some(why) = driver.abandoned() {
                return Err(why);
            }
            let uptime = driver.stopwatch.uptime();
            let (found, commit, news, has_written) = {
                let mut sandbox = driver.lock();
                let written = sandbox.world().core.log.written();
                let found = look(&mut sandbox, uptime, self.ticket);
                driver.set_alarm(&mut sandbox, uptime); // a wait that has ended can have become a delay
                let (news, has_written) = (news(&mut sandbox), written != sandbox.world().core.log.written());
                (found, sandbox.release(), news, has_written)
            };
            log::tell(&driver.name, &news);
            if has_written {
                driver.wake_waiting(); // the answer to a call that waited is an entry of the log
            }
            if let Some(found) = found {
                return Ok((found, commit));
            }
            tokio::select! {
                () = changed => {}
                why = self.lost() => return Err(why),
                () = &mut patience, if !patience.is_elapsed() => self.say_who_is_awaited(),
            }
        }
    }

    /// Waits until it turns out that the call was not kept. If it was, this never ends.
    async fn lost(&self) -> NotKept {
        match self.heard.done().await {
            Err(why) => why,
            Ok(()) => std::future::pending().await,
        }
    }

    /// Logs for which receivers a walk through time waits.
    fn say_who_is_awaited(&self) {
        if !log::is_read() {
            return;
        }
        let (renderer, sandbox) = (self.driver.renderer(), &self.driver.name);
        let awaited = self.driver.lock().awaited(self.ticket);
        for it in awaited.into_iter().take(AWAITED_MAX) {
            let (delivery, attempt, url) = (it.id.delivery, it.id.number, renderer.url(&it.url));
            let (event, url, limit) = (it.event, url.split('?').next(), format!("{:#}", it.time_limit));
            let waits_for = it.waits_for.map(Renderer::wait);
            tracing::warn!(sandbox, kind = "awaited", delivery, attempt, event, url, limit, waits_for, "time waits for a receiver");
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if !self.is_answered && self.heard.lost().is_none() {
            self.driver.tell(Late::Gone(self.ticket));
        }
    }
}
