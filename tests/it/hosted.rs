//! The pages that providers would host: what is stored is shown as text, and the sandbox's bar beneath them does what it says.

use std::fmt::Write as _;

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request, Response};
use playmoney::inside::scenario::{Known, parse};
use serde_json::{Value as Json, json};

use crate::broken::contracts;
use crate::tape::Tape;

mod again;

/// A text that would be markup, script and template, and that turns the direction of what follows.
const HOSTILE: &str = "<b onclick=alert(1)>\"'</script><script>alert(1)</script>{{ 7*7 }}{% raw %}\u{202e}";

/// Objects whose page a browser opens: what is played first, and where the page is.
struct Scene {
    name: &'static str,
    tape: &'static str,
    page: fn(&Tape) -> String,
}

const CHECKOUT: &str = "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&redirect=https%3A%2F%2Fshop.test%2F\n";
const ORDER: &str = r#"
    POST /cryptopay/api/auth/login {"username":"demo","password":"demo-password"}
    POST /cryptopay/api/payment-orders/ {"amount":"25.50","currency":"USDC","blockchain":"base","order_info":"{}","nonce":100}
"#;
const CHARGE: &str = r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
"#;
const PAYOUT: &str = r#"
    set quantum-payouts/default type_when_absent=choose
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok","failUrl":"https://shop.test/no"}}
"#;
const INVOICE: &str = r#"POST /quoine/api/v1/invoices {"price":"500.0","name":"order 1"}
"#;

fn checkout(shop: &Tape) -> String {
    format!("/quantapay/pay.php?checkout_id=cs-{}", shop.noted("session"))
}

fn order(shop: &Tape) -> String {
    format!("/cryptopay/order/{}", shop.noted("order_id"))
}

fn charge(shop: &Tape) -> String {
    shop.noted("page").to_owned()
}

fn payout(shop: &Tape) -> String {
    shop.noted("link").to_owned()
}

fn invoice(_: &Tape) -> String {
    "/quoine/pay/1".to_owned()
}

const fn scene(name: &'static str, tape: &'static str, page: fn(&Tape) -> String) -> Scene {
    Scene { name, tape, page }
}

/// Each state of each page. What stands before the line is made first.
#[rustfmt::skip]
const SCENES: &[(&str, &[Scene])] = &[
    (CHECKOUT, &[
        scene("choose", "", checkout),
        scene("pending", "act quantapay.choose-coin session=cs-${session} cryptocurrency=btc", checkout),
        scene("seen", "act quantapay.pay session=cs-${session} cryptocurrency=eth", checkout),
        scene("done", "act quantapay.pay session=cs-${session} cryptocurrency=eth\nact quantapay.confirm transaction=1", checkout),
        scene("refunded", "act quantapay.pay session=cs-${session} cryptocurrency=eth\nact quantapay.confirm transaction=1\nact quantapay.refund transaction=1", checkout),
        scene("underpaid", "set quantapay/default address_mode=fresh\nact quantapay.pay session=cs-${session} cryptocurrency=btc amount=0.0004\nact quantapay.confirm transaction=1", checkout),
        scene("expired", "act quantapay.choose-coin session=cs-${session} cryptocurrency=btc\nadvance 2h", checkout),
        scene("session expired", "advance 2h", checkout),
    ]),
    (ORDER, &[
        scene("pending", "", order),
        scene("seen", "act cryptopay.pay order=${order_id}", order),
        scene("failed", "act cryptopay.pay order=${order_id}\nact cryptopay.fail order=${order_id}", order),
        scene("confirmed", "act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id}", order),
        scene("expired", "advance 3h", order),
    ]),
    (CHARGE, &[
        scene("pending", "", charge),
        scene("paid", "act qbitpay.buyer-paid charge=${charge}", charge),
        scene("disputed", "act qbitpay.buyer-paid charge=${charge}\nact qbitpay.dispute charge=${charge}", charge),
        scene("arrived", "set qbitpay/default pace=manual\nact qbitpay.buyer-paid charge=${charge}\nact qbitpay.confirm-charge charge=${charge}", charge),
        scene("cancelled", "act qbitpay.fail-charge charge=${charge}", charge),
    ]),
    (PAYOUT, &[
        scene("choose", "", payout),
        scene("created", "set quantum-payouts/default pace=manual\nact quantum-payouts.submit-details orderNumber=A pan=4111111111111111", payout),
        scene("processing", "set quantum-payouts/default pace=manual\nact quantum-payouts.submit-details orderNumber=A pan=4111111111111111\nact quantum-payouts.settle orderNumber=A outcome=processing", payout),
        scene("paid out", "act quantum-payouts.submit-details orderNumber=A pan=4111111111111111\nadvance 1m", payout),
        scene("expired", "advance 1d", payout),
        scene("cancelled", "act quantum-payouts.settle orderNumber=A outcome=cancelled", payout),
    ]),
    (INVOICE, &[
        scene("ready", "", invoice),
        scene("part", "act quoine.pay invoice=1 amount=0.2", invoice),
        scene("unconfirmed", "act quoine.pay invoice=1", invoice),
        scene("captured", "act quoine.pay invoice=1\nact quoine.confirm invoice=1", invoice),
        scene("expired", "advance 1h", invoice),
    ]),
];

