//! `/__admin/openapi`: the providers' contracts as documents.

use super::{Answer, Ask, Problem, ok, seat};
use crate::engine::contract::openapi;

pub fn openapi(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let file = ask.captures[0];
    let slug = file
        .strip_suffix(".json")
        .ok_or_else(|| Problem::nothing(format!("There is no /__admin/openapi/{file}; documents end in .json.")))?;
    let seat = seat(ask.world, slug)?;
    ok(&openapi::document(ask.world.member(seat).contract()))
}
