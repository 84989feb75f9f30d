//! What is asked of both servers, and the goal of each operation: how many times the bare server's CPU time it may take.

use super::process::Process;
use super::{load, merchant};

/// Payouts, charges, orders and invoices that exist before anything is measured, and that are asked for.
pub const KNOWN: u64 = 10_000;

/// Hundredths of the bare server's CPU time.
const CREATE: Option<u64> = Some(300);
const READ: Option<u64> = Some(200);
const BALANCES: Option<u64> = Some(250);

/// Each operation by its name, and its goal.
pub const OPERATIONS: [(&str, Option<u64>); 12] = [
    ("createPayout", CREATE),
    ("getPayoutStatus", READ),
    ("features", READ),
    ("create-checkout-session", CREATE),
    ("get-balances", BALANCES),
    ("createCharge", CREATE),
    ("getCharge", READ),
    ("listCharges?limit=1", READ),
    ("createPaymentOrder", CREATE),
    ("login", None),
    ("createInvoice", CREATE),
    ("getInvoice", READ),
];

/// What the client knows of what it has made: numbers are counted, a charge has an id of its own.
pub struct Known {
    charges: Vec<String>,
}

impl Known {
    /// Makes on a server what is asked for later.
    pub fn made(server: &Process) -> Self {
        let mut known = Self { charges: Vec::new() };
        // The calls are counted and the count is shown, but none is refused.
        load::answer(server.address, &control("PATCH", "accounts/cryptopay/default", r#"{"rate_limit":"headers"}"#));
        for operation in ["createPayout", "createPaymentOrder", "createInvoice"] {
            load::answers(server.address, (0..KNOWN).map(|n| known.request(operation, n)));
        }
        let charges = load::answers(server.address, (0..KNOWN).map(|n| known.request("createCharge", n)));
        known.charges = charges.iter().map(|it| id_of(it)).collect();
        known
    }

    /// The same after a reset, so that each round finds the sandbox as the round before found it, and none fills it.
    pub fn again(server: &Process) -> Self {
        load::answer(server.address, &control("POST", "reset", "{}"));
        Self::made(server)
    }

    /// The same bytes for both servers. No two requests share a number: it names what is made, and it is each
    /// signature's NONCE.
    pub fn request(&self, operation: &str, n: u64) -> Vec<u8> {
        let any = n * 7919 % KNOWN;
        match operation {
            "create-checkout-session" => written(&merchant::quantapay(operation, &merchant::checkout(n))),
            "get-balances" => written(&merchant::quantapay(operation, "")),
            "createCharge" => written(&merchant::qbitpay("charges", merchant::charge(n))),
            "getCharge" => {
                let id = &self.charges[usize::try_from(any).expect("small")];
                written(&merchant::qbitpay(&format!("charges/{id}"), String::new()))
            }
            "listCharges?limit=1" => written(&merchant::qbitpay("charges?limit=1", String::new())),
            "createPaymentOrder" => written(&merchant::cryptopay("payment-orders/", merchant::order(n))),
            "login" => written(&merchant::cryptopay("auth/login", r#"{"username":"demo","password":"demo-password"}"#.to_owned())),
            "createInvoice" => written(&merchant::quoine("invoices", merchant::invoice(n), n)),
            "getInvoice" => written(&merchant::quoine(&format!("invoices/{}", any + 1), String::new(), n)),
            "getPayoutStatus" => payout(operation, &format!("ORDER_{any}")),
            "createPayout" => payout(operation, &format!("ORDER_{n}")),
            _ => payouts(operation, ""),
        }
    }
}

/// A request about a payout of that order number.
pub fn payout(operation: &str, order: &str) -> Vec<u8> {
    let body = if operation == "createPayout" {
        format!(
            r#"{{"orderNumber":"{order}","amount":150000,"description":"Payout for an order","sessionTimeoutSecs":1800,"type":"card","urls":{{"returnUrl":"https://your-site.com/success","failUrl":"https://your-site.com/fail"}}}}"#
        )
    } else {
        format!(r#"{{"orderNumber":"{order}"}}"#)
    };
    payouts(operation, &body)
}

/// A call of the control API.
pub fn control(method: &str, below: &str, body: &str) -> Vec<u8> {
    let head = format!("Host: 127.0.0.1:4242\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
    format!("{method} /__admin/{below} HTTP/1.1\r\n{head}\r\n\r\n{body}").into_bytes()
}

/// The id in an answer's body.
fn id_of(answer: &[u8]) -> String {
    let body = String::from_utf8_lossy(answer);
    let body = body.split_once("\r\n\r\n").expect("a head").1;
    let object: serde_json::Value = serde_json::from_str(body).expect("an answer is JSON");
    object["id"].as_str().expect("an id").to_owned()
}

/// A request of Quantum Payouts.
pub fn payouts(operation: &str, body: &str) -> Vec<u8> {
    let head = "Host: 127.0.0.1:4242\r\nUser-Agent: playmoney-bench/1\r\nAuthorization: Bearer qm_test_token\r\nAccept: application/json; version=1.0\r\n";
    let (method, length) = if body.is_empty() {
        ("GET", String::new())
    } else {
        ("POST", format!("Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n", body.len()))
    };
    format!("{method} /quantum-payouts/api/v1/{operation} HTTP/1.1\r\n{head}{length}\r\n{body}").into_bytes()
}

/// A request of another provider, as it goes over the wire.
fn written(asked: &merchant::Asked) -> Vec<u8> {
    let method = if asked.body.is_empty() { "GET" } else { "POST" };
    let headers = asked.headers.iter().fold(String::new(), |head, (name, value)| head + name + ": " + value + "\r\n");
    format!("{method} {} HTTP/1.1\r\n{headers}\r\n{}", asked.target, asked.body).into_bytes()
}
