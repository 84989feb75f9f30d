//! Payouts: the request that creates one, and the object with its destination.

use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::sheet::Sheet;
use super::{
    ADDR, BANK_ACCOUNT_NUM, BANK_ADDR, BANK_DETAIL_NAME, BANK_NAME, BANK_ROUTING_NUM, CITY, COUNTRY, DESCRIPTION, DESTINATION,
    DESTINATION_TYPE, Label, PAYER_NAME, PAYOUT_AMOUNT, PAYOUT_CURRENCY, PAYOUT_ORDER, POSTAL_CODE, STATE, STATES, SWIFT, number,
    timestamp,
};
use crate::kit::fields::Field;
use crate::kit::http::Request;
use crate::kit::money::Number;
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Currency, DETAILS, Destination, Detail, Oid, PaymentType, Payout};

/// The types of destinations.
const KINDS: [PaymentType; 6] =
    [PaymentType::BankAccount, PaymentType::Wallet, PaymentType::Alipay, PaymentType::PayPal, PaymentType::CoinsPh, PaymentType::GCash];

/// The body of `POST /payouts`, once it is known to be good.
#[derive(Clone, Debug)]
pub struct NewPayout {
    pub amount: Decimal,
    pub currency: Currency,
    pub destination: Destination,
    pub description: Option<String>,
    pub external_order_id: Option<String>,
}

impl NewPayout {
    /// Names every fault at once, in the order of the documented tables.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let amount = sheet.amount(&PAYOUT_AMOUNT);
        let currency = sheet.text(&PAYOUT_CURRENCY).and_then(|it| Currency::parse(&it));
        sheet.check_precision(&PAYOUT_AMOUNT, amount, currency);
        let destination = if sheet.object(&DESTINATION) { destination(&mut sheet) } else { None };
        let description = sheet.text(&DESCRIPTION);
        let external_order_id = sheet.text(&PAYOUT_ORDER);
        let read = amount.zip(currency).zip(destination);
        let read = read.map(|((amount, currency), destination)| Self { amount, currency, destination, description, external_order_id });
        sheet.checked(read)
    }
}

fn destination(sheet: &mut Sheet<'_>) -> Option<Destination> {
    let kind = sheet.text(&DESTINATION_TYPE).and_then(|it| KINDS.into_iter().find(|own| own.word() == it));
    let details: Vec<(Detail, Option<String>)> = DETAILS.into_iter().map(|it| (it, sheet.text(row(it)))).collect();
    let kind = kind?;
    let (required, why): (&[&Field], _) = match kind {
        PaymentType::BankAccount => (&[&BANK_ACCOUNT_NUM, &BANK_NAME], "a bankAccount needs payerName, bankAccountNum and bankName"),
        PaymentType::Wallet => (&[&ADDR], "a wallet needs payerName and addr"),
        PaymentType::Alipay | PaymentType::Yunshanfu | PaymentType::PayPal | PaymentType::CoinsPh | PaymentType::GCash => {
            (&[&BANK_ACCOUNT_NUM], "an e-wallet needs payerName and bankAccountNum")
        }
    };
    for row in required {
        sheet.require(row, why);
    }
    Some(Destination { kind, details: details.into_iter().filter_map(|(it, text)| text.map(|text| (it, text))).collect() })
}

/// The parameter of a detail.
const fn row(detail: Detail) -> &'static Field {
    match detail {
        Detail::PayerName => &PAYER_NAME,
        Detail::BankAccountNum => &BANK_ACCOUNT_NUM,
        Detail::BankRoutingNum => &BANK_ROUTING_NUM,
        Detail::BankName => &BANK_NAME,
        Detail::BankDetailName => &BANK_DETAIL_NAME,
        Detail::BankAddr => &BANK_ADDR,
        Detail::Swift => &SWIFT,
        Detail::Country => &COUNTRY,
        Detail::States => &STATES,
        Detail::State => &STATE,
        Detail::City => &CITY,
        Detail::PostalCode => &POSTAL_CODE,
        Detail::Addr => &ADDR,
    }
}

/// The payout object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayoutObject<'a> {
    id: Oid,
    object: &'static str,
    created_at: String,
    amount: Number,
    fee: Number,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    status: &'static str,
    r#type: &'static str,
    arrival_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_order_id: Option<&'a str>,
    destination: DestinationObject<'a>,
}

impl<'a> PayoutObject<'a> {
    pub fn of(payout: &'a Payout, destination: &'a Destination) -> Self {
        Self {
            id: payout.id,
            object: "payout",
            created_at: timestamp(payout.created_at),
            amount: number(payout.currency, payout.amount_units),
            fee: number(payout.currency, payout.fee_units),
            currency: payout.currency.word(),
            description: payout.description.as_deref(),
            status: payout.status().word(),
            r#type: destination.kind.word(),
            arrival_date: timestamp(payout.arrival_date()),
            external_order_id: payout.external_order_id.as_deref(),
            destination: DestinationObject { id: payout.destination, own: destination },
        }
    }
}

/// The payment method in a payout: its details under the keys that were sent.
struct DestinationObject<'a> {
    id: Oid,
    own: &'a Destination,
}

impl Serialize for DestinationObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("object", self.own.kind.word())?;
        for (detail, text) in &self.own.details {
            map.serialize_entry(detail, text)?;
        }
        map.serialize_entry("type", self.own.kind.word())?;
        map.serialize_entry("typeLabel", &Label::of(self.own.kind))?;
        map.end()
    }
}
