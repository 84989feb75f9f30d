//! The bodies of requests: read within their bounds, each by itself and all together.

use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::{Instant, sleep};

use super::memory::{ALL_BYTES_MAX, ALL_FIRST_BYTES_MAX, FIRST_BYTES, Full, Memory, Taken};
use super::notices::{Notices, Shortage};
use super::turns::Turns;
use crate::control::BodyLimits;
use crate::kit::http::Response;
use crate::sandbox::body_too_large;

/// A body may arrive at any pace for this duration; then it has to keep the pace below.
const BODY_GRACE: Duration = Duration::from_secs(2);
const BODY_BYTES_PER_SECOND_MIN: u64 = 1024;
/// This much of a body is read and dropped when its request is refused: many senders read the refusal only after they have sent
/// all.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The memory for bodies that are being read, and the turns of large ones.
#[derive(Default)]
pub struct Bodies {
    memory: Memory,
    turns: Turns,
}

/// A body that was read, and what it takes of the memory for all.
#[derive(Debug, Default)]
pub struct Held {
    pub bytes: Bytes,
    _taken: Taken,
}

impl Bodies {
    /// The whole body, within its bounds.
    pub async fn read(&self, body: Incoming, limits: BodyLimits, sender: Sender, notices: &Notices) -> Result<Held, Response> {
        if body.is_end_stream() {
            return Ok(Held::default());
        }
        let announced = body.size_hint().lower();
        if announced > limits.bytes_max as u64 {
            return Err(Box::pin(too_large(body, limits.bytes_max, sender)).await);
        }
        let mut reading = Reading { bodies: self, kept: Vec::new(), taken: Taken::default() };
        if reading.grow(usize::try_from(announced).unwrap_or(0).min(FIRST_BYTES)).is_err() {
            Box::pin(discard(body, sender)).await;
            return Err(no_memory(notices));
        }
        reading.whole(body, limits, announced, notices).await
    }

    /// Waits until a body of that size may be worked on: large ones take turns, so that many at once keep no other caller
    /// waiting. How long that took.
    pub async fn take_turn(&self, bytes: usize) -> Duration {
        if bytes < FIRST_BYTES {
            return Duration::ZERO;
        }
        let came = now();
        Box::pin(self.turns.take()).await;
        now() - came
    }
}

/// What the sender of a body does before it sends the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    SendsAtOnce,
    /// It waits for `100 Continue`, or for a refusal.
    Asks,
}

impl Sender {
    /// What the head of the request says.
    pub fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key(header::EXPECT) { Self::Asks } else { Self::SendsAtOnce }
    }
}

struct Reading<'a> {
    bodies: &'a Bodies,
    kept: Vec<u8>,
    taken: Taken,
}

impl Reading<'_> {
    async fn whole(mut self, mut body: Incoming, limits: BodyLimits, announced: u64, notices: &Notices) -> Result<Held, Response> {
        let BodyLimits { bytes_max, time_max } = limits;
        let mut pace = pin!(sleep(BODY_GRACE));
        let mut begun = pace.deadline() - BODY_GRACE;
        loop {
            let frame = tokio::select! {
                biased;
                frame = body.frame() => frame,
                () = &mut pace => return Err(too_slow(time_max)),
            };
            let Some(frame) = frame else { return Ok(self.held()) };
            let frame = frame.map_err(|it| broken(&it))?;
            let Some(chunk) = frame.data_ref() else { continue };
            let bytes = self.kept.len() + chunk.len();
            begun += self.bodies.take_turn(bytes).await; // the sender has not waited for itself
            if bytes > bytes_max {
                return Err(Box::pin(too_large(body, bytes_max, Sender::SendsAtOnce)).await);
            }
            if bytes > self.kept.capacity() {
                // As much as was announced, if that is known, and never more than twice what has come.
                let expected = usize::try_from(announced).unwrap_or(bytes_max).min(bytes_max).max(bytes);
                if self.grow(expected.min(bytes * 2)).is_err() {
                    drop((std::mem::take(&mut self.kept), std::mem::take(&mut self.taken))); // others can have it meanwhile
                    Box::pin(discard(body, Sender::SendsAtOnce)).await;
                    return Err(no_memory(notices));
                }
            }
            self.kept.extend_from_slice(chunk);
            if body.is_end_stream() {
                return Ok(self.held()); // the usual body arrives whole, and needs no timer
            }
            let earned = Duration::from_secs(self.kept.len() as u64 / BODY_BYTES_PER_SECOND_MIN);
            pace.as_mut().reset(begun + time_max.min(BODY_GRACE + earned));
        }
    }

    /// Takes that much memory, if there is as much.
    fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        self.bodies.memory.take(&mut self.taken, self.kept.capacity(), bytes)?;
        self.kept.reserve_exact(bytes - self.kept.len());
        Ok(())
    }

    fn held(self) -> Held {
        Held { bytes: self.kept.into(), _taken: self.taken }
    }
}

