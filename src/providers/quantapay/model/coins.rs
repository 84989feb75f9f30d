//! The accepted coins: names, networks, decimals, and the price of one in dollars unless the sandbox sets another.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::blockchain::Blockchain;
use crate::kit::base58;
use crate::kit::ids::Draws;

/// A coin by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Coin(u8);

/// The form of a chain's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `0x` and 40 hexadecimal digits.
    Evm,
    /// Version byte, hash of a key, checksum.
    Base58(u8),
    /// The beginning, the alphabet of the rest, and the number of letters from it.
    Letters(&'static str, &'static [u8], usize),
}

use Shape::{Base58, Evm, Letters};

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct Row {
    code: &'static str,
    /// As a payment URI names it.
    name: &'static str,
    /// The network, by the code of its own coin.
    network: &'static str,
    chain: Blockchain,
    /// Those of amounts that are shown or asked for.
    decimals: u32,
    /// Those of a transfer on its chain.
    precision: u32,
    /// Hundred-millionths of a dollar.
    price: i64,
    shape: Shape,
}

const fn row(
    code: &'static str,
    name: &'static str,
    (network, chain): (&'static str, Blockchain),
    (decimals, precision): (u32, u32),
    price: i64,
    shape: Shape,
) -> Row {
    Row { code, name, network, chain, decimals, precision, price, shape }
}

use Blockchain::{Algo, Arbitrum, Avax, Base, Bch, Bsc, Btc, Doge, Dot, Eth, Ltc, Optimism, Polygon, Sol, Ton, Tron, Xlm, Xmr, Xrp, Xtz};

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("btc",          "bitcoin",      ("btc", Btc),           (8,  8), 6_485_025_000_000, Base58(0)),
    row("eth",          "ethereum",     ("eth", Eth),           (8, 18), 199_960_000_000, Evm),
    row("usdt",         "tether",       ("eth", Eth),           (6,  6), 100_000_000, Evm),
    row("usdt_tron",    "tether",       ("trx", Tron),          (6,  6), 100_000_000, Base58(0x41)),
    row("usdt_bsc",     "tether",       ("bnb", Bsc),           (6, 18), 100_000_000, Evm),
    row("usdt_ton",     "tether",       ("ton", Ton),           (6,  6), 100_000_000, Letters("UQ", BASE64_URL, 46)),
    row("usdc",         "usdcoin",      ("eth", Eth),           (6,  6), 100_000_000, Evm),
    row("bnb",          "bnb",          ("bnb", Bsc),           (7, 18), 62_015_000_000, Evm),
    row("sol",          "solana",       ("sol", Sol),           (8,  9), 14_225_000_000, Letters("", BASE58, 44)),
    row("trx",          "tron",         ("trx", Tron),          (6,  6), 28_400_000, Base58(0x41)),
    row("ltc",          "litecoin",     ("ltc", Ltc),           (8,  8), 9_550_000_000, Base58(48)),
    row("doge",         "dogecoin",     ("doge", Doge),         (8,  8), 16_200_000, Base58(30)),
    row("xrp",          "ripple",       ("xrp", Xrp),           (6,  6), 214_000_000, Letters("r", BASE58, 33)),
    row("bch",          "bitcoincash",  ("bch", Bch),           (8,  8), 48_500_000_000, Base58(0)),
    row("xmr",          "monero",       ("xmr", Xmr),           (8, 12), 31_500_000_000, Letters("4", BASE58, 94)),
    row("link",         "chainlink",    ("eth", Eth),           (5, 18), 1_475_000_000, Evm),
    row("shib",         "shib",         ("eth", Eth),           (1, 18), 1_230, Evm),
    row("bat",          "bat",          ("eth", Eth),           (3, 18), 18_500_000, Evm),
    row("algo",         "algorand",     ("algo", Algo),         (6,  6), 20_500_000, Letters("", BASE32, 58)),
    row("avax",         "avalanche",    ("avax", Avax),         (8, 18), 2_260_000_000, Evm),
    row("dot",          "polkadot",     ("dot", Dot),           (8, 10), 415_000_000, Letters("1", BASE58, 47)),
    row("xlm",          "stellar",      ("xlm", Xlm),           (7,  7), 26_400_000, Letters("G", BASE32, 55)),
    row("xtz",          "tezos",        ("xtz", Xtz),           (6,  6), 61_500_000, Letters("tz1", BASE58, 33)),
    row("pol",          "polygon",      ("pol", Polygon),       (8, 18), 22_800_000, Evm),
    row("ton",          "toncoin",      ("ton", Ton),           (8,  9), 312_000_000, Letters("UQ", BASE64_URL, 46)),
    row("eth_base",     "ethereum",     ("base", Base),         (8, 18), 199_960_000_000, Evm),
    row("eth_arbitrum", "ethereum",     ("arbitrum", Arbitrum), (8, 18), 199_960_000_000, Evm),
    row("eth_optimism", "ethereum",     ("optimism", Optimism), (8, 18), 199_960_000_000, Evm),
];

