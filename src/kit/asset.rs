//! Files of our pages: styles, scripts and pictures, compiled into the program.

use super::http::{HeaderValue, Response, StatusCode, header};

/// A file that a page loads.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name below `/__admin/assets/`.
    pub name: &'static str,
    pub media_type: &'static str,
    pub text: &'static str,
}

/// A style sheet.
pub const fn style(name: &'static str, text: &'static str) -> Asset {
    Asset { name, media_type: "text/css; charset=utf-8", text }
}

/// A script, which is a module.
pub const fn script(name: &'static str, text: &'static str) -> Asset {
    Asset { name, media_type: "text/javascript; charset=utf-8", text }
}

impl Asset {
    /// The file as an answer. A browser asks each time whether it has changed, because another version may run tomorrow.
    pub fn response(&self) -> Response {
        let mut response = Response::new(StatusCode::OK, self.media_type, self.text);
        for (name, value) in [(header::CACHE_CONTROL, "no-cache"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")] {
            response.headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
