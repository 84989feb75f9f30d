//! Who looks on while a scenario is played.

use super::StepFailure;
use crate::engine::world::World;
use crate::scenario::Step;

/// Looks on, and says which failures do not count.
pub trait Watch {
    /// Whether webhooks leave by another schedule than the scenario was written for: then numbers of attempts prove nothing.
    fn is_deviated(&self) -> bool {
        false
    }

    /// Which of several applications it is played against, from 0.
    fn job(&self) -> u16 {
        0
    }

    /// Whether the application may work behind its answers, so that the last probes are asked once more.
    fn looks_again(&self) -> bool {
        false
    }

    /// A step of the scenario has ended, by its place.
    fn after(&mut self, _nth: usize, _world: &mut World) {}

    /// A step asks the application at this address.
    fn probes(&mut self, _url: &str) {}

    /// Why the failure of a step says nothing. `None`: it counts.
    fn leaves_open(&mut self, _step: &Step, _failure: &StepFailure, _world: &mut World) -> Option<String> {
        None
    }
}

/// Plays as it is: each failure counts.
pub struct Unwatched;

impl Watch for Unwatched {}
