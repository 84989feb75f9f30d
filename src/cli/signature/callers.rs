//! Whose signature a request has, as far as no server is needed to know it, and what only a server knows.

use super::Place;
use crate::engine::signature::RequestSignature;
use crate::engine::tables::Contract;
use crate::kit::http::Request;
use crate::kit::printable::line;

/// Whether a request names another account than the one with the published secret.
pub fn names_another(contract: &Contract, own: &RequestSignature, request: &Request) -> bool {
    let published = contract.credential().map(|it| it.test_value);
    (own.caller)(request).is_some_and(|it| Some(&*it) != published)
}

/// What no clock and no memory of a server has judged.
pub fn unchecked(contract: &Contract, place: &Place<'_>, request: &Request, secret: Option<&str>) -> Vec<String> {
    let Some(own) = contract.request_signature.filter(|_| matches!(place, Place::Target(..))) else {
        return if contract.reach.signs_dates { vec!["the age of its date".to_owned()] } else { Vec::new() };
    };
    let caller = (own.caller)(request).filter(|_| secret.is_some());
    let caller = caller.map(|it| format!("whether this is the secret of `{}`", line(&it)));
    caller.into_iter().chain(own.unchecked.iter().map(|it| (*it).to_owned())).collect()
}

/// The line that says what is not checked, and who knows it.
pub fn unchecked_line(unchecked: &[String], place: &Place<'_>) -> String {
    let whom = match place {
        Place::Target(..) => "only a server knows it; GET /__admin/requests shows why it refused a request",
        Place::Url(_) => "POST /__admin/webhooks/verify judges it by the clock of a sandbox",
    };
    if unchecked.is_empty() { String::new() } else { format!("\nunchecked  {}: {whom}", unchecked.join(", ")) }
}
