//! Codes that say nothing about a person: of currencies, coins, blockchains, countries and languages.

use crate::cli::import::words::of_name;

/// The codes of ISO 4217, without those of metals and tests.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR \
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Coins and tokens that shops are paid in, and the blockchains that carry them.
const COINS: &str = "ADA ALGO ARB ATOM AVAX BCH BNB BSC BTC BUSD CRO DAI DASH DOGE DOT EOS ERC20 ETC ETH EURC EURT FDUSD FIL LINK \
    LTC MATIC NEAR OP POL PYUSD SHIB SOL STETH TON TRC20 BEP20 TRX TUSD UNI USDC USDE USDP USDT WBTC WETH XLM XMR \
    XRP XTZ ZEC ARBITRUM AVALANCHE BASE BITCOIN CARDANO DOGECOIN ETHEREUM LITECOIN MONERO OPTIMISM POLYGON RIPPLE \
    SOLANA STELLAR TRON";

/// The last word of a name that holds a code of money; `code` may stand behind it.
const OF_MONEY: &[&str] = &["currency", "cryptocurrency", "fiat", "coin", "symbol", "blockchain", "chain", "network", "pair"];
/// The same for countries and languages.
const OF_PLACES: &[&str] = &["country", "lang", "language", "locale"];
/// Characters of the longest code: a pair of two.
const CHARS_MAX: usize = 24;

/// Whether a text is a code of the kind that the name of its member says.
pub fn is_code(name: &str, text: &str) -> bool {
    let mut words = of_name(name);
    if 1 < words.len() && words.last().is_some_and(|it| it == "code") {
        words.pop();
    }
    let Some(last) = words.last().map(String::as_str) else { return false };
    let mut parts = text.split(['/', '_', '-', ':']);
    if OF_MONEY.contains(&last) {
        return text.len() <= CHARS_MAX && parts.all(is_of_money);
    }
    let are_two = |it: &str| it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_alphabetic());
    OF_PLACES.contains(&last) && text.len() <= 5 && parts.all(are_two)
}

fn is_of_money(part: &str) -> bool {
    CURRENCIES.split(' ').chain(COINS.split(' ')).any(|it| it.eq_ignore_ascii_case(part))
}
