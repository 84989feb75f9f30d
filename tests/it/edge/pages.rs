//! Pages, as a browser asks for them.

use playmoney::inside::engine::start::Start;
use serde_json::json;

use crate::net::{request, send, server};

/// What a browser writes into `Origin` when a page's own form is sent: `null`, once the page hides where it is.
fn origin_of_form(policy: &str, own: &str) -> String {
    if policy == "no-referrer" { "null".to_owned() } else { own.to_owned() }
}

#[tokio::test]
async fn t4_a_page_may_send_its_own_form() {
    let server = server(Start::default()).await;
    let own = server.base_url();
    let create = json!({"orderNumber": "A", "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    let created = send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &create)).await.json();
    let link = created["payoutUrl"].as_str().and_then(|it| it.strip_prefix(&own)).expect("a link to this server").to_owned();
    let login = "/quantum-payouts/index.php?view=login".to_owned();
    for (page, form) in [(link, "pan=4111111111111111"), (login, "username=demo&password=demo-password")] {
        let shown = send(server.address(), request("GET", &page, &json!(null))).await;
        let origin = origin_of_form(shown.header("referrer-policy"), &own);
        let sent = http::Request::post(&page).header("origin", origin).header("content-type", "application/x-www-form-urlencoded");
        let answer = send(server.address(), sent.body(form.to_owned()).expect("a request")).await;
        assert_eq!(answer.status, 303, "{page}: {}", String::from_utf8_lossy(&answer.body));
    }
}
