//! Lists: filters, links, and pages that nonsense asks for.

use serde_json::{Value as Json, json};

use super::{answer, ordered, served};
use crate::tape::Tape;

/// Orders in every status, on two chains and in two tokens: nonces 1 to 12.
fn shop() -> Tape {
    let mut shop = Tape::shop();
    for nonce in 1..=12 {
        let (chain, token) = [("base", "USDC"), ("ethereum", "USDC"), ("base", "ETH")][usize::try_from(nonce).expect("small") % 3];
        let order = ordered(&mut shop, nonce, &json!({"blockchain": chain, "currency": token}));
        let acts: &[(&str, Json)] = match nonce {
            1..=3 => &[],
            4..=6 => &[("pay", json!({})), ("confirm", json!({}))],
            7..=9 => &[("pay", json!({"amount": 1})), ("confirm", json!({}))],
            _ => &[("pay", json!({}))],
        };
        for (act, with) in acts {
            let mut with = with.clone();
            with["order"] = order["order_id"].clone();
            shop.admin("POST", &format!("act/cryptopay/{act}"), &with);
        }
    }
    shop
}

fn page(shop: &mut Tape, target: &str, name: &str) -> (u64, Vec<Json>) {
    let list = served(shop, "GET", &format!("/api/{target}"), &Json::Null);
    let results = list["results"].as_array().expect("a page").iter().map(|it| it[name].clone());
    (list["count"].as_u64().expect("a count"), results.collect())
}

#[test]
fn filters_of_orders_go_together() {
    let mut shop = shop();
    for (query, nonces) in [
        ("", &[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1][..]),
        ("status=pending", &[12, 11, 10, 3, 2, 1]),
        ("status=confirmed", &[6, 5, 4]),
        ("status=failed", &[9, 8, 7]),
        ("status=expired", &[]),
        ("blockchain=ethereum", &[10, 7, 4, 1]),
        ("currency=ETH", &[11, 8, 5, 2]),
        ("currency=USDC&blockchain=base", &[12, 9, 6, 3]),
        ("currency=DAI", &[]),
        ("status=pending&blockchain=base&currency=ETH", &[11, 2]),
        ("status=failed&blockchain=ethereum&currency=USDC&shop=7", &[7]),
        ("status=pending&page_size=2&page=3", &[2, 1]),
    ] {
        let count = if query.contains("page") { 6 } else { nonces.len() as u64 };
        let expected = nonces.iter().map(|it| json!(it)).collect();
        assert_eq!(page(&mut shop, &format!("payment-orders/?{query}"), "nonce"), (count, expected), "{query}");
    }
    shop.play("advance 2h");
    let all = |numbers: &[u64]| numbers.iter().map(|it| json!(it)).collect::<Vec<_>>();
    assert_eq!(page(&mut shop, "payment-orders/?status=expired", "nonce"), (3, all(&[3, 2, 1])));
    assert_eq!(page(&mut shop, "payment-orders/?status=pending", "nonce"), (0, Vec::new()));
    assert_eq!(page(&mut shop, "payment-orders/?status=confirmed", "nonce"), (6, all(&[12, 11, 10, 6, 5, 4])));
}

#[test]
fn filters_of_transactions_go_together() {
    let mut shop = shop();
    let order = served(&mut shop, "GET", "/api/payment-orders/8/", &Json::Null)["data"]["order_id"].clone();
    let order = order.as_str().expect("text");
    for (query, ids) in [
        (String::new(), &[9, 8, 7, 6, 5, 4, 3, 2, 1][..]),
        ("status=confirmed".to_owned(), &[3, 2, 1]),
        ("status=pending&blockchain=base".to_owned(), &[9, 8]),
        ("blockchain=polygon".to_owned(), &[]),
        (format!("order_id={order}"), &[5]),
        (format!("order_id={order}&status=failed&blockchain=base"), &[5]),
        (format!("order_id={order}&status=pending"), &[]),
        (format!("order_id={order}&blockchain=bsc"), &[]),
        ("order_id=1".to_owned(), &[]),
        ("order_id=ORD-nobodys".to_owned(), &[]),
    ] {
        let expected: Vec<Json> = ids.iter().map(|it| json!(it)).collect();
        assert_eq!(page(&mut shop, &format!("transactions/?{query}"), "id"), (ids.len() as u64, expected), "{query}");
    }
}

