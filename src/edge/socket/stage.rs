//! How far a connection is with a request.

use std::sync::atomic::{AtomicU8, Ordering};

/// How far a connection is with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// hyper reads a head. All that it writes now is its own refusal of what it reads.
    Reading,
    /// The answer is made, or is written past hyper.
    Answering,
    /// The answer is made, and waits for others.
    Waiting,
    /// hyper has the answer, and writes all of it before it flushes.
    Leaving,
}

/// The stage of one connection. Only the task of the connection looks at it and changes it.
#[derive(Debug)]
pub struct Current(AtomicU8);

impl Default for Current {
    fn default() -> Self {
        Self(AtomicU8::new(Stage::Reading as u8))
    }
}

impl Current {
    pub fn set(&self, stage: Stage) {
        self.0.store(stage as u8, Ordering::Relaxed);
    }

    pub fn is(&self, stage: Stage) -> bool {
        self.0.load(Ordering::Relaxed) == stage as u8
    }
}
