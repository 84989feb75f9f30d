//! The documentation's tables of event types.

use crate::engine::tables::EventRow;
use crate::kit::evidence::Evidence::{self, Documented};
use crate::kit::fields::Field;
use crate::providers::qbitpay::wire::{CHARGE_EVENT, DEPOSIT_EVENT, EVENT_HEADERS, PAYOUT_EVENT};

const SIGNATURE: &str = "QbitPay-Signature: the MD5, in capital hexadecimal, of a text. The text has the members of the event that are not empty, sorted by name, as name=value joined with &, followed by &key= and the API key. An object is its compact JSON exactly as in the body. Zero and false are not empty. If the account has a `webhook_secret`, it replaces the API key";

const CHARGES: Evidence = Documented("API reference, Charges: event types");
const PAYOUTS: Evidence = Documented("API reference, Payouts: event types");

/// The statuses that an object of the event can have.
type Only = &'static [(&'static str, &'static [&'static str])];

const fn event(
    name: &'static str,
    when: &'static str,
    (body, only): (&'static [Field], Only),
    example: &'static str,
    evidence: Evidence,
) -> EventRow {
    EventRow { name, when, headers: EVENT_HEADERS, body, only, signature: SIGNATURE, example, evidence }
}

const RECEIVED: Only = &[("data.status", &["sellerConfirmed", "closed"])];
const CANCELLED: Only = &[("data.status", &["cancelled"])];
const DISPUTED: Only = &[("data.status", &["dispute"])];
const DECIDED: Only = &[("data.status", &["closed", "cancelled"])];
const PENDING: Only = &[("data.status", &["pending"])];
const ON_ITS_WAY: Only = &[("data.status", &["inTransit"])];
const PAID: Only = &[("data.status", &["paid"])];
const FAILED: Only = &[("data.status", &["failed"])];

macro_rules! charge_event {
    ($name:literal, $paid:literal, $status:literal) => {
        concat!(
            r#"{"id":"fDOuTy95uSiTi","type":""#, $name, r#"","createdAt":"2019-02-25T16:13:12.278Z","object":"event","pendingWebhooks":0,"livemode":true,"data":{"id":"ifDOu5uTSTy9i","object":"charge","createdAt":"2019-02-25T15:53:12.278Z","paid":"#,
            $paid, r#","status":""#, $status, r#"","amount":100,"totalCost":676,"price":38737.7,"fee":0,"baseAmount":0.017451,"currency":"USD","quoteCurrency":"CNY","baseCurrency":"BTC","externalOrderId":"DTSifOuTy95ui","paymentPageUrl":"https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=uTifOuTy95DTSifOy95","cbUrl":"https://api.blockscape.co","redirectUrl":"https://qbitpay.blockscape.co","paymentMethod":{"object":"paymentMethod","alipayQRCodeUrl":"https://alipay.net.com/qrcode","type":"Alipay","currency":"CNY","status":"active","typeLabel":{"en":"Alipay","zh":"支付宝"}},"expiresAt":"2019-02-25T16:23:12.278Z"}}"#
        )
    };
}

macro_rules! payout_event {
    ($name:literal, $status:literal) => {
        concat!(
            r#"{"id":"fDOuTy95uSiTi","type":""#, $name, r#"","createdAt":"2019-02-25T16:13:12.278Z","object":"event","pendingWebhooks":0,"livemode":true,"data":{"id":"55ba126aa385c808a8aeb0d0","object":"payout","createdAt":"2019-02-23T16:13:12.278Z","amount":99.5,"fee":0.5,"currency":"USD","description":"Payout memo","status":""#,
            $status, r#"","type":"bankAccount","arrivalDate":"2019-02-25T16:13:12.278Z","externalOrderId":"ba126aa385cd5580","destination":{"id":"ba126aa385cd55808a8aeb0d","object":"bankAccount","payerName":"user name","bankAccountNum":"444444444444111","bankName":"Chase","type":"bankAccount","typeLabel":{"en":"Bank account","zh":"银行转账"}}}}"#
        )
    };
}

const DEPOSIT_EXAMPLE: &str = r#"{"id":"fDOuTy95uSiTi","type":"deposit.succeeded","createdAt":"2019-02-25T16:15:36.278Z","object":"event","pendingWebhooks":0,"livemode":true,"data":{"id":"5c74148800ba126aa3000003","object":"deposit","createdAt":"2019-02-25T16:13:12.278Z","amount":1000,"currency":"USDT","addr":"0x31C27642169B61ceD340Ba99643CC3EAd729321F","confirmations":12}}"#;

/// Every event.
#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[
    event("charge.succeeded", "the payment of a charge has been received; `paid` is true", (CHARGE_EVENT, RECEIVED), charge_event!("charge.succeeded", "true", "sellerConfirmed"), CHARGES),
    event("charge.expired", "a charge was not paid in time", (CHARGE_EVENT, CANCELLED), charge_event!("charge.expired", "false", "cancelled"), CHARGES),
    event("charge.failed", "a payment failed", (CHARGE_EVENT, CANCELLED), charge_event!("charge.failed", "false", "cancelled"), CHARGES),
    event("charge.dispute.created", "a payment is disputed", (CHARGE_EVENT, DISPUTED), charge_event!("charge.dispute.created", "false", "dispute"), CHARGES),
    event("charge.dispute.closed", "a dispute has ended: the charge is closed if the buyer was right, otherwise cancelled", (CHARGE_EVENT, DECIDED), charge_event!("charge.dispute.closed", "true", "closed"), CHARGES),
    event("payout.pending", "a payout was created", (PAYOUT_EVENT, PENDING), payout_event!("payout.pending", "pending"), PAYOUTS),
    event("payout.inTransition", "a payout is on its way; its status is inTransit", (PAYOUT_EVENT, ON_ITS_WAY), payout_event!("payout.inTransition", "inTransit"), PAYOUTS),
    event("payout.paid", "a payout has arrived", (PAYOUT_EVENT, PAID), payout_event!("payout.paid", "paid"), PAYOUTS),
    event("payout.failed", "a payout failed, and its money is back in the balance", (PAYOUT_EVENT, FAILED), payout_event!("payout.failed", "failed"), PAYOUTS),
    event("payout.cancelled", "a payout was cancelled, and its money is back in the balance", (PAYOUT_EVENT, CANCELLED), payout_event!("payout.cancelled", "cancelled"), PAYOUTS),
    event("deposit.succeeded", "a deposit has enough confirmations and is credited", (DEPOSIT_EVENT, &[]), DEPOSIT_EXAMPLE, Documented("API reference, Quickstart: a notification will be sent; its name and its object are assumed")),
];
