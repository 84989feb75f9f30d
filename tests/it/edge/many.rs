//! Many webhooks to this server's own inboxes: they take turns with other callers, and not the thread's stack.

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{request, send, server};

#[tokio::test(flavor = "multi_thread")]
async fn t16_a_walk_past_thousands_of_webhooks_to_an_own_inbox_arrives() {
    let server = server(Start::default()).await;
    let address = server.address();
    let url = format!("{}/__admin/inbox/shop", server.base_url());
    let target = json!({"webhook_url": url});
    assert_eq!(send(address, request("PATCH", "/__admin/accounts/quantum-payouts/default", &target)).await.status, 200);
    for n in 0..1_000 {
        let body = json!({"orderNumber": format!("A{n}"), "amount": 1, "description": "d", "target": {"pan": "4111111111111111"}});
        assert_eq!(send(address, request("POST", "/quantum-payouts/api/v1/performPayout", &body)).await.status, 200);
    }
    let report = send(address, request("POST", "/__admin/clock/advance", &json!({"by": "1h"}))).await.json();
    assert_eq!((&report["incomplete"], &report["now"]), (&Json::Null, &json!("2026-01-01T01:00:00Z")));
    assert_eq!(report["deliveries_total"], 4_000, "the four events of each payout");
    server.stop().await;
}