fn scenes() -> impl Iterator<Item = (&'static str, &'static Scene)> {
    SCENES.iter().flat_map(|(before, all)| all.iter().map(|it| (*before, it)))
}

fn set(before: &str, scene: &Scene) -> Tape {
    let mut shop = Tape::shop();
    shop.play(before).play(scene.tape);
    shop
}

fn open(shop: &mut Tape, target: &str) -> Response {
    shop.ask(Request::new(Method::GET, target, ""))
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

/// What a template writes for a text.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for it in text.chars() {
        match it {
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '&' => written.push_str("&amp;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#x27;"),
            '/' => written.push_str("&#x2f;"),
            other => written.push(other),
        }
    }
    written
}

fn unescaped(text: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    signs.iter().fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

/// The values of an attribute of the bar's buttons, each beside the button's id.
fn buttons(page: &str) -> Vec<(String, Json)> {
    let of = |it: &str| {
        let (id, rest) = it.split_once("\" data-calls=\"")?;
        let (calls, _) = rest.split_once('"')?;
        Some((id.to_owned(), serde_json::from_str(&unescaped(calls)).expect("JSON")))
    };
    page.split("data-testid=\"bar-").filter_map(of).collect()
}

/// The steps that the bar shows.
fn steps(page: &str) -> Vec<String> {
    page.split("<pre data-testid=\"bar-step-").skip(1).map(|it| unescaped(between(it, ">", "</pre>"))).collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |it| it.1);
    rest.split_once(after).map_or("", |it| it.0)
}

#[test]
fn every_state_of_a_page_has_a_bar_whose_buttons_are_not_refused() {
    let mut told = String::new();
    for (before, scene) in scenes() {
        let mut shop = set(before, scene);
        let target = (scene.page)(&shop);
        let page = text(&open(&mut shop, &target));
        let all = buttons(&page);
        writeln!(told, "{} {}", target.split('/').nth(1).unwrap_or_default(), scene.name).expect("text");
        for (id, calls) in &all {
            let mut own = shop.fork();
            for call in calls.as_array().expect("a list") {
                let body = call[1].to_string();
                let path = format!("/__admin/{}", call[0].as_str().expect("a path"));
                let request = Request::new(Method::POST, &path, body.clone()).with("Content-Type", "application/json");
                let answer = own.ask(request);
                assert_eq!(answer.status, 200, "{} {id}: {path} {body}: {}", scene.name, text(&answer));
            }
            writeln!(told, "  {id} {calls}").expect("text");
        }
        let scenario = format!("version: 1\nname: x\nsteps:\n{}\n", indented(&steps(&page)));
        let contracts = contracts();
        let read = parse("bar.yaml", &scenario, Known { contracts: &contracts, environment: None });
        assert!(read.is_ok(), "{scenario}\n{}", read.err().map_or_else(String::new, |it| it.render(false)));
        assert!(steps(&page).len() >= all.len() && 3 <= all.len(), "{page}");
    }
    crate::tape::snapshot("hosted/bars", &told);
}

