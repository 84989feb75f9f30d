//! Access and refresh tokens.

use serde::{Deserialize, Serialize};

use crate::kit::jwt;

/// The first part of every token, as in the documentation.
const HEAD: &str = r#"{"typ":"JWT","alg":"HS256"}"#;
/// An access token is valid for 24 hours, a refresh token for 30 days.
pub const ACCESS_SECS: i64 = 24 * 60 * 60;
pub const REFRESH_SECS: i64 = 30 * 24 * 60 * 60;
/// The values of `token_type`.
pub const ACCESS: &str = "access";
pub const REFRESH: &str = "refresh";

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub token_type: String,
    pub exp: i64,
    pub iat: i64,
    pub jti: String,
    pub user_id: u32,
}

impl Claims {
    /// The signed token.
    pub fn sign(&self, secret: &str) -> String {
        jwt::signed(HEAD, self, secret.as_bytes())
    }

    /// The claims of a token that was signed with that secret.
    pub fn open(token: &str, secret: &str) -> Option<Self> {
        jwt::opened(token, secret.as_bytes())
    }
}
