//! What time and receivers reach of the contracts.

use super::World;
use crate::engine::ids::ProviderId;
use crate::engine::tables::Row;

impl World {
    /// Time or a receiver has reached that row of a contract.
    pub(super) fn reached(&mut self, provider_id: ProviderId, row: Row) {
        self.core.touched.touch(provider_id, row, self.core.now, None, None);
    }
}
