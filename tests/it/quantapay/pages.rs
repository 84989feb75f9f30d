//! The payer's page, as a browser without scripts uses it.

use playmoney::inside::kit::http::{Method, Request, Response};

use super::served;
use crate::tape::{Tape, check};

fn browse(shop: &mut Tape, method: Method, target: &str, body: &str) -> Response {
    let request = Request::new(method, target, body.as_bytes().to_vec());
    shop.ask(request.with("Content-Type", "application/x-www-form-urlencoded"))
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

#[test]
fn a_payer_chooses_cancels_chooses_again_and_pays() {
    check(
        "quantapay/a_payer_chooses_cancels_chooses_again_and_pays",
        "
        POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&title=Shoes+%26+%3Cb%3E&description=Two
        GET /quantapay/pay.php?checkout_id=cs-${session}
        POST /quantapay/pay.php?checkout_id=cs-${session} cryptocurrency=gold
        POST /quantapay/pay.php?checkout_id=cs-${session} cryptocurrency=ltc
        POST /quantapay/pay.php?checkout_id=cs-${session} do=cancel
        POST /quantapay/pay.php?checkout_id=cs-${session} cryptocurrency=sol
        POST /quantapay/pay.php?checkout_id=cs-${session} do=pay&amount=x
        POST /quantapay/pay.php?checkout_id=cs-${session} do=pay
        POST /quantapay/pay.php?checkout_id=cs-${session} do=cancel
        GET /quantapay/pay.php?checkout_id=cs-${session}
        act quantapay.refund transaction=2
        advance 2s
        act quantapay.refund transaction=2
        GET /quantapay/pay.php?checkout_id=cs-${session}
        ",
    );
}

#[test]
fn a_price_in_the_address_begins_a_checkout() {
    let mut shop = Tape::shop();
    let target = "/quantapay/pay.php?price=20&currency=eur&external_reference=A%2F1&redirect=https%3A%2F%2Fshop.test%2F&title=T&pay=doge&cloud=qp_test_key&plugin=x&lang=en";
    let page = browse(&mut shop, Method::GET, target, "");
    assert_eq!(page.status, 200);
    assert!(text(&page).contains("data-testid=\"coin-doge\" selected"), "{}", text(&page));
    let chosen = browse(&mut shop, Method::POST, target, "cryptocurrency=doge");
    assert_eq!(chosen.status, 303);
    let location = chosen.headers["location"].to_str().expect("text").replace("http://127.0.0.1:4242", "");
    assert!(text(&browse(&mut shop, Method::GET, &location, "")).contains("data-panel=\"pending\""));
    let row = served(&mut shop, "get-transaction", &[("transaction_id", "1")]);
    assert_eq!(
        (row["external_reference"].as_str(), row["currency"].as_str(), row["title"].as_str()),
        (Some("A/1"), Some("eur"), Some("T"))
    );
    for wrong in ["price=0&currency=eur", "price=1", "price=1&currency=eur&cloud=wrong", "checkout_id=x", ""] {
        let page = browse(&mut shop, Method::GET, &format!("/quantapay/pay.php?{wrong}"), "");
        assert_eq!((page.status.as_u16(), text(&page).contains("No such payment")), (404, true), "{wrong}");
    }
}

#[test]
fn a_link_opens_the_page_its_picture_and_nothing_else() {
    let mut shop = Tape::shop();
    served(&mut shop, "create-transaction", &[("amount", "20"), ("cryptocurrency_code", "btc")]);
    let link = served(&mut shop, "payment-link", &[("transaction_id", "1")]);
    let target = link.as_str().expect("a link").replace("http://127.0.0.1:4242", "");
    let page = browse(&mut shop, Method::GET, &target, "");
    assert!(text(&page).contains("data-panel=\"pending\""));
    assert!(!page.headers.contains_key("refresh"), "a script follows the page without it");
    let picture = browse(&mut shop, Method::GET, &format!("{target}&qr=1"), "");
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    let forged = format!("{}0", &target[..target.len() - 1]);
    for wrong in [forged.as_str(), "/quantapay/pay.php?id=1", "/quantapay/pay.php?id="] {
        let page = browse(&mut shop, Method::GET, wrong, "");
        assert_eq!((page.status.as_u16(), page.headers["content-type"].to_str().ok()), (200, Some("text/plain; charset=utf-8")), "{wrong}");
    }
    assert_eq!(browse(&mut shop, Method::POST, &target, "do=pay&amount=0.00000001").status, 303, "no transaction recognises it");
    assert_eq!(browse(&mut shop, Method::POST, &target, "do=pay").status, 303);
    assert_eq!(browse(&mut shop, Method::POST, &target, "do=pay").status, 400, "its transfer has been seen");
    assert_eq!(browse(&mut shop, Method::DELETE, &target, "").status, 404);
}

#[test]
fn a_shop_that_is_paid_gets_its_customer_back() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default confirmations=0");
    let made = served(&mut shop, "create-checkout-session", &[("price", "20"), ("currency", "USD"), ("redirect", "https://shop.test/ok")]);
    let session = made["session_id"].as_str().expect("text");
    let target = format!("/quantapay/pay.php?checkout_id=cs-{session}");
    browse(&mut shop, Method::POST, &target, "cryptocurrency=usdc");
    browse(&mut shop, Method::POST, &target, "do=pay");
    let page = browse(&mut shop, Method::GET, &target, "");
    let refresh = page.headers["refresh"].to_str().expect("text");
    assert!(refresh.starts_with("3; url=https://shop.test/ok?transaction_id=1&amount=20&address=0x"), "{refresh}");
    assert!(refresh.ends_with("&cryptocurrency=usdc&external_reference="), "{refresh}");
}

