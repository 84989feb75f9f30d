//! Why an attempt failed: the documented word, and the cause as a text.

use std::error::Error;
use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use crate::engine::delivery::Failure;

/// Characters of a cause. Texts of libraries can quote what a receiver has sent.
const DETAIL_CHARS_MAX: usize = 500;

/// An attempt that failed.
#[derive(Debug)]
pub struct Broken {
    pub failure: Failure,
    pub detail: String,
    pub hint: Option<String>,
}

impl Broken {
    /// For that reason.
    pub fn new(failure: Failure, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { failure, detail: detail.chars().take(DETAIL_CHARS_MAX).collect(), hint: None }
    }

    /// The same with advice.
    #[cfg(feature = "tls")]
    pub fn with_hint(self, hint: Option<&str>) -> Self {
        Self { hint: hint.map(str::to_owned), ..self }
    }

    /// The same, and the cause of a later failure.
    pub fn and(self, later: &Self) -> Self {
        Self { hint: self.hint, ..Self::new(self.failure, format!("{}; {}", self.detail, later.detail)) }
    }
}

/// A connection that could not be opened.
pub fn connecting(to: SocketAddr, why: &io::Error) -> Broken {
    let failure = if why.kind() == ErrorKind::TimedOut { Failure::Timeout } else { Failure::Refused };
    Broken::new(failure, format!("no connection to {to}: {why}"))
}

/// Why an answer ended before it was complete.
pub fn within(error: &hyper::Error) -> String {
    let broken = exchanging(error);
    if broken.failure == Failure::Reset {
        "the receiver closed the connection before the end of its answer".to_owned()
    } else {
        broken.detail
    }
}

/// An exchange that failed before the head of the answer was complete.
pub fn exchanging(error: &hyper::Error) -> Broken {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(it) = cause {
        match it.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => return reset(error),
            Some(ErrorKind::TimedOut) => return Broken::new(Failure::Timeout, causes(error)),
            _ => cause = it.source(),
        }
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        return reset(error);
    }
    Broken::new(Failure::BadResponse, format!("the answer is not HTTP/1.1: {}", causes(error)))
}

fn reset(error: &hyper::Error) -> Broken {
    Broken::new(Failure::Reset, format!("the receiver closed the connection before it answered: {}", causes(error)))
}

/// An error and what has caused it.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        _ = write!(text, ": {it}");
        cause = it.source();
    }
    text
}
