//! The page for the payer, and the QR picture.

use serde_json::{Value as Json, json};

use super::{asked, order, ordered};
use crate::tape::{Tape, check};

const PAGE: &str = "GET /cryptopay/order/${order_id}\n";

#[test]
fn a_payer_pays_on_the_page_and_is_sent_back() {
    check(
        "cryptopay/a_payer_pays_on_the_page_and_is_sent_back",
        &[
            order!(1, ",\"redirect_url\":\"https://shop.test/thanks?basket=7#top\""),
            PAGE,
            "with Content-Type: application/x-www-form-urlencoded\nPOST /cryptopay/order/${order_id} amount=nothing\n",
            "with Content-Type: application/x-www-form-urlencoded\nPOST /cryptopay/order/${order_id} amount=\n",
            PAGE,
            "POST /cryptopay/order/${order_id}\nadvance 10s\n",
            PAGE,
            "advance 1m\n",
            PAGE,
        ]
        .concat(),
    );
}

#[test]
fn pages_of_orders_that_have_ended() {
    check(
        "cryptopay/pages_of_orders_that_have_ended",
        &[
            order!(1, ",\"redirect_url\":\"https://shop.test/thanks\""),
            "advance 2h\n",
            PAGE,
            "POST /cryptopay/order/${order_id}\n",
            order!(2, ",\"redirect_url\":\"https://shop.test/thanks\""),
            "act cryptopay.pay order=${order_id} amount=1\nact cryptopay.confirm order=${order_id}\n",
            PAGE,
            order!(3),
            "act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id}\n",
            PAGE,
            "GET /cryptopay/order/ORD-nobodys00000\nGET /cryptopay/order/1\nGET /cryptopay/qr/1\nPUT /cryptopay/order/1\nPOST /cryptopay/qr/1\n",
        ]
        .concat(),
    );
}

#[test]
fn a_page_that_waits_for_blocks_looks_again_by_itself() {
    let mut shop = Tape::shop();
    let order = ordered(&mut shop, 1, &Json::Null);
    let path = format!("/order/{}", order["order_id"].as_str().expect("text"));
    let refresh = |shop: &mut Tape| {
        let page = asked(shop, "GET", &path, "");
        assert!(!page.headers.contains_key("refresh"), "a script follows the page without it");
        let body = String::from_utf8_lossy(&page.body).into_owned();
        body.split_once("http-equiv=\"refresh\" content=\"").map(|it| it.1.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(refresh(&mut shop).as_deref(), Some("30"), "a form that is filled in is left alone for a while");
    shop.admin("POST", "act/cryptopay/pay", &json!({"order": order["id"]}));
    assert_eq!(refresh(&mut shop).as_deref(), Some("5"));
    shop.play("advance 1m");
    assert_eq!(refresh(&mut shop), None);
}

#[test]
fn customers_go_back_with_what_became_of_their_order() {
    let mut shop = Tape::shop();
    for (nonce, url, location) in [
        (1, "https://shop.test/ok", "https://shop.test/ok?order_id=ID&status=confirmed"),
        (2, "https://shop.test/ok?", "https://shop.test/ok?order_id=ID&status=confirmed"),
        (3, "https://shop.test/ok?a=1", "https://shop.test/ok?a=1&order_id=ID&status=confirmed"),
        (4, "https://shop.test/ok?a=1&", "https://shop.test/ok?a=1&order_id=ID&status=confirmed"),
        (5, "https://shop.test/ok#done", "https://shop.test/ok?order_id=ID&status=confirmed#done"),
        (6, "my.shop:paid", "my.shop:paid?order_id=ID&status=confirmed"),
    ] {
        let order = ordered(&mut shop, nonce, &json!({"redirect_url": url}));
        let id = order["order_id"].as_str().expect("text");
        for act in ["pay", "confirm"] {
            shop.admin("POST", &format!("act/cryptopay/{act}"), &json!({"order": id}));
        }
        shop.play("without Authorization");
        let gone = asked(&mut shop, "GET", &format!("/order/{id}"), "");
        assert_eq!((gone.status.as_u16(), gone.headers["location"].to_str().ok()), (303, Some(location.replace("ID", id).as_str())));
    }
}

#[test]
fn the_qr_picture_needs_no_credentials() {
    let mut shop = Tape::shop();
    let order = ordered(&mut shop, 1, &Json::Null);
    shop.play("without Authorization");
    let picture = asked(&mut shop, "GET", &format!("/qr/{}", order["order_id"].as_str().expect("text")), "");
    assert_eq!((picture.status.as_u16(), picture.headers["content-type"].to_str().ok()), (200, Some("image/svg+xml")));
    assert!(picture.body.starts_with(b"<?xml") && picture.body.ends_with(b"</svg>"));
}