#[test]
fn the_redirect_has_plain_what_an_address_may_have_plain() {
    let mut shop = Tape::shop();
    let target =
        "/quantapay/pay.php?price=49.99&currency=usd&external_reference=A-1_b.c~d+e&redirect=https%3A%2F%2Fshop.test%2F&cloud=qp_test_key";
    let chosen = browse(&mut shop, Method::POST, target, "cryptocurrency=eth");
    let location = chosen.headers["location"].to_str().expect("text").replace("http://127.0.0.1:4242", "");
    shop.play("act quantapay.pay transaction=1");
    shop.play("advance 36s");
    let page = browse(&mut shop, Method::GET, &location, "");
    let refresh = page.headers["refresh"].to_str().expect("text");
    assert!(refresh.contains("&amount=0.025&") && refresh.ends_with("&external_reference=A-1_b.c~d%20e"), "{refresh}");
}

const OWN: &str = "/quantapay/pay.php?checkout_id=shop-1001&price=49.99&currency=usd&external_reference=abc&redirect=http%3A%2F%2F127.0.0.1%2Fdone&cloud=qp_test_key&note=n";

#[test]
fn a_shop_names_its_checkout_itself() {
    let mut shop = Tape::shop();
    assert_eq!(browse(&mut shop, Method::GET, OWN, "").status, 200);
    assert_eq!(browse(&mut shop, Method::POST, OWN, "cryptocurrency=eth").status, 303);
    assert!(text(&browse(&mut shop, Method::GET, OWN, "")).contains("data-panel=\"pending\""), "the link finds the checkout");
    let open = "/quantapay/pay.php?checkout_id=shop-1001";
    assert!(text(&browse(&mut shop, Method::GET, open, "")).contains("data-panel=\"pending\""), "without the price too");
    shop.play("act quantapay.pay transaction=1\nadvance 1h");
    let told: serde_json::Value = serde_json::from_slice(&shop.posted.last().expect("a webhook").body).expect("JSON");
    assert_eq!(
        (&told["transaction"]["external_reference"], &told["transaction"]["checkout_id"]),
        (&"abc".into(), &serde_json::Value::Null)
    );
    assert!(text(&browse(&mut shop, Method::GET, OWN, "")).contains("data-panel=\"done\""), "it is paid for ever");
    let listed = served(&mut shop, "get-transactions", &[("checkout_id", "shop-1001")]);
    assert_eq!(listed[0]["id"], "1");
    for wrong in ["cs-cs_00000000000000000000", "cs_00000000000000000000", ""] {
        let target = OWN.replace("shop-1001", wrong);
        assert_eq!(browse(&mut shop, Method::GET, &target, "").status, 404, "{wrong}");
    }
    assert_eq!(browse(&mut shop, Method::GET, &OWN.replace("shop-1001", &"x".repeat(101)), "").status, 404);
}

#[test]
fn an_own_id_is_shown_and_belongs_to_one_merchant() {
    let mut shop = Tape::shop();
    super::second_merchant(&mut shop, "other", "qp_other");
    let link = "/quantapay/pay.php?checkout_id=shop-1001&price=5&currency=usd";
    assert_eq!(browse(&mut shop, Method::POST, link, "cryptocurrency=eth").status, 303);
    let foreign = format!("{link}&cloud=qp_other");
    assert!(text(&browse(&mut shop, Method::GET, &foreign, "")).contains("data-testid=\"coin-eth\""), "another merchant's begins anew");
    let row = served(&mut shop, "get-transaction", &[("transaction_id", "1")]);
    assert_eq!(row["checkout_id"], "shop-1001");
    shop.play("restart");
    assert!(text(&browse(&mut shop, Method::GET, link, "")).contains("data-panel=\"pending\""));
    shop.play("advance 1h");
    assert!(text(&browse(&mut shop, Method::GET, link, "")).contains("data-testid=\"coin-eth\""), "after the hour it begins anew");
    assert_eq!(browse(&mut shop, Method::POST, link, "cryptocurrency=btc").status, 303);
    assert_eq!(served(&mut shop, "get-transactions", &[("checkout_id", "shop-1001")])[0]["id"], "2", "the latest of that id");
}
