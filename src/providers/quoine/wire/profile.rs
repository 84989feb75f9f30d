//! The merchant: profile and callback address.

use serde::Serialize;

use crate::kit::http::{Response, StatusCode};

/// A merchant, as the profile shows them.
#[derive(Clone, Copy, Debug)]
pub struct Merchant<'a> {
    pub id: u64,
    pub currency: &'static str,
    pub callback: Option<&'a str>,
}

/// The answer of `GET /profile`.
pub fn profile(merchant: Merchant<'_>) -> Response {
    #[derive(Serialize)]
    struct Profile<'a> {
        id: u64,
        email: &'static str,
        first_name: &'static str,
        last_name: &'static str,
        name: &'static str,
        currency: &'static str,
        status: &'static str,
        settings: Settings<'a>,
    }
    #[derive(Serialize)]
    struct Settings<'a> {
        payments_callback: Option<&'a str>,
    }
    let Merchant { id, currency, callback } = merchant;
    let (first_name, last_name, name) = ("Test", "Demo", "Test Demo");
    let settings = Settings { payments_callback: callback };
    let email = "marjory_spinka@balistreri.name";
    Response::json(StatusCode::OK, &Profile { id, email, first_name, last_name, name, currency, status: "approved", settings })
}

/// The answer of `POST /payments_callback_url`.
pub fn callback_update(callback: &str) -> Response {
    #[derive(Serialize)]
    struct Updated<'a> {
        status: &'static str,
        callback: &'a str,
    }
    Response::json(StatusCode::OK, &Updated { status: "success", callback })
}
