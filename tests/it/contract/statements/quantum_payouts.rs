//! Quantum Payouts: calls, page, webhooks and errors.

use super::By::{Action, Call, Decision, Host, Rule, Setting, Time};
use super::Row;

macro_rules! create {
    ($then:literal) => {
        concat!(
            "POST /quantum-payouts/api/v1/createPayout {\"orderNumber\":\"ORDER-12345\",\"amount\":150000,\"description\":\"d\",",
            "\"sessionTimeoutSecs\":1800,\"type\":\"card\",",
            "\"urls\":{\"returnUrl\":\"https://shop.test/ok\",\"failUrl\":\"https://shop.test/no\"}}\n",
            $then
        )
    };
}
macro_rules! perform {
    ($then:literal) => {
        concat!(
            "POST /quantum-payouts/api/v1/performPayout {\"orderNumber\":\"ORDER-12345\",\"amount\":150000,",
            "\"description\":\"d\",\"target\":{\"pan\":\"4111111111111111\"}}\n",
            $then
        )
    };
}
macro_rules! one {
    () => {
        "GET /quantum-payouts/api/v1/features\n"
    };
}
macro_rules! ten {
    () => {
        concat!(one!(), one!(), one!(), one!(), one!(), one!(), one!(), one!(), one!(), one!())
    };
}
macro_rules! portal {
    ($then:literal) => {
        concat!(
            "with Content-Type: application/x-www-form-urlencoded\n",
            "POST /quantum-payouts/index.php?view=login username=demo&password=demo-password\n",
            "with Cookie: ${cookie}\nGET /quantum-payouts/index.php?view=settings\nwith Cookie: ${cookie}\n",
            $then
        )
    };
}

