//! A page that is open and that its script asks for again.

use super::*;

/// What a page's script asks for while the page is open.
fn refresh(target: &str) -> Request {
    Request::new(Method::GET, target, "").with("Playmoney-Refresh", "1")
}

#[test]
fn a_page_that_its_script_asks_for_again_is_no_visit() {
    for (before, scene) in scenes() {
        let mut shop = set(before, scene);
        let target = (scene.page)(&shop);
        shop.admin("POST", "rules", &json!({"on": format!("{}.*", target.split('/').nth(1).unwrap_or_default()), "then": {"status": 418}}));
        let (state, tally) = (shop.admin("GET", "state", &Json::Null), shop.sandbox.world().core.log.tally.clone());
        let again = shop.ask(refresh(&target));
        assert_eq!(shop.admin("GET", "state", &Json::Null), state, "{target} {}", scene.name);
        assert_eq!(shop.sandbox.world().core.log.tally.requests, tally.requests, "{target}");
        shop.admin("DELETE", "rules", &Json::Null);
        let visited = open(&mut shop, &target);
        assert_eq!((again.status, text(&again)), (visited.status, text(&visited)), "{target} {}", scene.name);
        assert_eq!(again.headers.get("location"), visited.headers.get("location"));
        assert_ne!(shop.admin("GET", "state", &Json::Null), state, "a visit leaves a trace");
    }
    // Only pages are asked for again: another call with that header is a call.
    let mut shop = Tape::shop();
    shop.ask(refresh("/quoine/api/v1/invoices"));
    assert_eq!(shop.admin("GET", "requests", &Json::Null)["requests"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_portal_page_that_stays_open_does_not_keep_its_session_alive() {
    let mut shop = Tape::shop();
    let login = Request::new(Method::POST, "/quantum-payouts/index.php?view=login", "username=demo&password=demo-password");
    let entered = shop.ask(login.with("Content-Type", "application/x-www-form-urlencoded"));
    let cookie = entered.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    let page = "/quantum-payouts/index.php?view=settings";
    assert_eq!(shop.ask(refresh(page).with("Cookie", &cookie)).status, 200);
    shop.play("advance 20m");
    assert_eq!(shop.ask(refresh(page).with("Cookie", &cookie)).status, 200);
    shop.play("advance 20m");
    assert_eq!(shop.ask(refresh(page).with("Cookie", &cookie)).status, 303);
}