fn indented(steps: &[String]) -> String {
    steps.iter().flat_map(|it| it.lines()).map(|it| ["  ", it].concat()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_page_without_its_bar_stays_without_it() {
    for (before, scene) in scenes() {
        let mut shop = set(before, scene);
        let target = (scene.page)(&shop);
        let with = text(&open(&mut shop, &target));
        let joint = if target.contains('?') { '&' } else { '?' };
        let without = text(&open(&mut shop, &format!("{target}{joint}bar=off")));
        assert!(with.contains("data-testid=\"bar\"") && !without.contains("Playmoney"), "{}", scene.name);
        let main = |it: &str| between(it, "<main>", "</main>").to_owned();
        assert_eq!(main(&with), main(&without), "{}", scene.name);
    }
    let mut shop = Tape::shop();
    shop.play(CHECKOUT);
    let target = format!("{}&bar=off", checkout(&shop));
    let request = Request::new(Method::POST, &target, "cryptocurrency=btc").with("Content-Type", "application/x-www-form-urlencoded");
    let chosen = shop.ask(request);
    assert!(chosen.headers["location"].to_str().is_ok_and(|it| it.ends_with("&bar=off")), "{:?}", chosen.headers);
    shop.play("set quantapay/default page_bar=false");
    let target = checkout(&shop);
    assert!(!text(&open(&mut shop, &target)).contains("data-testid=\"bar\""));
    let violations = shop.admin("GET", "violations", &Json::Null);
    assert_eq!(violations["violations"], json!([]), "{violations}");
}

#[test]
fn a_moment_on_a_page_is_for_people_and_exact_in_its_markup() {
    for (before, name, said, exact) in [
        (CHECKOUT, "pending", "UTC, 1 January 2026", "Z\""),
        (ORDER, "pending", "UTC, 1 January 2026", "Z\""),
        (CHARGE, "pending", "UTC, 1 January 2026", "Z\""),
        (PAYOUT, "choose", "(UTC+3), ", "+03:00\""),
        (INVOICE, "ready", "(UTC+9), 1 January 2026", "+09:00\""),
    ] {
        let (_, scene) = scenes().find(|it| it.0 == before && it.1.name == name).expect("a scene");
        let mut shop = set(before, scene);
        let target = (scene.page)(&shop);
        let page = unescaped(&text(&open(&mut shop, &target)));
        let (markup, words) = between(&page, "<time datetime=\"", "</time>").split_once('>').unwrap_or_default();
        assert!(markup.contains(exact) && words.contains(said) && words.as_bytes().get(2) == Some(&b':'), "{markup} {words}");
    }
}

#[test]
fn a_page_in_a_frame_of_another_site_has_no_bar() {
    let mut shop = Tape::shop();
    shop.play(INVOICE);
    for (part, site, has_bar) in [
        ("iframe", "cross-site", false),
        ("embed", "cross-site", false),
        ("iframe", "same-site", true),
        ("iframe", "same-origin", true),
        ("document", "cross-site", true),
    ] {
        let request = Request::new(Method::GET, "/quoine/pay/1", "").with("Sec-Fetch-Dest", part).with("Sec-Fetch-Site", site);
        assert_eq!(text(&shop.ask(request)).contains("data-testid=\"bar\""), has_bar, "{part} {site}");
    }
}

#[test]
fn a_form_gives_back_what_was_sent_and_a_card_may_have_gaps() {
    let sent = |target: &str, body: &str| {
        Request::new(Method::POST, target, body.to_owned()).with("Content-Type", "application/x-www-form-urlencoded")
    };
    let mut shop = Tape::shop();
    shop.play(PAYOUT);
    let target = payout(&shop);
    let refused = text(&shop.ask(sent(&target, "phone=%2B123&bank_id=100000000111&full_name=Ann")));
    for value in ["value=\"+123\"", "value=\"100000000111\"", "value=\"Ann\""] {
        assert!(refused.contains(value), "{value} {refused}");
    }
    assert_eq!(shop.ask(sent(&target, "pan=4111+1111+1111+1111")).status, 303);
}

#[test]
fn on_a_provider_s_own_host_the_bar_has_forms_and_no_buttons() {
    let mut shop = Tape::shop();
    shop.play(INVOICE);
    let request = Request { by_own_host: true, ..Request::new(Method::GET, "/quoine/pay/1", "") };
    let page = text(&shop.ask(request));
    assert!(page.contains("data-testid=\"bar-away\"") && page.contains("data-testid=\"pay-form\""), "{page}");
    assert_eq!(buttons(&page), [], "{page}");
    assert!(!page.contains("__admin/act") && !steps(&page).is_empty(), "no call is shown that leads nowhere: {page}");
}

#[test]
fn a_page_that_waits_is_followed_without_a_script_too() {
    for (before, scene) in scenes() {
        let mut shop = set(before, scene);
        let target = (scene.page)(&shop);
        let answer = open(&mut shop, &target);
        let waits = ["pending", "seen", "ready", "part", "unconfirmed", "paid", "disputed", "arrived", "created", "processing"];
        let page = text(&answer);
        let reloads = page.contains("<noscript><meta http-equiv=\"refresh\" content=\"");
        let chooses = scene.name == "choose" && before == CHECKOUT;
        assert_eq!(reloads, waits.contains(&scene.name) || chooses, "{target} {}", scene.name);
        let is_filled_in = page.contains("data-testid=\"pay-amount\"");
        assert!(!is_filled_in || !page.contains("content=\"5\""), "a form that is filled in is left alone for a while");
        assert_eq!(answer.headers.contains_key("refresh"), scene.name == "done", "{target}");
    }
}

/// Makes an object with that text in all that its page can show.
fn filled(shop: &mut Tape, slug: &str, text: &str) -> Option<String> {
    let (quoted, coded) = (json!(text).to_string(), playmoney::inside::kit::http::encoded(text).into_owned());
    match slug {
        "quantapay" => {
            shop.play(&format!("{}&title={coded}&description={coded}", CHECKOUT.trim_end()));
            shop.admin("GET", "clock", &Json::Null);
            Some(checkout(shop))
        }
        "quoine" => {
            shop.play(&format!("POST /quoine/api/v1/invoices {{\"price\":\"500.0\",\"name\":{quoted}}}"));
            Some(invoice(shop))
        }
        "qbitpay" => {
            shop.play(&CHARGE.replace("\"A\"", &quoted));
            Some(charge(shop))
        }
        "quantum-payouts" => {
            let described = PAYOUT.replace("\"amount\"", &format!("\"description\":{quoted},\"amount\""));
            shop.play(&described);
            Some(payout(shop))
        }
        _ => None,
    }
}

#[test]
fn what_is_stored_is_shown_as_text() {
    for slug in ["quantapay", "quoine", "qbitpay", "quantum-payouts"] {
        let mut found = 0;
        for length in [5_000, 1_000, 255, 140] {
            let long = format!("{HOSTILE}{}", "W".repeat(length - HOSTILE.chars().count()));
            let mut shop = Tape::shop();
            let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| filled(&mut shop, slug, &long)));
            let Ok(Some(target)) = made else { continue };
            let answer = open(&mut shop, &target);
            let page = text(&answer);
            if answer.status != 200 || !page.contains(&escaped(HOSTILE)) {
                continue;
            }
            found = length;
            for bad in ["<b ", "</script><script>alert", "onclick=alert(1)>", "49{%"] {
                assert!(!page.contains(bad), "{slug} {bad}: {page}");
            }
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert!(answer.headers["content-security-policy"].to_str().is_ok_and(|it| !it.contains("unsafe")));
            break;
        }
        assert!(0 < found, "no page of {slug} shows the text");
    }
}

#[test]
fn what_a_browser_sends_comes_back_as_text() {
    let coded = playmoney::inside::kit::http::encoded(HOSTILE);
    let login = format!("username={coded}&password=x");
    let mut shop = Tape::new(Start::default());
    for (target, body) in [
        ("/quantum-payouts/index.php?view=login".to_owned(), login),
        (format!("/quantapay/pay.php?price=5&currency=usd&title={coded}&description={coded}"), "cryptocurrency=gold".to_owned()),
    ] {
        let request = Request::new(Method::POST, &target, body).with("Content-Type", "application/x-www-form-urlencoded");
        let page = text(&shop.ask(request));
        assert!(page.contains(&escaped(HOSTILE)) && !page.contains("<b "), "{page}");
    }
}
