//! Prices, and orders at them.

use serde_json::{Value as Json, json};

use super::decisions::balance;
use super::{good, told};
use crate::tape::Tape;

#[test]
fn prices_move_with_the_market() {
    let mut shop = Tape::shop();
    let ask = |shop: &mut Tape, symbol: &str| {
        good(shop, "GET", &format!("markets/ticker?symbol={symbol}&side=ask"), &Json::Null)["ask"].to_string()
    };
    for (symbol, price) in [("BTC/CNY", "38737.7"), ("USDT/USD", "1"), ("USD/PHP", "52"), ("BTC/USD", "5730.42899408"), ("PHP/CNY", "0.13")]
    {
        assert_eq!(ask(&mut shop, symbol), price, "{symbol}");
    }
    shop.play("act qbitpay.set-price symbol=USD/CNY ask=7 bid=6.9");
    let charge = |shop: &mut Tape| {
        let body = json!({"amount": 100, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://a", "redirectUrl": "http://b"});
        let made = good(shop, "POST", "charges", &body);
        (made["totalCost"].to_string(), made["baseAmount"].to_string())
    };
    assert_eq!(charge(&mut shop), ("700".to_owned(), "0.01807".to_owned()));
    for (body, why) in [
        (
            json!({"symbol": "EUR/CNY", "ask": 1, "bid": 1}),
            "`EUR/CNY` is not a pair such as BTC/CNY; known currencies: USD, USDT, CNY, PHP, BTC.",
        ),
        (json!({"symbol": "BTC/CNY", "ask": 0, "bid": 1}), "`ask` is a number above 0: the new price that a merchant pays."),
        (json!({"symbol": "BTC/CNY", "ask": 1}), "`bid` is a number above 0: the new price that a merchant gets."),
        (
            json!({"symbol": "BTC/CNY", "ask": 1, "bid": 2_000_000_000}),
            "`ask` and `bid` are above 0 and at most 1000000000, with at most 8 decimals.",
        ),
    ] {
        assert_eq!(shop.admin("POST", "act/qbitpay/set-price", &body)["detail"], why);
    }
}

#[test]
fn an_order_needs_its_money_and_moves_both_balances() {
    let mut shop = Tape::shop();
    let order = |shop: &mut Tape, symbol: &str, side: &str, amount: Json| {
        told(shop, "POST", "orders", &json!({"symbol": symbol, "side": side, "amount": amount}))
    };
    assert_eq!(order(&mut shop, "BTC/USD", "sell", json!(0.1)).1["message"], "Insufficient balance");
    assert_eq!(order(&mut shop, "BTC/USD", "buy", json!(2)).0, 402, "it costs more than there is");
    let (status, bought) = order(&mut shop, "BTC/USD", "buy", json!(1));
    assert_eq!((status, &bought["totalCost"], &bought["fee"], &bought["status"]), (200, &json!(5730.43), &json!(0), &json!("closed")));
    assert_eq!(balance(&mut shop, "USD").0, json!(4269.57));
    assert_eq!(balance(&mut shop, "BTC").0, json!(1));
    assert_eq!(order(&mut shop, "BTC/USD", "sell", json!(1)).0, 200);
    assert_eq!((balance(&mut shop, "USD").0, balance(&mut shop, "BTC").0), (json!(10_000), json!(0)));
    assert_eq!(order(&mut shop, "PHP/BTC", "buy", json!(0.01)).1["message"], "Amount is worth nothing in BTC");
    assert_eq!(order(&mut shop, "USD/USD", "buy", json!(1)).0, 400);
    let id = bought["id"].as_str().expect("an id").to_owned();
    let rows = good(&mut shop, "GET", &format!("balanceTransactions?source={id}&type=order"), &Json::Null)["data"].clone();
    let nets: Vec<_> = rows.as_array().expect("a page").iter().map(|it| (it["currency"].clone(), it["net"].clone())).collect();
    assert_eq!(nets, [(json!("USD"), json!(-5730.43)), (json!("BTC"), json!(1))]);
}
