//! A client of Quantum Payouts in the standard library alone. A shop would take a crate for HTTP.

use std::io::{Error, Read, Write};
use std::net::TcpStream;

/// Posts JSON, and returns the text of the answer.
pub fn post(url: &str, token: &str, body: &str) -> Result<String, Error> {
    let rest = url.strip_prefix("http://").ok_or_else(|| Error::other("the address does not begin with http://"))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| Error::other("the answer has no body"))?;
    Ok(body.to_owned())
}
