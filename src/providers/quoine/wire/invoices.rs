//! An invoice as answers and callbacks show it, and a list of them.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{Page, btc, price, time};
use crate::kit::http::{Response, StatusCode};
use crate::kit::json::written;
use crate::kit::money::Number;
use crate::kit::time::{Timestamp, end_of_time, later};
use crate::kit::word::Word;
use crate::providers::quoine::model::{Attached, Invoice, PAYMENT_TIME, Status};

/// The address of the documentation's QR pictures.
const CHART: &str = "http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=";

/// The form of an invoice in answers and callbacks.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The merchant's number, when it is not that of the account.
    pub user: Option<u64>,
    /// The beginning of QR addresses that lead to this server.
    pub local_qr: Option<&'a str>,
    /// Whether the claimed part of the surplus is shown.
    pub claimed: bool,
}

/// The text of an invoice's QR code for wallets.
pub fn payment_uri(invoice: &Invoice) -> String {
    format!("bitcoin:{}?amount={}", invoice.address, btc(invoice.satoshi).text())
}

/// From this moment on a payment is late.
pub fn expires_at(invoice: &Invoice) -> Timestamp {
    later(invoice.created_at, PAYMENT_TIME).unwrap_or_else(end_of_time)
}

#[derive(Serialize)]
struct Shown<'a> {
    id: u32,
    system_status: &'static str,
    invoice_status: &'static str,
    user_id: u64,
    sub_account_id: u64,
    bitcoin_address: &'a str,
    name: Option<&'a str>,
    data: Option<Written<'a>>,
    price: String,
    btc_price: Number,
    btc_balance: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitcoin_amount_claimed: Option<Number>,
    currency: &'static str,
    /// A text or `null`; only one call has this field.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Json>,
    qrcode_address_url: String,
    qrcode_protocol_url: String,
    paid_at: Option<String>,
    created_at: String,
    updated_at: String,
    expired_at: String,
}

impl<'a> Shown<'a> {
    fn of(invoice: &'a Invoice, look: Look<'_>) -> Self {
        let id = invoice.id;
        let (of_address, of_payment) = match look.local_qr {
            Some(base) => {
                let of_payment = format!("{base}/qr/{id}");
                ([&of_payment, "?of=address"].concat(), of_payment)
            }
            None => (format!("{CHART}{}", invoice.address), format!("{CHART}{}", payment_uri(invoice))),
        };
        Self {
            id,
            system_status: invoice.status().word(),
            invoice_status: invoice.status().for_merchants(),
            user_id: look.user.unwrap_or(invoice.user),
            sub_account_id: id.into(),
            bitcoin_address: &invoice.address,
            name: invoice.name.as_deref(),
            data: invoice.attached.as_ref().map(Written),
            price: price(invoice.price),
            btc_price: btc(invoice.satoshi),
            btc_balance: btc(invoice.balance()),
            bitcoin_amount_claimed: look.claimed.then(|| btc(invoice.claimed)),
            currency: invoice.currency.word(),
            status: None,
            qrcode_address_url: of_address,
            qrcode_protocol_url: of_payment,
            paid_at: invoice.paid_at.map(time),
            created_at: time(invoice.created_at),
            updated_at: time(invoice.updated_at),
            expired_at: time(expires_at(invoice)),
        }
    }

    /// The call for a single invoice answers one field more.
    fn single(invoice: &'a Invoice, look: Look<'_>) -> Self {
        Self { status: Some(invoice.paid_at.map_or(Json::Null, |_| "btc_sent".into())), ..Self::of(invoice, look) }
    }
}

/// The attached data, as answers write it.
struct Written<'a>(&'a Attached);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Attached::Text(text) => serializer.serialize_str(text),
            Attached::Object(json) => serde_json::from_str::<&RawValue>(json).map_err(serde::ser::Error::custom)?.serialize(serializer),
        }
    }
}

/// The answer of `POST /invoices`.
pub fn creation(invoice: &Invoice, look: Look<'_>) -> Response {
    Response::json(StatusCode::OK, &Shown::of(invoice, look))
}

/// The answer of `GET /invoices/{id}`.
pub fn single(invoice: &Invoice, look: Look<'_>) -> Response {
    Response::json(StatusCode::OK, &Shown::single(invoice, look))
}

/// The same for control answers.
pub fn show(invoice: &Invoice, look: Look<'_>) -> Box<RawValue> {
    written(&Shown::single(invoice, look))
}

/// The body of a callback. `status` is the word in it; the notice of a capture already names the next one.
///
/// # Panics
/// Never: an invoice is JSON.
pub fn callback(invoice: &Invoice, look: Look<'_>, status: Status) -> Bytes {
    #[derive(Serialize)]
    struct Callback<'a> {
        invoice: Shown<'a>,
    }
    let shown = Shown { system_status: status.word(), ..Shown::of(invoice, look) };
    serde_json::to_vec(&Callback { invoice: shown }).expect("an invoice is JSON").into()
}

/// The answer of `GET /invoices`.
pub fn list<'a>(invoices: impl Iterator<Item = &'a Invoice>, look: Look<'_>, page: Page, total: u64) -> Response {
    #[derive(Serialize)]
    struct List<'a> {
        invoices: Vec<Shown<'a>>,
        meta: Meta,
    }
    #[derive(Serialize)]
    struct Meta {
        current_page: u64,
        next_page: Option<u64>,
        prev_page: Option<u64>,
        total_pages: u64,
        total_count: u64,
    }
    let (current, pages) = (page.number, total.div_ceil(page.per));
    let meta = Meta {
        current_page: current,
        next_page: (current < pages).then(|| current + 1),
        prev_page: (1 < current).then(|| current - 1),
        total_pages: pages,
        total_count: total,
    };
    Response::json(StatusCode::OK, &List { invoices: invoices.map(|it| Shown::of(it, look)).collect(), meta })
}

/// The answer of `GET /invoices/{id}/claim_bitcoin`.
pub fn claim(satoshi: i64) -> Response {
    #[derive(Serialize)]
    struct Claim {
        amount: Number,
    }
    Response::json(StatusCode::OK, &Claim { amount: btc(satoshi) })
}
