//! Random scenarios: an application calls, customers and banks act, time passes, and the receiver fails now and then.

use std::fmt::Write;

use playmoney::inside::kit::ids::Draws;
use playmoney::inside::kit::time::Timestamp;
use playmoney::inside::stage::Report;

/// A random scenario.
pub struct Tape {
    pub yaml: String,
}

/// Objects whose time has passed before the log begins, so that ids are others than those of a new sandbox.
const EARLIER: usize = 3;

impl Tape {
    /// The moment at which the log begins.
    #[expect(clippy::unused_self, reason = "every tape begins alike")]
    pub fn begins(&self, report: &Report) -> Timestamp {
        report.steps[EARLIER + 1].at
    }
}

/// How an application makes, reads and changes objects of a provider, and what happens to them outside.
struct Trade {
    /// A call that makes an object, with `{n}` for its number and the path of its name in the answer.
    makes: &'static [(&'static str, &'static str)],
    /// Calls with `{o}` for a reference to an object, and such without.
    calls: &'static [&'static str],
    acts: &'static [&'static str],
    spans: &'static [&'static str],
}

#[rustfmt::skip]
const QUANTAPAY: Trade = Trade {
    makes: &[
        ("create-checkout-session, with: { price: '{n}9.90', currency: usd, order_id: 'QP order {n}' }", "response.session_id"),
        ("create-transaction, with: { amount: '{n}5.00', cryptocurrency_code: eth, external_reference: ref-{n}/x }", "response[0]"),
    ],
    calls: &[
        "get-transaction, with: { transaction_id: '${o}' }",
        "get-balances",
        "get-exchange-rates, with: { currency_code: usd, cryptocurrency_code: btc }",
        "create-checkout-session, with: { price: 'much', currency: usd }",
        "get-fiat-value, with: { amount: '0.5' }",
        "check-transactions, with: { transaction_id: '${o}' }",
    ],
    acts: &[
        "choose-coin, with: { session: '${o}', cryptocurrency: btc }",
        "pay, with: { session: '${o}' }",
        "pay, with: { transaction: '${o}' }",
        "pay, with: { session: '${o}', cryptocurrency: eth }",
    ],
    spans: &["20s", "7m", "25m", "70m"],
};

#[rustfmt::skip]
const QBITPAY: Trade = Trade {
    makes: &[
        (
            "createCharge, with: { amount: {n}0.5, currency: USD, externalOrderId: shop-00{n}, cbUrl: '${inbox:qbitpay}', redirectUrl: 'https://shop.test/{n}' }",
            "id",
        ),
        (
            "createPayout, with: { amount: 1{n}0, currency: USD, description: to Ann {n}, externalOrderId: out-{n}, destination: { type: bankAccount, payerName: Ann Smith, bankAccountNum: '12345678{n}', bankName: Chase } }",
            "id",
        ),
    ],
    calls: &[
        "getCharge, with: { id: '${o}' }",
        "getPayout, with: { id: '${o}' }",
        "updateCharge, with: { id: '${o}', status: buyerPaid }",
        "showBalance",
        "listCharges, with: { limit: 2 }",
        "createPayout, with: { amount: 999999, currency: USD, destination: { type: wallet, payerName: A, addr: '0x31C27642169B61ceD340Ba99643CC3EAd729321F' } }",
        "createCharge, with: { amount: 1 }",
        "getCharge, with: { id: unknown000001 }",
        "getTicker, with: { symbol: BTC/CNY, side: ask }",
    ],
    acts: &[
        "buyer-paid, with: { charge: '${o}' }",
        "confirm-charge, with: { charge: '${o}' }",
        "fail-charge, with: { charge: '${o}' }",
        "dispute, with: { charge: '${o}' }",
        "close-dispute, with: { charge: '${o}', in_favour_of: buyer }",
        "settle-payout, with: { payout: '${o}', outcome: inTransit }",
        "settle-payout, with: { payout: '${o}', outcome: failed }",
        "settle-payout, with: { payout: '${o}', outcome: cancelled }",
        "deposit, with: { currency: USDT, amount: 25.5 }",
    ],
    spans: &["10s", "90s", "16m", "31m"],
};

