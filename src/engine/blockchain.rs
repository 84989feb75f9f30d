//! The simulated chains, and how often each has a block.

use serde::{Deserialize, Serialize};

use crate::kit::time::Duration;

/// A chain by its slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blockchain {
    Btc,
    Ltc,
    Doge,
    Eth,
    Bsc,
    Base,
    Polygon,
    Tron,
    Sol,
    Arbitrum,
    Bch,
    Xmr,
    Xrp,
    Xlm,
    Algo,
    Avax,
    Dot,
    Xtz,
    Ton,
    Optimism,
}

/// Slug and milliseconds between two blocks.
#[rustfmt::skip]
const TABLE: &[(Blockchain, &str, i64)] = &[
    (Blockchain::Btc,      "btc",      600_000),
    (Blockchain::Ltc,      "ltc",      150_000),
    (Blockchain::Doge,     "doge",      60_000),
    (Blockchain::Eth,      "eth",       12_000),
    (Blockchain::Bsc,      "bsc",        3_000),
    (Blockchain::Base,     "base",       2_000),
    (Blockchain::Polygon,  "polygon",    2_000),
    (Blockchain::Tron,     "tron",       3_000),
    (Blockchain::Sol,      "sol",          400),
    (Blockchain::Arbitrum, "arbitrum",     250),
    (Blockchain::Bch,      "bch",      600_000),
    (Blockchain::Xmr,      "xmr",      120_000),
    (Blockchain::Xrp,      "xrp",        4_000),
    (Blockchain::Xlm,      "xlm",        5_000),
    (Blockchain::Algo,     "algo",       3_000),
    (Blockchain::Avax,     "avax",       2_000),
    (Blockchain::Dot,      "dot",        6_000),
    (Blockchain::Xtz,      "xtz",        8_000),
    (Blockchain::Ton,      "ton",        5_000),
    (Blockchain::Optimism, "optimism",   2_000),
];

impl Blockchain {
    /// The chain of that slug; Ethereum's by its whole name too, as some providers write it.
    pub fn of(slug: &str) -> Option<Self> {
        let slug = if slug == "ethereum" { "eth" } else { slug };
        TABLE.iter().find(|it| it.1 == slug).map(|it| it.0)
    }

    /// As providers and actions write it.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// From one block to the next, always the same.
    pub fn interval(self) -> Duration {
        Duration::from_millis(self.row().2)
    }

    fn row(self) -> &'static (Self, &'static str, i64) {
        &TABLE[self as usize]
    }

    /// By its place in the table.
    pub fn at(place: u64) -> Option<Self> {
        TABLE.get(usize::try_from(place).ok()?).map(|it| it.0)
    }

    /// Its place in the table.
    pub const fn place(self) -> u64 {
        self as u64
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::blockchain::{Blockchain, TABLE};

    #[test]
    fn every_chain_stands_at_its_place() {
        for (place, (chain, slug, _)) in (0..).zip(TABLE) {
            assert_eq!((chain.place(), Blockchain::at(place), Blockchain::of(slug)), (place, Some(*chain), Some(*chain)));
            assert_eq!((chain.word(), serde_json::to_value(chain).ok()), (*slug, Some((*slug).into())));
        }
        assert_eq!((Blockchain::at(20), Blockchain::of("btc_ln")), (None, None));
    }
}
