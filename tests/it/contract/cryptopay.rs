//! Every answer and every webhook of a run that exercises all rows of CryptoPay, held against the served documents.

use serde_json::{Value as Json, json};

use super::answers::rows_are_played;
use super::run::Run;

const ADDRESS: &str = "0x1234567890123456789012345678901234567890";

/// A new order by its `order_id`.
fn order(run: &mut Run) -> Json {
    let nonce = run.shop.sandbox.world().core.log.requests().count() + 1;
    let order = json!({"amount": 1.5, "currency": "USDC", "blockchain": "base", "order_info": "[]", "nonce": nonce});
    run.call("createPaymentOrder", &order)["data"]["order_id"].clone()
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::of("cryptopay", "Bearer cp_test_key");
    users(&mut run);
    orders(&mut run);
    settled(&mut run);
    refusals(&mut run);
    webhooks(&mut run);
    rows_are_played(&run.served, run.contract, &run.seen);
}

fn users(run: &mut Run) {
    let ann = json!({"username": "ann", "email": "ann@shop.test", "password": "correct horse", "shop_name": "Ann's"});
    run.call("register", &ann);
    run.refused("register", &ann, "validation_error");
    let session = run.call("login", &ann);
    run.refused("login", &json!({"username": "ann"}), "validation_error");
    run.refused("login", &json!({"username": "ann", "password": "another"}), "unauthorized");
    run.call("refreshToken", &json!({"refresh": session["refresh"]}));
    run.refused("refreshToken", &json!({"refresh": session["refresh"]}), "unauthorized");
    run.refused("refreshToken", &json!({}), "validation_error");
}

/// Every way through the statuses, looked at from each.
fn orders(run: &mut Run) {
    for list in ["listPaymentOrders", "listTransactions"] {
        run.call(list, &json!({}));
    }
    let acts: [&[(&str, Json)]; 5] = [
        &[("pay", json!({})), ("confirm", json!({"confirmations": 3})), ("confirm", json!({}))],
        &[("pay", json!({"amount": "0.000001"})), ("confirm", json!({}))],
        &[("pay", json!({"currency": "ETH"})), ("fail", json!({}))],
        &[("fail", json!({}))],
        &[("pay", json!({"amount": 7}))],
    ];
    for acts in acts {
        let order = order(run);
        for (act, with) in acts {
            let mut with = with.clone();
            with["order"] = order.clone();
            run.act(act, &with);
            let shown = run.call("getPaymentOrder", &json!({"id": order}));
            let hash = shown["data"]["transaction"]["transaction_hash"].clone();
            if hash.is_string() {
                run.call("getTransaction", &json!({"hash": hash}));
            }
        }
    }
    run.shop.play("advance 4s\nact cryptopay.reorg depth=1 blockchain=base\nadvance 1h");
    order(run);
    run.shop.play("advance 2h");
    for list in ["listPaymentOrders", "listTransactions"] {
        run.call(list, &json!({"page": 2, "page_size": 2, "blockchain": "base"}));
        run.call(list, &json!({"status": "failed"}));
        run.refused(list, &json!({"status": "paid"}), "validation_error");
        run.refused(list, &json!({"page": 9}), "not_found");
    }
    run.refused("createPaymentOrder", &json!({"nonce": 1}), "validation_error");
    run.refused("getPaymentOrder", &json!({}), "not_found");
    run.refused("getTransaction", &json!({}), "not_found");
}

fn settled(run: &mut Run) {
    let ann = json!({"username": "ann", "password": "correct horse"});
    let session = run.call("login", &ann);
    let own = std::mem::replace(&mut run.authorization, format!("Bearer {}", session["access"].as_str().expect("a token")));
    let wallet = json!({"blockchain": "base", "address": ADDRESS});
    let id = run.call("createMerchantWallet", &wallet)["data"]["id"].clone();
    run.refused("createMerchantWallet", &wallet, "validation_error");
    run.call("updateMerchantWallet", &json!({"id": id, "blockchain": "bsc", "address": ADDRESS, "is_active": false}));
    run.refused("updateMerchantWallet", &json!({"id": id}), "validation_error");
    run.refused("updateMerchantWallet", &json!({"id": 1, "blockchain": "bsc", "address": ADDRESS}), "not_found");
    run.call("listMerchantWallets", &json!({}));
    let id = run.call("createWebhookEndpoint", &json!({"url": "http://shop.test/own"}))["data"]["id"].clone();
    run.refused("createWebhookEndpoint", &json!({"url": "nowhere"}), "validation_error");
    run.call("updateWebhookEndpoint", &json!({"id": id, "url": "http://shop.test/own", "events": ["order.expired"], "is_active": false}));
    run.refused("updateWebhookEndpoint", &json!({"id": id, "url": "http://shop.test/own", "events": []}), "validation_error");
    run.refused("updateWebhookEndpoint", &json!({"url": "http://shop.test/own"}), "not_found");
    run.call("listWebhookEndpoints", &json!({"page_size": 1}));
    for list in ["listMerchantWallets", "listWebhookEndpoints"] {
        run.refused(list, &json!({"page": 2}), "not_found");
    }
    run.authorization = own;
}

/// What every call may be refused with.
fn refusals(run: &mut Run) {
    let operations = run.contract.operations;
    let has = |row: &&&playmoney::inside::engine::tables::Operation, error: &str| row.errors.contains(&error);
    for row in operations {
        run.ask_for_fault(row.name, "internal_error");
    }
    run.set(&json!({"suspended": true}));
    run.refused("login", &json!({"username": "demo", "password": "demo-password"}), "forbidden");
    for row in operations.iter().filter(|it| has(it, "rate_limited")) {
        run.refused(row.name, &json!({}), "forbidden");
        run.ask_without_credentials(row.name);
    }
    run.set(&json!({"suspended": false}));
    let session = run.call("login", &json!({"username": "demo", "password": "demo-password"}));
    run.set(&json!({"suspended": true}));
    run.refused("refreshToken", &json!({"refresh": session["refresh"]}), "forbidden");
    run.set(&json!({"suspended": false}));
    for _ in 0..1_000 {
        let list = run.request("listWebhookEndpoints", &json!({}));
        run.shop.ask(list);
    }
    for row in operations.iter().filter(|it| has(it, "rate_limited")) {
        run.refused(row.name, &json!({}), "rate_limited");
    }
    run.set(&json!({"rate_limit": "off"}));
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.shop.play("merchant 500");
    order(run);
    run.shop.play("advance until idle");
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=cryptopay");
    let expired = deliveries.iter().rfind(|it| it["event"] == "order.expired").expect("a delivery");
    assert_eq!(expired["attempts"].as_array().map(Vec::len), Some(run.contract.schedule.waits.len()));
}
