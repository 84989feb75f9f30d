//! The chains and the tokens on each.

use serde::{Deserialize, Serialize};

use crate::engine::blockchain::Blockchain;
use crate::kit::word::Word;

/// A chain that merchants are paid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chain {
    Ethereum,
    Base,
    Polygon,
    Bsc,
    Arbitrum,
}

/// A token that payers pay with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Token {
    Eth,
    Usdc,
    Usdt,
    Dai,
    CbBtc,
    Matic,
    Weth,
    Bnb,
    Busd,
    Arb,
}

/// All words of `blockchain`.
pub const CHAIN_WORDS: &[&str] = &["ethereum", "base", "polygon", "bsc", "arbitrum"];
/// All words of `currency`.
pub const TOKEN_WORDS: &[&str] = &["ETH", "USDC", "USDT", "DAI", "cbBTC", "MATIC", "WETH", "BNB", "BUSD", "ARB"];

/// In the order of the documentation.
pub const CHAINS: &[Chain] = &[Chain::Ethereum, Chain::Base, Chain::Polygon, Chain::Bsc, Chain::Arbitrum];
/// The same.
#[rustfmt::skip]
pub const TOKENS: &[Token] = &[
    Token::Eth, Token::Usdc, Token::Usdt, Token::Dai, Token::CbBtc, Token::Matic, Token::Weth, Token::Bnb, Token::Busd, Token::Arb,
];

/// One chain: its blockchain, its EIP-155 number, the required confirmations, its tokens with their decimals.
struct Row(Blockchain, u64, u32, &'static [(Token, u32)]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row(Blockchain::Eth,      1,      12, &[(Token::Eth, 18),   (Token::Usdc, 6),  (Token::Usdt, 6),  (Token::Dai, 18)]),
    Row(Blockchain::Base,     8453,   15, &[(Token::Eth, 18),   (Token::Usdc, 6),  (Token::CbBtc, 8)]),
    Row(Blockchain::Polygon,  137,    30, &[(Token::Matic, 18), (Token::Usdc, 6),  (Token::Usdt, 6),  (Token::Weth, 18)]),
    Row(Blockchain::Bsc,      56,     15, &[(Token::Bnb, 18),   (Token::Usdc, 18), (Token::Usdt, 18), (Token::Busd, 18)]),
    Row(Blockchain::Arbitrum, 42161,  20, &[(Token::Eth, 18),   (Token::Usdc, 6),  (Token::Arb, 18)]),
];

impl Chain {
    const fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The blockchain whose blocks confirm its transfers.
    pub const fn blockchain(self) -> Blockchain {
        self.row().0
    }

    /// Its EIP-155 number, which wallets know.
    pub const fn eip155(self) -> u64 {
        self.row().1
    }

    /// Whether no example has its slug.
    pub const fn has_assumed_slug(self) -> bool {
        matches!(self, Self::Bsc | Self::Arbitrum)
    }

    /// The required number of confirmations.
    pub const fn confirmations(self) -> u32 {
        self.row().2
    }

    /// The decimals of a token on this chain; `None` when the token is not offered.
    pub fn decimals(self, token: Token) -> Option<u32> {
        self.row().3.iter().find(|it| it.0 == token).map(|it| it.1)
    }
}

impl Word for Chain {
    fn word(self) -> &'static str {
        CHAIN_WORDS[self as usize]
    }
}

impl Word for Token {
    fn word(self) -> &'static str {
        TOKEN_WORDS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_rows_stand_at_their_places() {
        assert_eq!((CHAINS.len(), TOKENS.len()), (TABLE.len(), TOKEN_WORDS.len()));
        for (place, it) in CHAINS.iter().enumerate() {
            assert_eq!((*it as usize, serde_json::to_value(it).ok()), (place, Some(it.word().into())));
            let own = it.blockchain().word();
            assert!(it.word() == own || (own == "eth" && it.word() == "ethereum"), "{own}");
        }
        for (place, it) in TOKENS.iter().enumerate() {
            assert_eq!((*it as usize, serde_json::to_value(it).ok()), (place, Some(it.word().to_ascii_lowercase().into())));
            assert!(CHAINS.iter().any(|chain| chain.decimals(*it).is_some()), "{it:?} is somewhere");
        }
    }
}
