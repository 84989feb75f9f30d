//! What all sandboxes have counted together, those included that were deleted.

use std::collections::BTreeMap;

use super::Registry;
use crate::control::violations;
use crate::engine::log::{Tally, VIOLATIONS_MAX, Violations};
use crate::engine::touched::Touched;

impl Registry {
    /// What sandboxes have counted that were deleted.
    pub fn gone(&self) -> Tally {
        self.gone.lock().tally.clone()
    }

    /// What traffic has ever reached, in all sandboxes together.
    pub fn touched(&self) -> Touched {
        let mut all = self.gone.lock().touched.clone();
        for it in self.all() {
            it.driver.look(|world| all.add(&world.core.ever_touched()));
        }
        all
    }

    /// What was broken in each sandbox at any time, by its name, if that is kept.
    pub fn violations(&self) -> BTreeMap<String, Violations> {
        let mut found = self.gone.lock().violations.clone();
        for it in self.all() {
            let own = found.entry(it.driver.name().to_owned()).or_default();
            it.driver.look(|world| {
                own.append(world.core.log.kept.clone());
                own.append(violations::first(world, VIOLATIONS_MAX));
            });
        }
        found
    }
}
