//! Every answer and every webhook of a run that exercises all rows of QbitPay, held against the served documents.

use serde_json::{Value as Json, json};

use super::answers::rows_are_played;
use super::run::Run;

const KEY: &str = "Basic cWJpdF90ZXN0X2tleTo=";
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";

fn charge(more: &Json) -> Json {
    with(
        json!({"amount": 100, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://shop.test/charge", "redirectUrl": "https://shop.test/ok"}),
        more,
    )
}

fn payout(more: &Json) -> Json {
    let destination = json!({"type": "bankAccount", "payerName": "A", "bankAccountNum": "1", "bankName": "B"});
    with(json!({"amount": 100, "currency": "USD", "destination": destination}), more)
}

fn with(mut body: Json, more: &Json) -> Json {
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::of("qbitpay", KEY);
    charges(&mut run);
    payouts(&mut run);
    trades(&mut run);
    lists(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    rows_are_played(&run.served, run.contract, &run.seen);
}

/// Every way to pay, and every way through the statuses.
fn charges(run: &mut Run) {
    for (quote, kinds) in
        [("CNY", &["Alipay", "Yunshanfu", "bankAccount"][..]), ("USD", &["PayPal", "bankAccount"]), ("PHP", &["Coins.ph", "GCash"])]
    {
        for kind in kinds {
            let made = run.call("createCharge", &charge(&json!({"quoteCurrency": quote, "paymentType": kind, "baseCurrency": "USDT"})));
            assert_eq!(made["paymentMethod"]["type"], *kind);
        }
    }
    let made = |run: &mut Run| run.call("createCharge", &charge(&json!({"payerName": "Alex"})))["id"].clone();
    for (acts, status) in [
        (&[("fail-charge", json!({}))][..], "cancelled"),
        (&[("buyer-paid", json!({})), ("confirm-charge", json!({}))], "closed"),
        (&[("buyer-paid", json!({})), ("dispute", json!({})), ("close-dispute", json!({"in_favour_of": "buyer"}))], "closed"),
        (&[("buyer-paid", json!({})), ("dispute", json!({})), ("close-dispute", json!({"in_favour_of": "seller"}))], "cancelled"),
    ] {
        let id = made(run);
        for (act, more) in acts {
            run.act(act, &with(json!({"charge": id}), more));
        }
        assert_eq!(run.call("getCharge", &json!({"id": id}))["status"], status);
    }
    let id = made(run);
    assert_eq!(run.call("updateCharge", &json!({"id": id, "status": "buyerPaid"}))["status"], "buyerPaid");
    run.refused("updateCharge", &json!({"id": id, "status": "buyerPaid"}), "wrong_state");
    run.call("listCharges", &json!({"limit": 100, "externalOrderId": "A"}));
}

fn payouts(run: &mut Run) {
    let all = json!({
        "type": "bankAccount", "payerName": "A", "bankAccountNum": "1", "bankName": "B", "bankRoutingNum": "2", "bankDetailName": "C",
        "bankAddr": "D", "swift": "E", "country": "F", "states": "G", "state": "H", "city": "I", "postalCode": "J", "addr": "K",
    });
    let whole = payout(&json!({"destination": all, "description": "a memo", "externalOrderId": "A"}));
    for outcome in ["inTransit", "failed", "cancelled"] {
        let id = run.call("createPayout", &whole)["id"].clone();
        run.act("settle-payout", &json!({"payout": id, "outcome": outcome}));
        assert_eq!(run.call("getPayout", &json!({"id": id}))["status"], outcome);
    }
    run.shop.play("advance 49h");
    let paid = run.call("listPayouts", &json!({"status": "paid"}));
    let destination = paid["data"][0]["destination"]["id"].clone();
    assert_eq!(run.call("listPayouts", &json!({"destination": destination}))["data"].as_array().map(Vec::len), Some(3));
}

fn trades(run: &mut Run) {
    let deposit = run.act("deposit", &json!({"currency": "USDT", "amount": 1000}));
    run.call("listBalanceTransactions", &json!({"status": "pending"}));
    run.act("confirm-deposit", &json!({"deposit": deposit}));
    run.act("deposit", &json!({"currency": "BTC", "amount": 0.5}));
    run.shop.play("advance 3m");
    for side in ["ask", "bid"] {
        run.call("getTicker", &json!({"symbol": "USDT/CNY", "side": side}));
    }
    run.act("set-price", &json!({"symbol": "USDT/CNY", "ask": 7, "bid": 6}));
    let sold = run.call("createOrder", &json!({"symbol": "USDT/CNY", "side": "sell", "amount": 100, "externalOrderId": "A"}));
    assert_eq!(sold["price"], 6.95, "the price that was told");
    run.call("createOrder", &json!({"symbol": "USDT/CNY", "side": "buy", "amount": 1}));
    run.call("getOrder", &json!({"id": sold["id"]}));
    run.call("getAccessToken", &json!({}));
    run.call("showAccount", &json!({}));
    run.call("showBalance", &json!({"currency": "CNY"}));
    run.call("testEvent", &json!({}));
}

fn lists(run: &mut Run) {
    for list in ["listCharges", "listPayouts", "listOrders", "listBalanceTransactions"] {
        let first = run.call(list, &json!({"limit": 1}))["data"][0]["id"].clone();
        run.call(list, &json!({"starting_after": first, "limit": 100}));
        assert_eq!(run.call(list, &json!({"ending_before": first}))["data"], json!([]));
        run.refused(list, &json!({"starting_after": NOBODY}), "invalid_cursor");
        run.refused(list, &json!({"limit": 101, "starting_after": "a", "ending_before": "b"}), "validation_failed");
    }
    let row = run.call("listBalanceTransactions", &json!({"type": "payout"}))["data"][0]["id"].clone();
    run.call("getBalanceTransaction", &json!({"id": row}));
}

/// What every call may be refused with.
fn refusals(run: &mut Run) {
    for one in ["getCharge", "getPayout", "getOrder", "getBalanceTransaction"] {
        run.refused(one, &json!({"id": NOBODY}), "object_not_found");
    }
    run.refused("updateCharge", &json!({"id": NOBODY, "status": "buyerPaid"}), "object_not_found");
    run.refused("updateCharge", &json!({"id": NOBODY, "status": "closed"}), "validation_failed");
    run.refused("getTicker", &json!({"symbol": "USDT/EUR", "side": "ask"}), "object_not_found");
    run.refused("getTicker", &json!({}), "validation_failed");
    run.refused("showBalance", &json!({"currency": "EUR"}), "validation_failed");
    run.refused("createCharge", &charge(&json!({"amount": 4})), "limit_exceeded");
    run.refused("createPayout", &payout(&json!({"currency": "USDT"})), "limit_exceeded");
    run.refused("createPayout", &payout(&json!({"amount": 1_000_000})), "insufficient_balance");
    run.refused("createOrder", &json!({"symbol": "BTC/USD", "side": "sell", "amount": 100}), "insufficient_balance");
    run.refused("createOrder", &json!({"symbol": "PHP/BTC", "side": "buy", "amount": 0.01}), "limit_exceeded");
    for made in ["createCharge", "createPayout", "createOrder"] {
        run.refused(made, &json!({}), "validation_failed");
    }
    for made in ["createCharge", "createPayout", "createOrder", "updateCharge"] {
        let mut broken = run.request(made, &json!({}));
        broken.body = "[1".into();
        run.ask(made, broken);
    }
    run.set(&json!({"webhook_url": null}));
    run.refused("testEvent", &json!({}), "validation_failed");
    run.set(&json!({"webhook_url": crate::tape::SHOP, "permissions": []}));
    let operations = run.contract.operations;
    for row in operations {
        run.refused(row.name, &json!({}), "forbidden");
        run.ask_without_credentials(row.name);
        for server in ["api_error", "bad_gateway", "service_unavailable", "gateway_timeout"] {
            run.ask_for_fault(row.name, server);
        }
    }
    run.set(&json!({"permissions": null, "rate_limit": "enforce"}));
    for _ in 0..20 {
        run.call("showAccount", &json!({}));
    }
    for row in operations {
        run.refused(row.name, &json!({}), "rate_limit_error");
    }
    run.set(&json!({"rate_limit": "off"}));
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("merchant 500");
    run.call("createCharge", &charge(&json!({})));
    run.shop.play("advance until idle");
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=qbitpay");
    let expired = deliveries.iter().rfind(|it| it["event"] == "charge.expired").expect("a delivery");
    assert_eq!(expired["attempts"].as_array().map(Vec::len), Some(run.contract.schedule.waits.len()));
}