#[rustfmt::skip]
const CRYPTOPAY: Trade = Trade {
    makes: &[(
        "createPaymentOrder, with: { amount: '{n}00.25', currency: USDC, blockchain: base, order_info: '{\"order\": \"C-{n}\", \"for\": \"Ann\"}', nonce: 900{n} }",
        "data.order_id",
    )],
    calls: &[
        "getPaymentOrder, with: { id: '${o}' }",
        "listTransactions",
        "createPaymentOrder, with: { amount: '1.00', currency: USDC, blockchain: base, order_info: '{}', nonce: 9001 }",
        "createPaymentOrder, with: { amount: '-1', currency: USDC, blockchain: base }",
        "getPaymentOrder, with: { id: ORD-zzzzzzzzzzzz }",
        "login, with: { username: demo, password: demo-password }",
        "listMerchantWallets, signature: wrong",
    ],
    acts: &[
        "pay, with: { order: '${o}' }",
        "pay, with: { order: '${o}', amount: '7.00' }",
        "confirm, with: { order: '${o}' }",
        "fail, with: { order: '${o}' }",
    ],
    spans: &["15s", "4m", "40m", "130m"],
};

#[rustfmt::skip]
const QUANTUM: Trade = Trade {
    makes: &[
        (
            "createPayout, with: { orderNumber: PAY-{n}, amount: 1500{n}, urls: { returnUrl: 'https://shop.test/ok' }, description: for Ann {n} }",
            "orderNumber",
        ),
        (
            "performPayout, with: { orderNumber: CARD-{n}, amount: 2500{n}, description: d, target: { pan: '4111111111111111' } }",
            "orderNumber",
        ),
    ],
    calls: &[
        "getPayoutStatus, with: { orderNumber: '${o}' }",
        "features",
        "createPayout, with: { orderNumber: PAY-x, amount: 0, urls: { returnUrl: 'https://shop.test/ok' } }",
        "getPayoutStatus, with: { orderNumber: nowhere-1 }",
        "features, signature: none",
        "performPayout, with: { orderNumber: '${o}', amount: 7, description: d, target: { pan: '4242424242424242' } }",
    ],
    acts: &[
        "submit-details, with: { orderNumber: '${o}', pan: '4242424242424242' }",
        "settle, with: { orderNumber: '${o}', outcome: processing }",
        "settle, with: { orderNumber: '${o}', outcome: failed }",
        "settle, with: { orderNumber: '${o}', outcome: success }",
    ],
    spans: &["2s", "20s", "100s", "11m"],
};

#[rustfmt::skip]
const QUOINE: Trade = Trade {
    makes: &[("createInvoice, with: { price: '{n}00.0', name: 'Order {n} of Ann', data: '{\"mail\": \"ann{n}@shop.test\"}' }", "id")],
    calls: &[
        "getInvoice, with: { id: '${o}' }",
        "getProfile",
        "createInvoice, with: { price: '-1' }",
        "createInvoice",
        "getInvoice, with: { id: 987654321 }",
        "getProfile, signature: wrong",
    ],
    acts: &[
        "pay, with: { invoice: '${o}' }",
        "pay, with: { invoice: '${o}', amount: 0.01 }",
        "confirm, with: { invoice: '${o}' }",
        "drop-transfer, with: { invoice: '${o}' }",
    ],
    spans: &["10s", "2m", "20m", "31m"],
};

/// How fast a receiver answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// At once, or after seconds.
    Plain,
    /// As applications do: every answer takes a while, and each a different one.
    Uneven,
}

/// What the receiver answers for a while.
const ANSWERS: &[&str] =
    &["[500, 200]", "[503, 500, 200]", "[timeout, 200]", "[204]", "[refused, 200]", "[{status: 200, delay: 3s}, 200]", "[reset, 204, 200]"];

