//! Answers to requests that have come together leave together. Written one by one, each would wake its client, which works on it
//! faster than the next answer is made, sleeps again and has to be woken for that one: with many connections of one client, waking
//! it took a quarter of the server's time.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};

/// From this number of answers in a turn on, answers wait for each other. Fewer leave at once: their clients make the next requests
/// while the others are answered.
const ANSWERS_MIN: u32 = 8;

thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn::UNKNOWN) };
}

/// What a thread does until nothing is left to do.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Answers that it has made.
    answers: u32,
    /// Those of the last turn that had any. `None`: turns are not counted here.
    before: Option<u32>,
}

impl Turn {
    const UNKNOWN: Self = Self { answers: 0, before: None };

    /// One more answer is made.
    fn answered(self) -> Self {
        Self { answers: self.answers.saturating_add(1), ..self }
    }

    /// Nothing is left to do. A turn without answers says nothing of the next.
    fn ended(self) -> Self {
        let before = if 0 < self.answers { self.answers } else { self.before.unwrap_or(0) };
        Self { answers: 0, before: Some(before) }
    }

    /// Whether an answer waits for others. As many as in the last turn are expected.
    fn has_many(self) -> bool {
        self.before.is_some_and(|it| ANSWERS_MIN <= self.answers.max(it))
    }
}

/// A runtime of one thread on which answers wait for each other. On any other runtime they leave at once.
///
/// # Errors
/// The system gives no means to wait for sockets.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().on_thread_park(|| TURN.set(TURN.get().ended())).build()
}

/// The thread goes on with another runtime, on which turns do not end.
pub fn forget_turns() {
    TURN.set(Turn::UNKNOWN);
}

/// An answer is made. Waits until the other requests that are ready now were answered, if they are many.
pub async fn gather() {
    let turn = TURN.get().answered();
    TURN.set(turn);
    let mut waits = turn.has_many();
    poll_fn(|cx| {
        if !std::mem::take(&mut waits) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref(); // behind the tasks that are ready by now
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use parking_lot::Mutex;

    use super::*;

    /// What happens when that number of requests come at once, in one turn behind another.
    async fn turns<const N: usize>(requests: [usize; N]) -> [String; N] {
        let mut seen = [const { String::new() }; N];
        for (requests, seen) in requests.into_iter().zip(&mut seen) {
            tokio::time::sleep(Duration::from_millis(1)).await; // the thread has nothing else to do: the turn ends
            let happened = Arc::new(Mutex::new(String::new()));
            let answers = (0..requests).map(|_| {
                let happened = Arc::clone(&happened);
                tokio::spawn(async move {
                    happened.lock().push('m'); // made
                    gather().await;
                    happened.lock().push('l'); // leaves
                })
            });
            for it in answers.collect::<Vec<_>>() {
                it.await.expect("it ends");
            }
            *seen = happened.lock().clone();
        }
        seen
    }

    #[test]
    fn many_answers_leave_when_all_are_made() {
        let seen = runtime().expect("a runtime").block_on(turns([3, 9, 8, 8, 7, 7]));
        let at_once = |answers| "ml".repeat(answers);
        let together = |answers| "m".repeat(answers) + &"l".repeat(answers);
        // The first turn of many is not expected: its first seven leave. The first turn of few behind it is not expected either.
        assert_eq!(seen, [at_once(3), at_once(7) + &together(2), together(8), together(8), together(7), at_once(7)]);
    }

    #[tokio::test]
    async fn on_another_runtime_answers_leave_at_once() {
        assert_eq!(turns([20, 20]).await, ["ml".repeat(20), "ml".repeat(20)]);
    }
}
