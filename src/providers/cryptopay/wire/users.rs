//! Registration, login, refresh. Their answers come without an envelope.

use serde::Serialize;

use super::sheet::Sheet;
use super::{EMAIL, LOGIN_NAME, LOGIN_PASSWORD, PASSWORD, REFRESH_TOKEN, SHOP_NAME, USERNAME};
use crate::kit::http::{Request, Response, StatusCode};
use crate::providers::cryptopay::decisions::REGISTRATION;
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::Merchant;

/// The least number of characters of a password.
const PASSWORD_CHARS_MIN: usize = 8;

/// The body of `register`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub username: String,
    pub email: String,
    pub password: String,
    pub shop_name: String,
}

impl Registration {
    /// Names every fault at once; `is_taken` knows the user names and email addresses of other users.
    pub fn parse(request: &Request, is_taken: impl Fn(&'static str, &str) -> bool) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let username = sheet.text(&USERNAME);
        if let Some(name) = &username {
            let plain = |it: char| it.is_alphanumeric() || "@.+-_".contains(it);
            if !name.chars().all(plain) {
                sheet.refuse(&USERNAME, "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters");
            } else if is_taken(USERNAME.name, name) {
                sheet.refuse_by(&USERNAME, "A user with that username already exists", REGISTRATION);
            }
        }
        let email = sheet.text(&EMAIL);
        if let Some(address) = &email {
            if !is_email(address) {
                sheet.refuse(&EMAIL, "Enter a valid email address");
            } else if is_taken(EMAIL.name, address) {
                sheet.refuse_by(&EMAIL, "A user with that email already exists", REGISTRATION);
            }
        }
        let password = sheet.text(&PASSWORD);
        if password.as_ref().is_some_and(|it| it.chars().count() < PASSWORD_CHARS_MIN) {
            let why = format!("This password is too short. It must contain at least {PASSWORD_CHARS_MIN} characters");
            sheet.refuse_by(&PASSWORD, why, REGISTRATION);
        }
        let shop_name = sheet.text(&SHOP_NAME);
        let read = (|| Some(Self { username: username?, email: email?, password: password?, shop_name: shop_name? }))();
        sheet.checked(read)
    }
}

/// Whether a text has one @, and a dot after it.
fn is_email(text: &str) -> bool {
    let plain = text.chars().all(|it| it.is_ascii_graphic());
    let parts = text.split_once('@').filter(|it| !it.1.contains('@'));
    let domain = |it: &str| it.split('.').count() > 1 && it.split('.').all(|label| !label.is_empty());
    plain && parts.is_some_and(|(local, host)| !local.is_empty() && domain(host))
}

/// User name and password of a login.
pub fn parse_login(request: &Request) -> Result<(String, String), Error> {
    let mut sheet = Sheet::body(request)?;
    let (username, password) = (sheet.text(&LOGIN_NAME), sheet.text(&LOGIN_PASSWORD));
    sheet.checked(username.zip(password))
}

/// The refresh token of a refresh.
pub fn parse_refresh(request: &Request) -> Result<String, Error> {
    let mut sheet = Sheet::body(request)?;
    let token = sheet.text(&REFRESH_TOKEN);
    sheet.checked(token)
}

/// A new user.
pub fn user(id: u32, it: &Merchant) -> Response {
    #[derive(Serialize)]
    struct User<'a> {
        id: u32,
        username: &'a str,
        email: &'a str,
        shop_name: &'a str,
    }
    Response::json(StatusCode::CREATED, &User { id, username: &it.username, email: &it.email, shop_name: &it.shop_name })
}

/// Both tokens, and their user.
pub fn session(access: &str, refresh: &str, id: u32, it: &Merchant) -> Response {
    #[derive(Serialize)]
    struct Session<'a> {
        access: &'a str,
        refresh: &'a str,
        user: User<'a>,
    }
    #[derive(Serialize)]
    struct User<'a> {
        id: u32,
        username: &'a str,
        email: &'a str,
    }
    Response::json(StatusCode::OK, &Session { access, refresh, user: User { id, username: &it.username, email: &it.email } })
}

/// Both new tokens.
pub fn tokens(access: &str, refresh: &str) -> Response {
    #[derive(Serialize)]
    struct Pair<'a> {
        access: &'a str,
        refresh: &'a str,
    }
    Response::json(StatusCode::OK, &Pair { access, refresh })
}
