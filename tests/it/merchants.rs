//! What the tests know of each provider beside its contract: one line each.

/// The merchant of a provider, as tapes play it.
pub struct Merchant {
    pub slug: &'static str,
    /// The header of that name on each call; none where something else says who calls.
    pub authorization: Option<&'static str>,
    /// Together they play every row of the contract.
    pub tapes: &'static [&'static str],
    /// The line of a tape that is repeated until it reaches the rate limit.
    pub cheapest: &'static str,
}

const MERCHANTS: &[Merchant] = &[
    crate::cryptopay::MERCHANT,
    crate::qbitpay::MERCHANT,
    crate::quantapay::MERCHANT,
    crate::quantum_payouts::MERCHANT,
    crate::quoine::MERCHANT,
];

/// The merchant of the provider with that slug.
pub fn merchant(slug: &str) -> Option<&'static Merchant> {
    MERCHANTS.iter().find(|it| it.slug == slug)
}

/// The slugs of all of them.
pub fn slugs() -> impl Iterator<Item = &'static str> {
    MERCHANTS.iter().map(|it| it.slug)
}
