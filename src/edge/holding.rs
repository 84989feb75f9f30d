//! Answers that a rule lets take their time: bounded in number, and on their way as soon as their moment has come.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::engine::rules::Transport;
use crate::kit::http::{HeaderValue, Response};
use crate::kit::time::Timestamp;
use crate::sandbox::{HINT, Pacing};

/// Answers of one sandbox that are held back or dribble at a time.
pub const HELD_MAX: usize = 1_024;
/// What the next one says.
const CROWDED: &str = "it came at once: 1,024 answers of this sandbox are held back or dribble already, and no more may";

/// The answers of one sandbox that take their time.
pub struct Holding {
    places: Arc<Semaphore>,
    gates: Mutex<Gates>,
}

#[derive(Default)]
struct Gates {
    /// The life of the sandbox that they belong to.
    generation: u64,
    made: u64,
    /// By the simulated moment at which each opens. It opens by being dropped.
    shut: BTreeMap<(Timestamp, u64), oneshot::Sender<Infallible>>,
}

/// How one answer is to leave; usually as it is, and now.
#[derive(Default)]
pub struct Departure<'a> {
    gate: Option<Gate<'a>>,
    transport: Option<Transport>,
    place: Option<OwnedSemaphorePermit>,
    crowded: bool,
}

/// An answer that leaves.
pub struct Leaving {
    pub response: Response,
    /// What befalls it on the socket.
    pub transport: Option<Transport>,
    /// Its place among those that take their time, to be kept until the last byte has left.
    pub place: Option<OwnedSemaphorePermit>,
}

/// Holds one answer back. A caller who hangs up drops it, and nothing of it stays.
struct Gate<'a> {
    holding: &'a Holding,
    place: (Timestamp, u64),
    opened: oneshot::Receiver<Infallible>,
    /// It opens after so much real time besides.
    span: Option<std::time::Duration>,
}

impl Default for Holding {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(HELD_MAX)), gates: Mutex::default() }
    }
}

impl Holding {
    /// Prepares an answer's departure, in the same breath in which the answer is made: its moment is not missed then.
    pub fn admit(&self, pacing: Option<Pacing>) -> Departure<'_> {
        let Some(Pacing { held_until, held_for, transport }) = pacing else { return Departure::default() };
        let is_held = held_until.is_some() || held_for.is_some();
        let dribbles = matches!(transport, Some(Transport::Dribble { .. }));
        if !is_held && !dribbles {
            return Departure { transport, ..Departure::default() };
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Departure { transport: transport.filter(|_| !dribbles), crowded: true, ..Departure::default() };
        };
        let gate = is_held.then(|| self.shut(held_until, held_for));
        Departure { gate, transport, place: Some(place), crowded: false }
    }

    /// A gate for which no simulated moment is set opens by its span, or with all others.
    fn shut(&self, until: Option<Timestamp>, span: Option<std::time::Duration>) -> Gate<'_> {
        let (open, opened) = oneshot::channel();
        let mut gates = self.gates.lock();
        gates.made += 1;
        let place = (until.unwrap_or(Timestamp::MAX), gates.made);
        gates.shut.insert(place, open);
        Gate { holding: self, place, opened, span }
    }

    /// The sandbox has come to that moment of that life. Whoever waits for something in an earlier life waits no longer.
    pub fn pass(&self, (generation, now): (u64, Timestamp)) {
        let mut gates = self.gates.lock();
        if gates.generation != generation {
            gates.generation = generation;
            gates.shut.clear();
        }
        while let Some(next) = gates.shut.first_entry().filter(|it| it.key().0 <= now) {
            next.remove();
        }
    }
}

impl Departure<'_> {
    /// The answer leaves when it may. It keeps the stamp of the moment at which it was given: what is slow is its way.
    pub async fn of(self, mut response: Response) -> Leaving {
        if let Some(gate) = self.gate {
            gate.passed().await;
        }
        if self.crowded {
            response.headers.append(HINT, HeaderValue::from_static(CROWDED));
        }
        Leaving { response, transport: self.transport, place: self.place }
    }
}

impl Leaving {
    /// As it is, and now.
    pub fn at_once(response: Response) -> Self {
        Self { response, transport: None, place: None }
    }
}

impl Gate<'_> {
    async fn passed(mut self) {
        let Some(span) = self.span else {
            _ = (&mut self.opened).await;
            return;
        };
        tokio::select! {
            _ = &mut self.opened => {}
            () = tokio::time::sleep(span) => {}
        }
    }
}

impl Drop for Gate<'_> {
    fn drop(&mut self) {
        self.holding.gates.lock().shut.remove(&self.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(holding: &Holding, second: i64) -> Departure<'_> {
        let held_until = Some(Timestamp::from_second(second).expect("a time"));
        holding.admit(Some(Pacing { held_until, ..Pacing::default() }))
    }

    fn waiting(holding: &Holding) -> Vec<i64> {
        holding.gates.lock().shut.keys().map(|it| it.0.as_second()).collect()
    }

    #[test]
    fn gates_open_in_the_order_of_their_moments_and_leave_nothing() {
        let holding = Holding::default();
        let departures = [held(&holding, 3), held(&holding, 1), held(&holding, 2), held(&holding, 2)];
        assert_eq!(waiting(&holding), [1, 2, 2, 3]);
        holding.pass((0, Timestamp::from_second(1).expect("a time")));
        assert_eq!(waiting(&holding), [2, 2, 3]);
        drop(departures);
        assert_eq!((waiting(&holding).len(), holding.places.available_permits()), (0, HELD_MAX));
        let _of_an_earlier_life = held(&holding, 9);
        holding.pass((1, Timestamp::from_second(1).expect("a time")));
        assert_eq!(waiting(&holding).len(), 0);
    }
}
