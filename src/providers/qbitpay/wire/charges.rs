//! Charges: the request that creates one, and the object.

use rust_decimal::Decimal;
use serde::Serialize;

use super::sheet::Sheet;
use super::{
    BASE_CURRENCY, CB_URL, CHARGE_AMOUNT, CHARGE_CURRENCY, CHARGE_ORDER, CHARGE_PAYER, CHARGE_STATUS, PAYMENT_TYPE, QUOTE_CURRENCY,
    REDIRECT_URL, number, timestamp,
};
use crate::kit::http::Request;
use crate::kit::ids::{Draws, entity};
use crate::kit::money::Number;
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Charge, ChargeStatus, Currency, PaymentType};

/// The body of `POST /charges`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCharge {
    pub amount: Decimal,
    pub currency: Currency,
    pub external_order_id: String,
    pub cb_url: String,
    pub redirect_url: String,
    pub base: Currency,
    pub quote: Currency,
    pub payment_type: PaymentType,
    /// No type was sent.
    pub is_default_type: bool,
    pub payer_name: Option<String>,
}

impl NewCharge {
    /// Names every fault at once, in the order of the documented table.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let amount = sheet.amount(&CHARGE_AMOUNT);
        let currency = sheet.text(&CHARGE_CURRENCY).and_then(|it| Currency::parse(&it));
        sheet.check_precision(&CHARGE_AMOUNT, amount, currency);
        let external_order_id = sheet.text(&CHARGE_ORDER);
        let cb_url = sheet.target(&CB_URL);
        let redirect_url = sheet.text(&REDIRECT_URL);
        let base = sheet.currency(&BASE_CURRENCY, Currency::Btc);
        let quote = sheet.currency(&QUOTE_CURRENCY, Currency::Cny);
        let payment_type = payment_type(&mut sheet, quote);
        let is_default_type = !sheet.fields.has(PAYMENT_TYPE.name);
        let payer_name = sheet.text(&CHARGE_PAYER);
        let read = (|| {
            let (amount, currency, base, quote) = (amount?, currency?, base?, quote?);
            let (external_order_id, cb_url, redirect_url, payment_type) = (external_order_id?, cb_url?, redirect_url?, payment_type?);
            Some(Self { amount, currency, external_order_id, cb_url, redirect_url, base, quote, payment_type, is_default_type, payer_name })
        })();
        sheet.checked(read)
    }
}

/// A payment type of the payer's currency, by default the first.
fn payment_type(sheet: &mut Sheet<'_>, quote: Option<Currency>) -> Option<PaymentType> {
    let sent = sheet.text(&PAYMENT_TYPE);
    let possible = PaymentType::of_charges(quote?);
    if !sheet.fields.has(PAYMENT_TYPE.name) {
        return possible.first().copied();
    }
    let found = possible.iter().copied().find(|it| Some(it.word()) == sent.as_deref());
    if sent.is_some() && found.is_none() {
        let words: Vec<_> = possible.iter().map(|it| it.word()).collect();
        sheet.refuse(&PAYMENT_TYPE, format!("should be one of {} when quoteCurrency is {}", words.join(", "), quote?.word()));
    }
    found
}

/// Checks the body of `PUT /charges/{id}`: `status` is buyerPaid.
pub fn check_update(request: &Request) -> Result<(), Error> {
    let mut sheet = Sheet::body(request)?;
    match sheet.text(&CHARGE_STATUS) {
        Some(it) if it != "buyerPaid" => {
            sheet.refuse(&CHARGE_STATUS, "should be buyerPaid");
            sheet.checked(None)
        }
        read => sheet.checked(read.map(drop)),
    }
}

/// The charge object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargeObject<'a> {
    id: &'a str,
    object: &'static str,
    created_at: String,
    paid: bool,
    status: &'static str,
    amount: Number,
    total_cost: Number,
    price: Number,
    fee: Number,
    base_amount: Number,
    currency: &'static str,
    quote_currency: &'static str,
    base_currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_name: Option<&'a str>,
    external_order_id: &'a str,
    payment_page_url: &'a str,
    cb_url: &'a str,
    redirect_url: &'a str,
    payment_method: Method,
    expires_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", rename = "alipayQRCodeUrl")]
    alipay_qr_code_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code_img_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_account_num: Option<String>,
    r#type: &'static str,
    currency: &'static str,
    status: &'static str,
    type_label: Label,
}

#[derive(Serialize)]
pub struct Label {
    en: &'static str,
    zh: &'static str,
}

impl Label {
    pub const fn of(kind: PaymentType) -> Self {
        let (en, zh) = kind.labels();
        Self { en, zh }
    }
}

impl<'a> ChargeObject<'a> {
    pub fn of(charge: &'a Charge) -> Self {
        Self::in_status(charge, charge.status())
    }

    /// The object of the charge as if it had that status.
    pub fn in_status(charge: &'a Charge, status: ChargeStatus) -> Self {
        Self {
            id: &charge.id,
            object: "charge",
            created_at: timestamp(charge.created_at),
            paid: status.is_paid(),
            status: status.word(),
            amount: number(charge.currency, charge.amount_units),
            total_cost: number(charge.quote, charge.cost_units),
            price: Number(charge.price),
            fee: number(charge.currency, charge.fee_units),
            base_amount: number(charge.base, charge.base_units),
            currency: charge.currency.word(),
            quote_currency: charge.quote.word(),
            base_currency: charge.base.word(),
            payer_name: charge.payer_name.as_deref(),
            external_order_id: &charge.external_order_id,
            payment_page_url: &charge.page_url,
            cb_url: &charge.cb_url,
            redirect_url: &charge.redirect_url,
            payment_method: Method::of(charge),
            expires_at: timestamp(charge.expires_at()),
        }
    }
}

impl Method {
    fn of(charge: &Charge) -> Self {
        let kind = charge.payment_type;
        let is_one_of = |kinds: &[PaymentType]| kinds.contains(&kind);
        let has_number = is_one_of(&[PaymentType::BankAccount, PaymentType::CoinsPh, PaymentType::GCash]);
        Self {
            object: "paymentMethod",
            alipay_qr_code_url: is_one_of(&[PaymentType::Alipay]).then(|| format!("https://qr.alipay.com/{}", charge.trade)),
            qr_code_img_url: is_one_of(&[PaymentType::PayPal, PaymentType::Yunshanfu]).then(|| image_url(charge)),
            bank_name: is_one_of(&[PaymentType::BankAccount]).then_some("Playmoney Test Bank"),
            bank_account_num: has_number.then(|| account_number(&charge.trade)),
            r#type: kind.word(),
            currency: charge.quote.word(),
            status: "active",
            type_label: Label::of(kind),
        }
    }
}

/// Digits derived from the page's name, so that every answer has the same.
fn account_number(trade: &str) -> String {
    Draws::new(0, "qbitpay account number", entity(&[trade])).text(b"0123456789", 12)
}

/// The address of the QR image: below the payment page, without the query of its address.
fn image_url(charge: &Charge) -> String {
    let base = charge.page_url.split('?').next().unwrap_or_default().trim_end_matches('/');
    format!("{base}/{}/qr", charge.trade)
}