const FEATURES: &str = "GET /quantum-payouts/api/v1/features";
const TOLD: &str = perform!("");

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row(1, "the address", Host, "payouts-dev.quantumlabs.ru GET /api/v1/features", &["UNAUTHORIZED"]),
    Row(2, "JSON in and out, kopecks", Call, create!(""), &["< 200"]),
    Row(3, "POST createPayout", Call, create!(""), &["createPayout", "< 200"]),
    Row(4, "POST performPayout", Call, perform!(""), &["performPayout", "< 200"]),
    Row(5, "POST getPayoutStatus", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &["getPayoutStatus", r#""orderStatus":"#]),
    Row(6, "features: GET only", Call, "GET /quantum-payouts/api/v1/features\nPOST /quantum-payouts/api/v1/features {}", &["< 200", "< 405"]),
    Row(7, "webhook_save and webhook_test need a session and its token", Call, portal!("POST /quantum-payouts/api/v1/webhook_save {\"csrf_token\":\"${csrf}\",\"url\":\"http://shop.test/new\"}\nPOST /quantum-payouts/api/v1/webhook_save {}"), &["< 200", "< 401"]),
    Row(8, "Bearer on every call, never in the address", Call, "without Authorization\nGET /quantum-payouts/api/v1/features?token=qm_test_token", &["< 401"]),
    Row(9, "Accept and Content-Type are required", Setting, "set strict_headers=true\nwithout Accept\nGET /quantum-payouts/api/v1/features", &["< 400"]),
    Row(10, "orderNumber: 36 characters", Call, r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"1234567890123456789012345678901234567","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#, &["< 400"]),
    Row(11, "amount: a whole number of 12 digits", Call, r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1000000000000,"urls":{"returnUrl":"https://shop.test/ok"}}"#, &["< 400"]),
    Row(12, "urls", Call, r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1}"#, &["< 400"]),
    Row(13, "urls.returnUrl: where a success leads", Action, create!("with Content-Type: application/x-www-form-urlencoded\nPOST ${link} pan=4111111111111111"), &["< 303", "https://shop.test/ok"]),
    Row(14, "urls.failUrl: where an error leads", Action, create!("with Content-Type: application/x-www-form-urlencoded\nPOST ${link} pan=4111111111111111&bank=refuses"), &["< 303", "https://shop.test/no"]),
    Row(15, "description", Call, create!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""description":"d""#]),
    Row(16, "sessionTimeoutSecs, by default 600", Time, "POST /quantum-payouts/api/v1/createPayout {\"orderNumber\":\"A\",\"amount\":1,\"urls\":{\"returnUrl\":\"https://shop.test/ok\"}}\nadvance 600s\nPOST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"A\"}", &[r#""orderStatus":"cancelled""#]),
    Row(17, "type: card or sbp", Call, r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"type":"sbp","urls":{"returnUrl":"https://shop.test/ok"}}"#, &["< 200"]),
    Row(18, "channel: vtb or alfa", Call, "POST /quantum-payouts/api/v1/createPayout {\"orderNumber\":\"A\",\"amount\":1,\"channel\":\"alfa\",\"urls\":{\"returnUrl\":\"https://shop.test/ok\"}}\nPOST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"A\"}", &[r#""channel":"alfa""#]),
    Row(19, "the answer: result, payoutUrl, orderId, orderNumber", Call, create!(""), &[r#"{"result":{"error":"0","message":null},"payoutUrl":"http"#, r#""orderNumber":"ORDER-12345"}"#]),
    Row(20, "orderId: the provider's own", Call, create!(""), &[r#""orderId":"PAY_2026_01_01_"#]),
    Row(21, "its example", Call, create!(""), &["/static/payout.php?payout_id=1&token="]),
    Row(22, "the example of an error", Call, r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":0}"#, &["urls.returnUrl is required; amount must be positive"]),
    Row(23, "uploaded", Call, create!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""orderStatus":"uploaded""#]),
    Row(24, "the recipient enters details", Action, create!("act quantum-payouts.submit-details orderNumber=ORDER-12345 pan=4111111111111111"), &[r#""status":"created""#]),
    Row(25, "created, then processing", Time, create!("act quantum-payouts.submit-details orderNumber=ORDER-12345 pan=4111111111111111\nadvance 1s"), &[r#""status":"processing""#]),
    Row(26, "success, failed or cancelled", Action, create!("act quantum-payouts.submit-details orderNumber=ORDER-12345 pan=4111111111111111\nadvance 1s\nact quantum-payouts.settle orderNumber=ORDER-12345 outcome=cancelled"), &[r#""status":"cancelled""#]),
    Row(27, "performPayout: orderNumber of 32", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"123456789012345678901234567890123","amount":1,"description":"d","target":{"pan":"4111111111111111"}}"#, &["< 400"]),
    Row(28, "amount", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":0,"description":"d","target":{"pan":"4111111111111111"}}"#, &["amount must be greater than 0"]),
    Row(29, "description", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1,"target":{"pan":"4111111111111111"}}"#, &["description is required"]),
    Row(30, "target", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1,"description":"d"}"#, &["target"]),
    Row(31, "target.pan: 13 to 19 digits", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1,"description":"d","target":{"pan":"411111111111"}}"#, &["target.pan"]),
    Row(32, "the answer, in its order", Call, TOLD, &[r#""orderNumber":"ORDER-12345","orderStatus":"processing","amount":150000,"creationDate":"#, r#""maskedPan":"411111******1111""#]),
    Row(33, "the example of an error", Call, r#"POST /quantum-payouts/api/v1/performPayout {"amount":0,"description":"d","target":{"pan":"4111111111111111"}}"#, &["orderNumber is required; amount must be greater than 0"]),
    Row(34, "once for each user and orderNumber", Call, perform!("POST /quantum-payouts/api/v1/performPayout {\"orderNumber\":\"ORDER-12345\",\"amount\":7,\"description\":\"d\",\"target\":{\"pan\":\"4111111111111111\"}}"), &[r#""amount":150000"#]),
    Row(35, "no SBP", Call, r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1,"description":"d","target":{"phone":"+79991234567"}}"#, &["< 400"]),
    Row(36, "needs a client id and the right", Setting, concat!("set card_payouts=false\n", perform!("")), &["< 403"]),
    Row(37, "getPayoutStatus: orderNumber of 32", Decision("an orderNumber has 36 characters in createPayout and 32 elsewhere"), "set strict_order_number=true\nPOST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"123456789012345678901234567890123\"}", &["< 400"]),
    Row(38, "its answer: result", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#"{"result":{"error":"0","message":null},"orderNumber""#]),
    Row(39, "orderNumber", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""orderNumber":"ORDER-12345""#]),
    Row(40, "orderStatus", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""orderStatus":"processing""#]),
    Row(41, "destination_type", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""destination_type":"card""#]),
    Row(42, "channel", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""channel":"vtb""#]),
    Row(43, "amount", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""amount":150000"#]),
    Row(44, "creationDate", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""creationDate":1767225600"#]),
    Row(45, "orderId, required and left out of the example", Decision("getPayoutStatus calls orderId required, `if available`, and leaves it out of its example"), perform!("advance 5s\nPOST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""orderId":""#]),
    Row(46, "target", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""target":{"maskedPan""#]),
    Row(47, "target.maskedPan", Call, perform!("POST /quantum-payouts/api/v1/getPayoutStatus {\"orderNumber\":\"ORDER-12345\"}"), &[r#""maskedPan":"411111******1111""#]),
    Row(48, "target.maskedPhone", Action, "act quantum-payouts.file-payout amount=1 phone=+79991234567 bank_id=vtb full_name=A", &[r#""maskedPhone":"+7******4567""#]),
    Row(49, "the webhook: address, switch, signing", Setting, concat!("set quantum-payouts/default webhook_url=http://shop.test/own webhook_signed=false\n", perform!("")), &["-> http://shop.test/own 200"]),
    Row(50, "webhook_save: https when enabled", Decision("webhooks need HTTPS"), concat!("set require_https=true\n", portal!("POST /quantum-payouts/api/v1/webhook_save {\"csrf_token\":\"${csrf}\",\"url\":\"http://shop.test/new\"}")), &["< 400"]),
    Row(51, "NO_COMPANY", Setting, concat!("set company=null\n", portal!("POST /quantum-payouts/api/v1/webhook_save {\"csrf_token\":\"${csrf}\"}")), &["NO_COMPANY"]),
    Row(52, "the payload, with externalId null for payouts by hand and by file", Action, "act quantum-payouts.manual-payout amount=1 pan=4111111111111111\nact quantum-payouts.file-payout amount=1 pan=4111111111111111", &[r#""externalId":null"#, r#""payout":{"id":2,"externalId":null"#]),
    Row(53, "occurredAt in Moscow, eventId of 32 digits", Call, TOLD, &[r#""occurredAt":"2026-01-01T03:00:00+03:00""#]),
    Row(54, "Content-Type", Call, TOLD, &["-> http://shop.test/hooks 200"]),
    Row(55, "X-Payouts-Event", Call, TOLD, &["payout.status_changed"]),
    Row(56, "X-Payouts-Event-Id", Call, TOLD, &[r#""eventId":""#]),
    Row(57, "X-Payouts-Timestamp", Call, TOLD, &["1767225600"]),
    Row(58, "X-Payouts-Signature", Call, TOLD, &["sha256="]),
    Row(59, "HMAC-SHA256 of the minified body", Setting, concat!("set pretty_body=true\n", perform!("")), &["sha256="]),
    Row(60, "ten attempts, from 0 s to 180 min", Time, concat!("merchant 500\n", perform!("advance 48h")), &["#10 -> http://shop.test/hooks 500"]),
    Row(61, "a test is sent once", Time, concat!("merchant 500\n", portal!("POST /quantum-payouts/api/v1/webhook_test {\"csrf_token\":\"${csrf}\"}\nadvance 48h")), &["#1 -> http://shop.test/hooks 500"]),
    Row(62, "2xx within about ten seconds", Action, concat!("merchant timeout 204\n", perform!("advance 1m")), &["#2 -> http://shop.test/hooks 204"]),
    Row(63, "eventId tells duplicates", Time, concat!("merchant 500 200\n", perform!("advance 15s")), &["#2 -> http://shop.test/hooks 200"]),
    Row(64, "features: system", Call, FEATURES, &[r#"{"system":"payouts","#]),
    Row(65, "version", Call, FEATURES, &[r#""version":"v1""#]),
    Row(66, "timestamp", Call, FEATURES, &[r#""timestamp":1767225600"#]),
    Row(67, "six flags", Setting, "set sbp_payouts=false\nGET /quantum-payouts/api/v1/features", &[r#""single_payout":true,"batch_processing":true,"bearer_auth":true,"card_payouts":true,"sbp_payouts":false,"file_download":true"#]),
    Row(68, "environment: development, uat or production", Setting, "set environment=production\nGET /quantum-payouts/api/v1/features\nset environment=uat\nGET /quantum-payouts/api/v1/features", &[r#""environment":"production""#, r#""environment":"uat""#]),
    Row(69, "400 VALIDATION_ERROR", Call, "POST /quantum-payouts/api/v1/createPayout {}", &["< 400", "VALIDATION_ERROR"]),
    Row(70, "401 UNAUTHORIZED", Call, "without Authorization\nGET /quantum-payouts/api/v1/features", &["< 401", "UNAUTHORIZED"]),
    Row(71, "403 PERMISSION_DENIED", Setting, concat!("set card_payouts=false\n", perform!("")), &["< 403", "PERMISSION_DENIED"]),
    Row(72, "500 INTERNAL_ERROR, and 30 requests a second as a guide", Rule, concat!("with Playmoney-Fault: internal_error\nGET /quantum-payouts/api/v1/features\nset rate_limit=enforce\n", ten!(), ten!(), ten!(), ten!()), &["< 500", "INTERNAL_ERROR", "< 429"]),
];