/// The networks of coins that exist on several, for people.
const NETWORKS: &[(Blockchain, &str)] = &[
    (Eth, "Ethereum"),
    (Tron, "Tron"),
    (Bsc, "BNB Smart Chain"),
    (Ton, "TON"),
    (Base, "Base"),
    (Arbitrum, "Arbitrum"),
    (Optimism, "Optimism"),
];

/// All codes, for the descriptions.
pub const CODES: &str = "btc, eth, usdt, usdt_tron, usdt_bsc, usdt_ton, usdc, bnb, sol, trx, ltc, doge, xrp, bch, xmr, link, shib, bat, algo, avax, dot, xlm, xtz, pol, ton, eth_base, eth_arbitrum, eth_optimism";

/// The chains of these coins; an action that does not name a chain means the first.
pub const CHAINS: &[Blockchain] =
    &[Btc, Eth, Tron, Bsc, Ton, Sol, Ltc, Doge, Xrp, Bch, Xmr, Algo, Avax, Dot, Xlm, Xtz, Polygon, Base, Arbitrum, Optimism];

impl Coin {
    /// The coin with this code, in any case.
    pub fn of(code: &str) -> Option<Self> {
        let place = TABLE.iter().position(|it| it.code.eq_ignore_ascii_case(code))?;
        u8::try_from(place).ok().map(Self)
    }

    /// Every coin.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).take(TABLE.len()).map(Self)
    }

    /// The coins of a network; the code of its own coin names it.
    pub fn on(network: &str) -> impl Iterator<Item = Self> {
        Self::all().filter(move |it| it.row().network.eq_ignore_ascii_case(network))
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    /// As the API writes it.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// As a payment URI names it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The network of a coin that exists on several, for people.
    pub fn network_name(self) -> Option<&'static str> {
        let namesakes = TABLE.iter().filter(|it| it.name == self.name()).count();
        NETWORKS.iter().find(|it| 1 < namesakes && it.0 == self.chain()).map(|it| it.1)
    }

    pub fn chain(self) -> Blockchain {
        self.row().chain
    }

    /// Amounts are cut to this number of decimals.
    pub fn decimals(self) -> u32 {
        self.row().decimals
    }

    /// The decimals of a transfer on its chain.
    pub fn precision(self) -> u32 {
        self.row().precision
    }

    /// An amount as it is shown: cut to the coin's decimals.
    pub fn cut(self, amount: Decimal) -> Decimal {
        amount.trunc_with_scale(self.decimals())
    }

    /// Dollars for one, unless a rate was set.
    pub fn price(self) -> Decimal {
        Decimal::new(self.row().price, 8)
    }

    /// Its place in the table.
    pub const fn place(self) -> u8 {
        self.0
    }

    /// An address that looks like one of its chain.
    pub fn address(self, draws: &mut Draws) -> String {
        match self.row().shape {
            Evm => format!("0x{}", draws.hex(40)),
            Base58(version) => base58::check(version, &hex::decode(draws.hex(40)).unwrap_or_default()),
            Letters(beginning, alphabet, count) => format!("{beginning}{}", draws.text(alphabet, count)),
        }
    }

    /// A hash of a transfer that looks like one of its chain.
    pub fn hash(self, draws: &mut Draws) -> String {
        let prefix = if self.row().shape == Evm { "0x" } else { "" };
        format!("{prefix}{}", draws.hex(64))
    }
}

impl From<Coin> for String {
    fn from(it: Coin) -> Self {
        it.code().to_owned()
    }
}

impl TryFrom<String> for Coin {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::of(&code).ok_or_else(|| format!("no coin is named `{code}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coin_has_a_chain_that_can_be_reorganised_and_a_price() {
        for coin in Coin::all() {
            assert!(CHAINS.contains(&coin.chain()) && Decimal::ZERO < coin.price(), "{}", coin.code());
            assert_eq!(Coin::of(&coin.code().to_uppercase()), Some(coin));
            assert!(Coin::on(coin.row().network).any(|it| it == coin));
            assert!(coin.decimals() <= coin.precision() && coin.precision() <= crate::providers::quantapay::model::PRECISION_MAX);
        }
        assert_eq!(Coin::all().map(Coin::code).collect::<Vec<_>>().join(", "), CODES);
        assert_eq!(Coin::of("btc_ln"), None);
    }

    #[test]
    fn addresses_look_like_those_of_their_chain() {
        let address = |code: &str| Coin::of(code).expect("a coin").address(&mut Draws::new(1, "a test", 0));
        for (code, beginning, chars) in [
            ("btc", "1", 26..=34),
            ("ltc", "L", 33..=34),
            ("doge", "D", 34..=34),
            ("trx", "T", 34..=34),
            ("eth", "0x", 42..=42),
            ("ton", "UQ", 48..=48),
        ] {
            let it = address(code);
            assert!(it.starts_with(beginning) && chars.contains(&it.len()), "{code} {it}");
        }
        assert_eq!(Coin::of("eth").map(|it| it.hash(&mut Draws::new(1, "a test", 0)).len()), Some(66));
    }
}
