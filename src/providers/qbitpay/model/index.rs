//! What lists and look-ups read in place of going through everything.

use std::collections::BTreeMap;

use super::{BalanceTransaction, Charge, Oid, Payout, PayoutStatus, RowKind, RowStatus, Shelves};
use crate::kit::ids::entity;

/// What is found by something else than its number.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Numbers of charges by id, and by the name of their page.
    pub charge_ids: BTreeMap<String, u32>,
    pub trades: BTreeMap<String, u32>,
    /// By merchant, all or those of one externalOrderId.
    pub charges: Shelves<(u32, Option<u64>)>,
    /// By merchant, all or those of one destination, of any status or of one.
    pub payouts: Shelves<(u32, Option<Oid>, Option<PayoutStatus>)>,
    pub orders: Shelves<u32>,
    /// By merchant, all or those of one kind, of any status or of one.
    pub rows: Shelves<(u32, Option<RowKind>, Option<RowStatus>)>,
}

/// What stands for an externalOrderId in the index.
pub fn order_key(external_order_id: &str) -> u64 {
    entity(&[external_order_id])
}

impl Index {
    pub fn charge(&mut self, it: &Charge) {
        self.charge_ids.insert(it.id.clone(), it.number);
        self.trades.insert(it.trade.clone(), it.number);
        self.charges.put((it.merchant, None), it.number);
        self.charges.put((it.merchant, Some(order_key(&it.external_order_id))), it.number);
    }

    pub fn payout(&mut self, it: &Payout) {
        for destination in [None, Some(it.destination)] {
            self.payouts.put((it.merchant, destination, None), it.number);
            self.payouts.put((it.merchant, destination, Some(it.status)), it.number);
        }
    }

    pub fn row(&mut self, it: &BalanceTransaction) {
        for kind in [None, Some(it.kind)] {
            self.rows.put((it.merchant, kind, None), it.number);
            self.rows.put((it.merchant, kind, Some(it.status)), it.number);
        }
    }
}
