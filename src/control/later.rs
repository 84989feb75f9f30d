//! Answers that take long to write: they are made from a copy, so that the sandbox need not wait.

use std::fmt;

use parking_lot::Mutex;

use crate::kit::http::Response;

/// The rest of an answer, which needs the sandbox no more and may be done on another thread. The lock is never taken: it
/// lets several threads refer to what only one can do.
pub struct Later(Mutex<Box<dyn FnOnce() -> Response + Send>>);

impl Later {
    /// An answer that this makes.
    pub fn new(make: impl FnOnce() -> Response + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(make)))
    }

    /// Makes the answer.
    pub fn finish(self) -> Response {
        (self.0.into_inner())()
    }

    /// The same answer with a last change.
    #[must_use]
    pub fn then(self, change: impl FnOnce(Response) -> Response + Send + 'static) -> Self {
        Self::new(move || change(self.finish()))
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}