/// The present moment, as a timer has it.
fn now() -> Instant {
    sleep(Duration::ZERO).deadline()
}

fn no_memory(notices: &Notices) -> Response {
    notices.say(Shortage::Bodies, || {
        format!(
            "requests get 503, because the bodies that are being read have reached {} MiB. Send fewer large bodies at a time",
            (ALL_BYTES_MAX + ALL_FIRST_BYTES_MAX) / (1024 * 1024)
        )
    });
    let detail = "The bodies of all requests together are too large at this moment. Send this request again.";
    refused(StatusCode::SERVICE_UNAVAILABLE, "too_many_bodies", detail).with(header::RETRY_AFTER, "1")
}

async fn too_large(body: Incoming, bytes_max: usize, sender: Sender) -> Response {
    discard(body, sender).await;
    closing(body_too_large(bytes_max))
}

/// Reads and drops the body of a request that is refused: the refusal would be lost with a connection that is closed before all
/// was read. A sender that waits for `100 Continue` sends none.
pub async fn discard(mut body: Incoming, sender: Sender) {
    if sender == Sender::Asks {
        return;
    }
    let reading = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > DISCARDED_BYTES_MAX {
                return;
            }
        }
    };
    _ = tokio::time::timeout(BODY_GRACE, reading).await;
}

/// What has arrived of a body is not a body.
fn broken(why: &hyper::Error) -> Response {
    let source = std::error::Error::source(why).and_then(|it| it.downcast_ref::<std::io::Error>());
    let malformed = source.filter(|it| matches!(it.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData));
    let detail = malformed.map_or_else(
        || "The body ended before it was complete.".to_owned(),
        |it| format!("The chunks of the body are malformed or too long: {it}."),
    );
    refused(StatusCode::BAD_REQUEST, "broken_body", &detail)
}

fn too_slow(time_max: Duration) -> Response {
    let seconds = time_max.as_secs();
    let detail = format!(
        "The body arrives too slowly: it has to be complete within {seconds} s, \
         and to bring at least {BODY_BYTES_PER_SECOND_MIN} bytes a second after the first 2 s."
    );
    refused(StatusCode::REQUEST_TIMEOUT, "body_too_slow", &detail)
}

/// A refusal after which the connection cannot be used again, because the body was not read to its end.
pub fn refused(status: StatusCode, kind: &str, detail: &str) -> Response {
    closing(Response::problem(status, kind, detail))
}

fn closing(response: Response) -> Response {
    response.with(header::CONNECTION, "close")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_bodies_have_one_bound_and_give_back_what_they_took() {
        let bodies = Bodies::default();
        let reading = || Reading { bodies: &bodies, kept: Vec::new(), taken: Taken::default() };
        let mut large: Vec<_> = std::iter::repeat_with(reading).take(4).collect();
        assert!(large.iter_mut().all(|it| it.grow(ALL_BYTES_MAX / 4 + FIRST_BYTES).is_ok()));
        assert!(reading().grow(FIRST_BYTES + 1).is_err(), "no large body more");
        assert!(reading().grow(FIRST_BYTES).is_ok(), "a usual one has its place");
        large.pop();
        assert!(reading().grow(FIRST_BYTES + 1).is_ok());
        drop(large);
        assert_eq!(bodies.memory.free(), (ALL_FIRST_BYTES_MAX, ALL_BYTES_MAX));
    }
}
