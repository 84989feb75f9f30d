//! Charges: payments that a merchant asks of a payer.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Currency, Kind};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed, Lookup, Rarely, digest};
use crate::kit::heap;
use crate::kit::time::{Duration, Timestamp, end_of_time, later};
use crate::kit::word::Word;

/// How long a charge can be paid.
pub const CHARGE_LIVES: Duration = Duration::from_mins(30);

/// One charge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    pub number: u32,
    pub merchant: u32,
    pub id: String,
    /// The name of its payment page.
    pub trade: String,
    /// The number of earlier charges with the same externalOrderId.
    pub nth: u32,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub head: Head<ChargeStatus>,
    pub currency: Currency,
    pub amount_units: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub fee_units: i64,
    pub base: Currency,
    pub base_units: i64,
    pub quote: Currency,
    pub cost_units: i64,
    /// The price of one `base` in `quote`.
    pub price: Decimal,
    pub external_order_id: String,
    pub page_url: String,
    pub cb_url: String,
    pub redirect_url: String,
    pub payment_type: PaymentType,
    pub payer_name: Option<Box<str>>,
    /// Its row of the ledger, once it is paid.
    pub row: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_nothing(units: &i64) -> bool {
    *units == 0
}

impl Charge {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Charge.object(self.number)
    }

    pub const fn status(&self) -> ChargeStatus {
        self.head.status()
    }

    /// It cannot be paid from this moment on.
    pub fn expires_at(&self) -> Timestamp {
        later(self.created_at, CHARGE_LIVES).unwrap_or_else(end_of_time)
    }
}

/// Indexes of charges. Their keys are digests of ids, page names and external order ids.
#[derive(Clone, Debug, Default)]
pub struct ChargeIndex {
    pub ids: Lookup<u64>,
    /// By the name of the payment page.
    pub trades: Lookup<u64>,
    /// All of a merchant.
    pub lists: Index<u32>,
    /// By merchant and externalOrderId.
    pub orders: Rarely<(u32, u64)>,
}

impl Indexed for Charge {
    type Index = ChargeIndex;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        let texts = [&self.id, &self.trade, &self.external_order_id, &self.page_url, &self.cb_url, &self.redirect_url];
        let texts: usize = texts.iter().map(|it| heap::block(it.len())).sum();
        texts + self.payer_name.as_deref().map_or(0, |it| heap::block(it.len()))
    }

    fn file(&self, number: u32, index: &mut ChargeIndex) {
        index.ids.insert(digest(&self.id), number);
        index.trades.insert(digest(&self.trade), number);
        index.lists.insert(self.merchant, number);
        index.orders.push((self.merchant, digest(&self.external_order_id)), number);
    }
}

/// The status of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChargeStatus {
    Pending,
    BuyerPaid,
    SellerConfirmed,
    Closed,
    Cancelled,
    Dispute,
}

/// In the order of the documentation.
pub const CHARGE_STATUSES: &[ChargeStatus] = &[
    ChargeStatus::Pending,
    ChargeStatus::BuyerPaid,
    ChargeStatus::SellerConfirmed,
    ChargeStatus::Closed,
    ChargeStatus::Cancelled,
    ChargeStatus::Dispute,
];

impl ChargeStatus {
    /// Whether the payment has been received.
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::SellerConfirmed | Self::Closed)
    }
}

impl Word for ChargeStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::BuyerPaid => "buyerPaid",
            Self::SellerConfirmed => "sellerConfirmed",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Dispute => "dispute",
        }
    }
}

/// How a payer pays, or how a recipient is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PaymentType {
    Alipay,
    Yunshanfu,
    #[serde(rename = "bankAccount")]
    BankAccount,
    PayPal,
    #[serde(rename = "Coins.ph")]
    CoinsPh,
    GCash,
    #[serde(rename = "wallet")]
    Wallet,
}

impl Word for PaymentType {
    fn word(self) -> &'static str {
        match self {
            Self::Alipay => "Alipay",
            Self::Yunshanfu => "Yunshanfu",
            Self::BankAccount => "bankAccount",
            Self::PayPal => "PayPal",
            Self::CoinsPh => "Coins.ph",
            Self::GCash => "GCash",
            Self::Wallet => "wallet",
        }
    }
}

impl PaymentType {
    /// The payment types of charges in a currency; the first is the default.
    pub const fn of_charges(quote: Currency) -> &'static [Self] {
        match quote {
            Currency::Cny => &[Self::Alipay, Self::Yunshanfu, Self::BankAccount],
            Currency::Php => &[Self::CoinsPh, Self::GCash],
            Currency::Usd | Currency::Usdt | Currency::Btc => &[Self::PayPal, Self::BankAccount],
        }
    }

    /// Its label in English and in Chinese.
    /// Whether an example has its labels.
    pub const fn has_shown_label(self) -> bool {
        matches!(self, Self::Alipay | Self::BankAccount)
    }

    pub const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Alipay => ("Alipay", "支付宝"),
            Self::Yunshanfu => ("Yunshanfu", "云闪付"),
            Self::BankAccount => ("Bank account", "银行转账"),
            Self::PayPal => ("PayPal", "PayPal"),
            Self::CoinsPh => ("Coins.ph", "Coins.ph"),
            Self::GCash => ("GCash", "GCash"),
            Self::Wallet => ("Wallet", "钱包"),
        }
    }
}
