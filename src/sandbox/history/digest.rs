//! Hashes of what went out. They find differences; they are not a proof against someone who wants to deceive.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::engine::delivery::Outgoing;
use crate::kit::http::{HeaderMap, Response};

/// What is kept of an answer or a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// The status of an answer; 0 for a webhook.
    pub status: u16,
    /// The bytes of its body.
    pub bytes: u64,
    /// Of its status or address, its headers and its body.
    pub hash: u64,
}

impl Digest {
    pub fn of_response(buffer: &mut Vec<u8>, response: &Response) -> Self {
        buffer.clear();
        buffer.extend_from_slice(&response.status.as_u16().to_le_bytes());
        Self::of(buffer, response.status.as_u16(), &response.headers, &response.body)
    }

    pub fn of_outgoing(buffer: &mut Vec<u8>, outgoing: &Outgoing) -> Self {
        buffer.clear();
        append(buffer, outgoing.url.as_bytes());
        Self::of(buffer, 0, &outgoing.headers, &outgoing.body)
    }

    fn of(buffer: &mut Vec<u8>, status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        for (name, value) in headers {
            append(buffer, name.as_str().as_bytes());
            append(buffer, value.as_bytes());
        }
        let hash = XxHash3_64::oneshot_with_seed(XxHash3_64::oneshot(buffer), body);
        Self { status, bytes: body.len() as u64, hash }
    }
}

fn append(buffer: &mut Vec<u8>, part: &[u8]) {
    buffer.extend_from_slice(&(part.len() as u64).to_le_bytes());
    buffer.extend_from_slice(part);
}

/// The running hash after one more output.
pub fn chained(hash: u64, next: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(hash, &next.to_le_bytes())
}
