//! Every answer and every webhook of a run that exercises all rows of CryptoPay, held against the served documents.

use std::collections::BTreeSet;

use playmoney::engine::contract::Contract;
use playmoney::kit::http::{Method, Request};
use playmoney::providers;
use serde_json::{Value as Json, json};

use super::answers::rows_are_played;
use super::served::Served;
use crate::tape::Tape;

const SLUG: &str = "cryptopay";
const ADDRESS: &str = "0x1234567890123456789012345678901234567890";

/// A shop whose every answer is judged.
struct Run {
    shop: Tape,
    served: Served,
    contract: &'static Contract,
    seen: BTreeSet<(String, Option<String>)>,
    bearer: String,
    nonce: u64,
}

impl Run {
    fn new() -> Self {
        let contract = providers::all().iter().map(|it| it.contract()).find(|it| it.slug == SLUG).expect("the provider");
        let mut shop = Tape::shop();
        let served = Served::by(&mut shop, SLUG);
        let bearer = contract.credential().expect("a credential").test_value.to_owned();
        Self { shop, served, contract, seen: BTreeSet::new(), bearer, nonce: 0 }
    }

    /// A call whose parameters travel in path, query or body, as its row says.
    fn request(&self, operation: &str, with: &Json) -> Request {
        let row = self.contract.operation(operation).expect("a row");
        let text = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let named = |name: &str| text(with.get(name).unwrap_or(&json!("99")));
        let path = row.path.replace("{id}", &named("id")).replace("{hash}", &named("hash"));
        let members = with.as_object().expect("an object").iter().filter(|it| !["id", "hash"].contains(&it.0.as_str()));
        let (query, body) = if row.method == Method::GET {
            let pairs: Vec<String> = members.map(|(name, it)| format!("{name}={}", text(it))).collect();
            (format!("?{}", pairs.join("&")), String::new())
        } else {
            let body: serde_json::Map<String, Json> = members.map(|(name, it)| (name.clone(), it.clone())).collect();
            (String::new(), Json::Object(body).to_string())
        };
        let request = Request::new(row.method.clone(), &format!("/{SLUG}{path}{query}"), body.into_bytes());
        request.with("Authorization", &format!("Bearer {}", self.bearer)).with("Content-Type", "application/json")
    }

    fn call(&mut self, operation: &str, with: &Json) -> Json {
        let request = self.request(operation, with);
        self.ask(operation, request)
    }

    fn ask(&mut self, operation: &str, request: Request) -> Json {
        let response = self.shop.ask(request);
        let entry = self.shop.sandbox.world().core.journal.entries().last().expect("an entry");
        self.seen.insert((operation.to_owned(), entry.error.as_deref().map(str::to_owned)));
        self.served.judge(operation, &response)
    }

    /// A call whose answer has to be that documented error.
    fn refused(&mut self, operation: &str, with: &Json, error: &str) {
        let answer = self.call(operation, with);
        let row = self.contract.error(error).expect("a row");
        assert_eq!(answer["error"]["code"], row.code, "{operation} {with}: {answer}");
    }

    fn set(&mut self, settings: &Json) {
        let answer = self.shop.admin("PATCH", &format!("accounts/{SLUG}/default"), settings);
        assert!(answer["settings"].is_object(), "{answer}");
    }

    fn act(&mut self, act: &str, with: &Json) -> Json {
        let answer = self.shop.admin("POST", &format!("act/{SLUG}/{act}"), with);
        assert_eq!(answer["action"], act, "{answer}");
        answer
    }

    /// A new order by its order_id.
    fn order(&mut self) -> Json {
        self.nonce += 1;
        let order = json!({"amount": 1.5, "currency": "USDC", "blockchain": "base", "order_info": "[]", "nonce": self.nonce});
        self.call("createPaymentOrder", &order)["data"]["order_id"].clone()
    }
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::new();
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
        let order = run.order();
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
    run.order();
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
    let own = std::mem::replace(&mut run.bearer, String::new());
    let ann = json!({"username": "ann", "password": "correct horse"});
    run.bearer = run.call("login", &ann)["access"].as_str().expect("a token").to_owned();
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
    run.bearer = own;
}

/// What every call may be refused with.
fn refusals(run: &mut Run) {
    let operations = (run.contract.operations)();
    let has = |row: &&&playmoney::engine::contract::Operation, error: &str| row.errors.contains(&error);
    for row in &operations {
        let broken = run.request(row.name, &json!({})).with("Playmoney-Fault", "internal_error");
        run.ask(row.name, broken);
    }
    run.set(&json!({"suspended": true}));
    run.refused("login", &json!({"username": "demo", "password": "demo-password"}), "forbidden");
    for row in operations.iter().filter(|it| has(it, "rate_limited")) {
        run.refused(row.name, &json!({}), "forbidden");
        let mut nobody = run.request(row.name, &json!({}));
        nobody.headers.remove("authorization");
        run.ask(row.name, nobody);
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
    run.order();
    run.shop.play("advance until idle");
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries?provider=cryptopay");
    let expired = deliveries.iter().rfind(|it| it["event"] == "order.expired").expect("a delivery");
    assert_eq!(expired["attempts"].as_array().map(Vec::len), Some(run.contract.schedule.waits.len()));
}