#[test]
fn a_filter_that_means_nothing_is_refused() {
    let mut shop = Tape::shop();
    for (target, details) in [
        ("payment-orders/?status=paid", json!({"status": ["\"paid\" is not a valid choice"]})),
        (
            "payment-orders/?status=paid&blockchain=x&currency=y",
            json!({"status": ["\"paid\" is not a valid choice"], "blockchain": ["\"x\" is not a valid choice"], "currency": ["\"y\" is not a valid choice"]}),
        ),
        ("transactions/?status=expired", json!({"status": ["\"expired\" is not a valid choice"]})),
        ("transactions/?blockchain=BASE", json!({"blockchain": ["\"BASE\" is not a valid choice"]})),
    ] {
        let (status, refusal) = answer(&mut shop, "GET", &format!("/api/{target}"), "");
        assert_eq!((status, &refusal["error"]["details"]), (400, &details), "{target}");
    }
}

#[test]
fn nonsense_in_page_and_page_size() {
    let mut shop = shop();
    for (query, seen) in [
        ("page_size=0", 12),
        ("page_size=-1", 12),
        ("page_size=many", 12),
        ("page_size=99999999999999999999", 12),
        ("page_size=", 12),
        ("page_size=3", 3),
    ] {
        assert_eq!(page(&mut shop, &format!("payment-orders/?{query}"), "id").1.len(), seen, "{query}");
    }
    for query in ["page=2", "page=0", "page=-1", "page=last", "page=1.5", "page=", "page=4294967297", "page=99999999999999999999"] {
        let (status, refusal) = answer(&mut shop, "GET", &format!("/api/payment-orders/?{query}"), "");
        assert_eq!((status, &refusal["error"]["message"]), (404, &json!("Invalid page.")), "{query}");
    }
}

#[test]
fn links_keep_what_else_was_asked() {
    let mut shop = shop();
    let list = served(&mut shop, "GET", "/api/payment-orders/?status=pending&page=2&page_size=2&blockchain=base&shop=A%26B", &Json::Null);
    let path = |page: u32| format!("/cryptopay/api/payment-orders/?blockchain=base&page={page}&page_size=2&shop=A%26B&status=pending");
    assert_eq!((&list["count"], &list["next"], &list["previous"]), (&json!(4), &json!(null), &json!(path(1))));
    let list = served(&mut shop, "GET", path(1).trim_start_matches("/cryptopay"), &Json::Null);
    assert_eq!((&list["next"], &list["previous"]), (&json!(path(2)), &json!(null)));
    let wallets = served(&mut shop, "GET", "/api/merchant-wallets/?page_size=2&page=2", &Json::Null);
    let link = |page: u32| json!(format!("/cryptopay/api/merchant-wallets/?page={page}&page_size=2"));
    assert_eq!((&wallets["count"], &wallets["next"], &wallets["previous"]), (&json!(5), &link(3), &link(1)));
    assert_eq!(wallets["results"].as_array().map(Vec::len), Some(2));
}

#[test]
fn links_go_below_the_sandbox_and_the_host_that_was_called() {
    let start = playmoney::inside::engine::start::Start { name: "checkout-7".to_owned(), ..Default::default() };
    let mut shop = Tape::new(start);
    let key = shop.admin("GET", "accounts/cryptopay/default", &Json::Null)["credentials"]["api_key"].clone();
    let key = key.as_str().expect("a key").to_owned();
    for by_own_host in [false, true] {
        for nonce in [1, 2] {
            let body = json!({"amount": "1", "currency": "USDC", "blockchain": "base", "order_info": "1", "nonce": nonce + i32::from(by_own_host) * 2});
            shop.play(&format!("with Authorization: Bearer {key}"));
            let mut request = super::request(&mut shop, "POST", "/api/payment-orders/", &body.to_string());
            (request.by_own_host, request.origin) = (by_own_host, "http://pay.cryptopay.com".to_owned());
            assert_eq!(shop.ask(request).status, 201);
        }
        shop.play(&format!("with Authorization: Bearer {key}"));
        let mut request = super::request(&mut shop, "GET", "/api/payment-orders/?page_size=1", "");
        (request.by_own_host, request.origin) = (by_own_host, "http://pay.cryptopay.com".to_owned());
        let list: Json = serde_json::from_slice(&shop.ask(request).body).expect("JSON");
        let prefix = if by_own_host { "/s/checkout-7" } else { "/s/checkout-7/cryptopay" };
        let order = &list["results"][0];
        let id = order["order_id"].as_str().expect("text");
        assert_eq!(list["next"], format!("{prefix}/api/payment-orders/?page=2&page_size=1"));
        assert_eq!(order["qr_code_url"], format!("{prefix}/qr/{id}"));
        assert_eq!(order["payment_url"], format!("http://pay.cryptopay.com{prefix}/order/{id}"));
        let acted = shop.admin("POST", "act/cryptopay/pay", &json!({"order": id}));
        assert_eq!(acted["object"]["payment_url"], order["payment_url"], "as its merchant called when it was made");
    }
}
