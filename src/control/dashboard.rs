//! The dashboard at `/__admin/`, and the files of all our pages. The page itself says nothing: what it shows comes from the
//! calls of the control API, with the token of the person who looks at it.

use http::{StatusCode, header};

use super::Problem;
use crate::kit::asset::{Asset, script, style};
use crate::kit::html::{self, secured, unframed};
use crate::kit::http::{Request, Response};
use crate::kit::nearest::close;

/// The files of the dashboard. `preact.js` is a library, see the folder `vendor`.
#[rustfmt::skip]
const ASSETS: &[Asset] = &[
    style("dashboard.css", include_str!("dashboard/dashboard.css")),
    script("preact.js", include_str!("dashboard/vendor/preact.js")),
    script("accounts.js", include_str!("dashboard/accounts.js")),
    script("api.js", include_str!("dashboard/api.js")),
    script("boundary.js", include_str!("dashboard/boundary.js")),
    script("clock.js", include_str!("dashboard/clock.js")),
    script("compare.js", include_str!("dashboard/compare.js")),
    script("dashboard.js", include_str!("dashboard/dashboard.js")),
    script("delivery.js", include_str!("dashboard/delivery.js")),
    script("details.js", include_str!("dashboard/details.js")),
    script("entry.js", include_str!("dashboard/entry.js")),
    script("events.js", include_str!("dashboard/events.js")),
    script("exchange.js", include_str!("dashboard/exchange.js")),
    script("filter.js", include_str!("dashboard/filter.js")),
    script("first.js", include_str!("dashboard/first.js")),
    script("format.js", include_str!("dashboard/format.js")),
    script("frame.js", include_str!("dashboard/frame.js")),
    script("hash.js", include_str!("dashboard/hash.js")),
    script("inbox.js", include_str!("dashboard/inbox.js")),
    script("json.js", include_str!("dashboard/json.js")),
    script("keys.js", include_str!("dashboard/keys.js")),
    script("layout.js", include_str!("dashboard/layout.js")),
    script("lifecycle.js", include_str!("dashboard/lifecycle.js")),
    script("lines.js", include_str!("dashboard/lines.js")),
    script("next.js", include_str!("dashboard/next.js")),
    script("now.js", include_str!("dashboard/now.js")),
    script("objects.js", include_str!("dashboard/objects.js")),
    script("outside.js", include_str!("dashboard/outside.js")),
    script("parts.js", include_str!("dashboard/parts.js")),
    script("proof.js", include_str!("dashboard/proof.js")),
    script("providers.js", include_str!("dashboard/providers.js")),
    script("request.js", include_str!("dashboard/request.js")),
    script("rules.js", include_str!("dashboard/rules.js")),
    script("sandboxes.js", include_str!("dashboard/sandboxes.js")),
    script("scenario.js", include_str!("dashboard/scenario.js")),
    script("snippets.js", include_str!("dashboard/snippets.js")),
    script("store.js", include_str!("dashboard/store.js")),
    script("tabs.js", include_str!("dashboard/tabs.js")),
    script("targets.js", include_str!("dashboard/targets.js")),
    script("timeline.js", include_str!("dashboard/timeline.js")),
    script("upcoming.js", include_str!("dashboard/upcoming.js")),
    script("virtual.js", include_str!("dashboard/virtual.js")),
    script("walk.js", include_str!("dashboard/walk.js")),
    script("webhooks.js", include_str!("dashboard/webhooks.js")),
];

/// The dashboard's page.
const PAGE: &str = include_str!("dashboard/dashboard.html");

const UNKNOWN: &str = include_str!("dashboard/unknown.html");

/// The page. Its addresses are relative, so they need a path that ends with a slash.
pub fn page(request: &Request) -> Response {
    if !request.target.split('?').next().unwrap_or_default().ends_with('/') {
        return Response::empty(StatusCode::SEE_OTHER).with(header::LOCATION, "__admin/").with(header::VARY, "Accept");
    }
    unframed(secured(Response::new(StatusCode::OK, "text/html; charset=utf-8", PAGE))).with(header::VARY, "Accept")
}

/// What a browser gets in place of the dashboard of a sandbox that does not exist. It runs no script, so it makes none either.
pub fn unknown(request: &Request) -> Response {
    let shown = page(request);
    if shown.status != StatusCode::OK {
        return shown;
    }
    unframed(secured(Response::new(StatusCode::NOT_FOUND, "text/html; charset=utf-8", UNKNOWN))).with(header::VARY, "Accept")
}

pub fn asset(name: &str) -> Result<Response, Problem> {
    let known = || ASSETS.iter().chain(html::ASSETS);
    known().find(|it| it.name == name).map(Asset::response).ok_or_else(|| {
        let nearest = close(name, known().map(|it| it.name)).map_or(String::new(), |it| format!(" The nearest is {it}."));
        Problem::not_found(format!("The pages have no file of that name.{nearest}"))
    })
}
