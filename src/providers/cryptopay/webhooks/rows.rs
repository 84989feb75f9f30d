//! The documentation's table of events.

use crate::engine::tables::EventRow;
use crate::kit::evidence::Evidence::{self, Documented};
use crate::providers::cryptopay::wire::{EVENT_BODY, EVENT_HEADERS};

const SIGNED: &str = "X-Webhook-Signature: the HMAC-SHA256 of the body's bytes with the endpoint's secret, in lowercase hexadecimal without a prefix. A webhook to the webhook_url of an order or of the account is signed with the account's secret";

macro_rules! event {
    ($name:literal, $when:literal, $status:literal, $hash:literal, $chain:literal, $times:literal, $evidence:expr) => {
        EventRow {
            name: $name,
            when: $when,
            headers: EVENT_HEADERS,
            body: EVENT_BODY,
            only: &[("data.status", &[$status])],
            signature: SIGNED,
            example: concat!(
                "{\"event\":\"", $name, r#"","data":{"order_id":"ORD-abc123def456","transaction_hash":"#, $hash,
                r#","amount":"100.00","currency":"USDC","blockchain":"base","status":""#, $status, r#"","#, $chain,
                r#","to_address":"0x1234567890123456789012345678901234567890","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","created_at":"2024-01-01T10:00:00Z","#,
                $times, r#","webhook_id":"wh_abc123def456"}"#
            ),
            evidence: $evidence,
        }
    };
}

const NAMED: Evidence = Documented("Webhooks, Webhook Events");

/// Every event.
#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[
    event!("payment.pending", "a transfer to the order is seen", "pending", r#""0xabcdef1234567890...""#, r#""confirmations":0,"block_number":null,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":null},"timestamp":"2024-01-01T10:01:00Z""#, NAMED),
    event!("payment.confirmed", "the transfer has enough confirmations, and is at least the order's amount in its token", "confirmed", r#""0xabcdef1234567890...""#, r#""confirmations":15,"block_number":12345678,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":"2024-01-01T10:15:00Z"},"timestamp":"2024-01-01T10:15:30Z""#, Documented("Webhooks, Webhook Events and Webhook Payload")),
    event!("payment.failed", "the transfer was reverted or rejected, or it has enough confirmations but is too small or in another token", "failed", r#""0xabcdef1234567890...""#, r#""confirmations":0,"block_number":null,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":null},"timestamp":"2024-01-01T10:02:00Z""#, NAMED),
    event!("order.expired", "no transfer was seen in time", "expired", "null", r#""confirmations":0,"block_number":null,"from_address":null"#, r#""confirmed_at":null},"timestamp":"2024-01-01T12:00:00Z""#, NAMED),
];
