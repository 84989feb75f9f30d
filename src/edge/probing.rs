//! Asks an application what it has made of its webhooks.

use bytes::Bytes;

use super::driver::Driver;
use crate::engine::delivery::{ANSWER_BYTES_MAX, AttemptId, Outgoing, authorize};
use crate::kit::http::{HeaderMap, Response, StatusCode};
use crate::kit::time::Duration;

/// A probe answers within this time.
const TIME_MAX: Duration = Duration::from_secs(5);

/// The application's answer to a GET, which leaves by the rules of webhooks.
///
/// # Errors
/// The reason why the answer did not come whole. It is the second half of a sentence.
pub async fn ask(driver: &Driver, url: &str) -> Result<Response, String> {
    let mut headers = HeaderMap::new();
    authorize(&mut headers, url);
    let outgoing = Outgoing {
        id: AttemptId { delivery: 0, number: 1, copy: 0 },
        generation: 0,
        url: url.to_owned(),
        headers,
        body: Bytes::new(),
        time_limit: TIME_MAX,
        documented_headers: &[],
        dated: None,
    };
    let outcome = driver.courier().get(&outgoing).await;
    let detail = outcome.remarks.as_ref().and_then(|it| it.detail.clone()).map_or(String::new(), |it| format!(" ({it})"));
    match (outcome.error(), outcome.result) {
        (None, Ok(answer)) if ANSWER_BYTES_MAX <= answer.body.0.len() => {
            Err(format!("its answer has {} KiB or more, and only shorter answers are compared", ANSWER_BYTES_MAX / 1024))
        }
        (None, Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status).map_err(|_| format!("its answer has the status {}", answer.status))?;
            Ok(Response { status, headers: answer.headers.map(), body: answer.body.0 })
        }
        (Some(error), _) => Err(format!("it gave no answer: {error}{detail}")),
        (None, Err(failure)) => Err(format!("it gave no answer: {}", failure.word())),
    }
}
