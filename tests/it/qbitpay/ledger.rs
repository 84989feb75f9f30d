//! The ledger and its pages, as a merchant reads them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::good;
use crate::tape::Tape;

/// Every item of a list, newest first, by pages of that size.
pub fn walked(shop: &mut Tape, list: &str, limit: usize) -> Vec<Json> {
    let mut all: Vec<Json> = Vec::new();
    loop {
        let after = all.last().map_or(String::new(), |it| format!("&starting_after={}", it["id"].as_str().expect("an id")));
        let separator = if list.contains('?') { '&' } else { '?' };
        let page = good(shop, "GET", &format!("{list}{separator}limit={limit}{after}"), &Json::Null);
        let page = page["data"].as_array().expect("a page").clone();
        all.extend(page.iter().cloned());
        if page.len() < limit {
            return all;
        }
    }
}

/// An amount as it is written, without floats.
fn amount(value: &Json) -> Decimal {
    value.to_string().parse().expect("a number")
}

/// I5: each balance is the sum of its rows, pending ones and available ones; each row's net is its amount less its fee;
/// nothing available is below zero.
pub fn balances_are_the_sums_of_their_rows(shop: &mut Tape) {
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for row in walked(shop, "balanceTransactions", 100) {
        let net = amount(&row["net"]);
        assert_eq!(net, amount(&row["amount"]) - amount(&row["fee"]), "{row}");
        let text = |name: &str| row[name].as_str().expect("text").to_owned();
        *sums.entry((text("currency"), text("status"))).or_default() += net;
    }
    for currency in ["USD", "USDT", "CNY", "PHP", "BTC"] {
        let balance = good(shop, "GET", &format!("balances/show?currency={currency}"), &Json::Null);
        for status in ["available", "pending"] {
            let sum = sums.get(&(currency.to_owned(), status.to_owned())).copied().unwrap_or_default();
            assert_eq!(amount(&balance[status]), sum, "{status} {currency}");
        }
        assert!(Decimal::ZERO <= amount(&balance["available"]), "{balance}");
    }
}

#[test]
fn pages_of_every_filter_are_exact_within_one_instant() {
    let mut shop = Tape::shop();
    let payout = r#"POST /qbitpay/api/v1/payouts {"amount":1,"currency":"USD","destination":{"payerName":"A","bankAccountNum":"N","bankName":"B","type":"bankAccount"}}"#;
    for n in 0..150 {
        shop.play(&payout.replace("\"N\"", &format!("\"{}\"", n % 3)));
        if n % 5 == 0 {
            shop.play("act qbitpay.settle-payout payout=${payout} outcome=failed");
        }
    }
    let all = walked(&mut shop, "payouts", 7);
    assert_eq!(all.len(), 150);
    let one = all[0]["destination"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(walked(&mut shop, &format!("payouts?destination={one}"), 4).len(), 50);
    let failed = walked(&mut shop, &format!("payouts?destination={one}&status=failed"), 3);
    assert_eq!(failed.len(), 10);
    assert!(failed.iter().all(|it| it["status"] == "failed" && it["destination"]["id"] == *one));
    assert_eq!(walked(&mut shop, "payouts?status=failed", 9).len(), 30);
    assert_eq!(walked(&mut shop, "balanceTransactions?type=payout_failure&status=available", 8).len(), 30);
    balances_are_the_sums_of_their_rows(&mut shop);
}
