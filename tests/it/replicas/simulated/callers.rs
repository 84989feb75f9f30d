//! Callers: each sends one input after another to one sandbox, by any replica, and notes what it was told.

use super::{Input, Told};

/// Callers of one sandbox number their inputs in steps of this.
pub const STRIDE: u64 = 1_000_000;

#[derive(Debug)]
pub struct Caller {
    pub sandbox: usize,
    /// What it waits for.
    pub asked: Option<Input>,
    next: Input,
    pub told: Vec<(Input, Told)>,
}

impl Caller {
    pub fn new(number: usize, sandbox: usize) -> Self {
        Self { sandbox, asked: None, next: number as u64 * STRIDE, told: Vec::new() }
    }

    /// Its next input.
    pub fn ask(&mut self) -> Input {
        self.next += 1;
        self.asked = Some(self.next);
        self.next
    }

    /// It is told something, or gives up. `false`: it does not wait for that any more.
    pub fn hear(&mut self, input: Input, told: Told) -> bool {
        if self.asked != Some(input) {
            return false;
        }
        self.asked = None;
        self.told.push((input, told));
        true
    }
}
