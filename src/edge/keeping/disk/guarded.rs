//! A library that panics about what is damaged: its panic becomes a sentence.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// A panic on this thread is expected, and becomes a sentence.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// A database that is damaged can surprise the library that reads it, which panics. Only our sentence says so.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |why| {
            if !IS_GUARDED.get() {
                usual(why);
            }
        }));
    });
    let before = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it is damaged".to_owned()));
    IS_GUARDED.set(before);
    done
}
