//! The dashboard at `/__admin/`, and the files of all our pages. The page itself says nothing: what it shows comes from the
//! calls of the control API, with the token of the person who looks at it.

use http::StatusCode;

use super::Problem;
use crate::kit::asset::{Asset, script, style};
use crate::kit::html::{self, secured, unframed};
use crate::kit::http::Response;
use crate::kit::nearest::close;

/// The files of the dashboard.
const ASSETS: &[Asset] =
    &[style("dashboard.css", include_str!("dashboard/dashboard.css")), script("dashboard.js", include_str!("dashboard/dashboard.js"))];

/// The dashboard's page.
const PAGE: &str = include_str!("dashboard/dashboard.html");

pub fn page() -> Response {
    unframed(secured(Response::new(StatusCode::OK, "text/html; charset=utf-8", PAGE)))
}

pub fn asset(name: &str) -> Result<Response, Problem> {
    let known = || ASSETS.iter().chain(html::ASSETS);
    known().find(|it| it.name == name).map(Asset::response).ok_or_else(|| {
        let nearest = close(name, known().map(|it| it.name)).map_or(String::new(), |it| format!(" The nearest is {it}."));
        Problem::not_found(format!("The pages have no file of that name.{nearest}"))
    })
}
