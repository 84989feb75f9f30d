//! `/__admin/openapi`: the providers' contracts and these calls themselves, as documents.

use http::Method;
use serde_json::{Value as Json, json};

use super::{Answer, Ask, Problem, ROUTES, Route, ok, provider_id};
use crate::contract::openapi;
use crate::kit::http::DEFAULT_ORIGIN;

pub fn provider(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider_id = provider_id(ask.world, ask.captures[0])?;
    ok(&openapi::document(ask.world.provider(provider_id).contract()))
}

pub fn control(_: &mut Ask<'_>) -> Result<Answer, Problem> {
    ok(&document())
}

/// The control API, from its table of routes.
fn document() -> Json {
    let mut paths = json!({});
    for route in ROUTES {
        let path = format!("/__admin/{}", route.1);
        for method in methods(route) {
            let name = method.as_str().to_ascii_lowercase();
            paths[path.as_str()][&name] = call(route, &name);
        }
    }
    json!({
        "openapi": openapi::VERSION,
        "info": {
            "title": "Playmoney control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Time, actions, webhooks, accounts, journal and state of a sandbox.",
        },
        "servers": [{"url": DEFAULT_ORIGIN, "description": "the default sandbox"}],
        "paths": paths,
        "components": {
            "schemas": {"problem": problem()},
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer", "description": "Only where the server was started with an admin token.",
            }},
        },
        "security": [{}, {"token": []}],
    })
}

/// The methods that a route answers to; one without a method of its own answers to every method that a path can list.
fn methods(route: &Route) -> Vec<Method> {
    let all = || {
        let listed = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::OPTIONS, Method::HEAD, Method::PATCH, Method::TRACE];
        listed.to_vec()
    };
    route.0.clone().map_or_else(all, |it| vec![it])
}

fn call(route: &Route, method: &str) -> Json {
    let parts: Vec<&str> = route.1.split('/').filter(|it| !it.is_empty()).collect();
    let words = parts.iter().map(|it| it.replace(['{', '}'], "").replace('.', "_"));
    let words = if parts.is_empty() { vec!["index".to_owned()] } else { words.collect() };
    let name = format!("{method}_{}", words.join("_"));
    let captured = parts.iter().filter_map(|it| it.strip_prefix('{')?.split_once('}').map(|it| it.0));
    let parameter = |place: &str, name: &str| json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}});
    let in_path = captured.map(|it| parameter("path", it));
    let parameters: Vec<Json> = in_path.chain(query(route.3).map(|it| parameter("query", it))).collect();
    let mut call = json!({
        "operationId": name,
        "summary": route.3,
        "responses": {
            "200": {"description": "done"},
            "default": {
                "description": "not done",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
            },
        },
    });
    if !parameters.is_empty() {
        call["parameters"] = parameters.into();
    }
    if ["post", "put", "patch"].contains(&method) {
        call["requestBody"] = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
    }
    call
}

/// The names of a query that a route's text shows as it would be written: `?provider=&status=`.
fn query(does: &str) -> impl Iterator<Item = &str> {
    let written = does.split_once('?').map_or("", |it| it.1);
    written.split('&').filter_map(|it| it.split_once('=')).map(|it| it.0)
}

/// RFC 9457, as every refusal of the control API is written.
fn problem() -> Json {
    json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "code": {"type": "string", "description": "the last word of the type"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "what is wrong and what would be right"},
        },
        "required": ["type", "code", "title", "status", "detail"],
    })
}
