//! TLS of a server: the certificate that it shows, and the handshake of each connection.

use std::io;

#[cfg(feature = "tls")]
pub use self::handshake::{Ended, Handshakes};
#[cfg(feature = "tls")]
pub use self::secured::Secured;
use crate::kit::secret::Secret;

#[cfg(feature = "tls")]
mod handshake;
#[cfg(feature = "tls")]
mod secured;

/// What a server shows to its clients: a certificate, and the key that proves it.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// As PEM: the certificate of the server first, then those between it and its authority.
    pub chain: String,
    /// As PEM: the private key, in PKCS #8, PKCS #1 or SEC 1.
    pub key: Secret,
}

impl Certificate {
    /// Whether a server can show it.
    ///
    /// # Errors
    /// `InvalidData`: the texts are not a certificate and a key. `InvalidInput`: the key belongs to another certificate.
    /// `Unsupported`: this build has no TLS.
    #[cfg(feature = "tls")]
    pub fn check(&self) -> io::Result<()> {
        self::handshake::config(self).map(drop)
    }

    /// Whether a server can show it.
    ///
    /// # Errors
    /// `Unsupported`: this build has no TLS.
    #[cfg(not(feature = "tls"))]
    pub fn check(&self) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this build has no TLS: the feature `tls` is off"))
    }
}