impl Receiver {
    /// The same answers from this receiver.
    fn answers(self, listed: &str, draws: &mut Draws) -> String {
        if self == Self::Plain {
            return listed.to_owned();
        }
        let mut uneven = String::new();
        let own = listed.trim_matches(['[', ']']).replace("{status: 200, delay: 3s}", "slow");
        // The last answer is repeated, so several follow it.
        for it in own.split(", ").chain(["200"; 12]) {
            let wait = 3 + draws.below(120);
            let answer = match it {
                "slow" => format!("{{ status: 200, delay: 3{wait:03}ms }}"),
                status if status.parse::<u16>().is_ok() => format!("{{ status: {status}, delay: {wait}ms }}"),
                word => word.to_owned(),
            };
            uneven.push_str(&answer);
            uneven.push_str(", ");
        }
        format!("[{}]", uneven.trim_end_matches(", "))
    }
}

fn trade(slug: &str) -> Trade {
    match slug {
        "quantapay" => QUANTAPAY,
        "qbitpay" => QBITPAY,
        "cryptopay" => CRYPTOPAY,
        "quantum-payouts" => QUANTUM,
        "quoine" => QUOINE,
        _ => panic!("no such provider"),
    }
}

/// The random scenario of that number.
pub fn tape(slug: &str, seed: u64, receiver: Receiver) -> Tape {
    let trade = trade(slug);
    let mut draws = Draws::new(seed, slug, 0);
    let mut yaml = format!("version: 1\nseed: {}\nclock: {{ now: 2025-03-07T10:11:12Z }}\nsteps:\n", 1_000 + seed);
    let mut step = |text: String| {
        writeln!(yaml, "  - {{ {text} }}").expect("text");
    };
    let call = |text: &str| {
        let (name, rest) = text.split_once(',').map_or((text, ""), |(name, rest)| (name, rest));
        format!("call: {slug}.{name}{}{rest}", if rest.is_empty() { "" } else { "," })
    };
    // Before the log begins: objects whose time has passed.
    for n in 70..70 + EARLIER {
        step(call(&trade.makes[0].0.replace("{n}", &n.to_string())));
    }
    step("advance: 4d".to_owned());
    step("advance: 1s".to_owned());
    if receiver == Receiver::Uneven {
        step(format!("receiver: {slug}, respond: {}", receiver.answers("[200]", &mut draws)));
    }
    let mut objects: Vec<String> = Vec::new();
    let pick = |draws: &mut Draws, list: &[&'static str]| list[usize::try_from(draws.below(list.len() as u64)).expect("small")];
    for n in 1..=32 {
        // No two things of the world outside happen at one instant.
        step(format!("advance: {}ms", 101 + draws.below(800)));
        let object = |draws: &mut Draws| objects.get(usize::try_from(draws.below(objects.len().max(1) as u64)).expect("small")).cloned();
        match draws.below(10) {
            0 | 1 => {
                let (text, path) = trade.makes[usize::try_from(draws.below(trade.makes.len() as u64)).expect("small")];
                step(format!("{}, save: o{n}", call(&text.replace("{n}", &n.to_string()))));
                objects.push(format!("o{n}.{path}"));
            }
            2 | 3 => {
                let text = pick(&mut draws, trade.calls);
                match object(&mut draws) {
                    Some(own) => step(call(&text.replace("${o}", &format!("${{{own}}}")))),
                    None if !text.contains("${o}") => step(call(text)),
                    None => {}
                }
            }
            4..=6 => {
                let text = pick(&mut draws, trade.acts);
                let Some(own) = object(&mut draws) else { continue };
                let text = text.replace("${o}", &format!("${{{own}}}"));
                step(format!("act: {slug}.{text}, expect: {{ status: {{ any: true }} }}"));
            }
            7 => {
                let listed = pick(&mut draws, ANSWERS);
                step(format!("receiver: {slug}, respond: {}", receiver.answers(listed, &mut draws)));
            }
            8 if draws.below(3) == 0 => step(format!("rule: {{ on: '{slug}:webhook', when: {{ times: 1 }}, then: {{ duplicate: 2 }} }}")),
            _ => step(format!("advance: {}", pick(&mut draws, trade.spans))),
        }
    }
    step("advance: 3h".to_owned());
    let last = trade.calls.iter().find(|it| !it.contains("${o}")).expect("a call");
    step(call(last));
    Tape { yaml }
}
