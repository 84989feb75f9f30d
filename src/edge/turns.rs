//! Turns for steps that take long, such as reading the next part of a large body. One is taken at a time, and between two of
//! them the sockets are looked at and everybody else is served.

use std::sync::Arc;

use tokio::sync::Semaphore;

pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    /// Waits for a turn. It ends when a task of its own has yielded once, whatever the caller does meanwhile.
    pub async fn take(&self) {
        let Ok(turn) = Arc::clone(&self.0).acquire_owned().await else { return };
        tokio::spawn(async move {
            tokio::task::yield_now().await; // a task that yields goes on after the sockets were looked at
            drop(turn);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn those_who_take_turns_leave_room_for_others() {
        let (turns, order) = (Arc::new(Turns::default()), Arc::new(Mutex::new(Vec::new())));
        let long = |name: &'static str| {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            tokio::spawn(async move {
                for _ in 0..2 {
                    turns.take().await;
                    order.lock().expect("not poisoned").push(name);
                }
            })
        };
        let tasks = [long("first"), long("second")];
        let usual = Arc::clone(&order);
        tokio::spawn(async move { usual.lock().expect("not poisoned").push("usual") }).await.expect("it runs");
        for it in tasks {
            it.await.expect("it runs");
        }
        assert_eq!(*order.lock().expect("not poisoned"), ["first", "usual", "first", "second", "second"]);
    }
}
