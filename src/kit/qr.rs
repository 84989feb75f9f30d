//! QR codes as pictures.

use http::{HeaderValue, StatusCode, header};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

use super::http::Response;

/// The width and height of the pictures on payment pages.
const PIXELS: u32 = 500;

/// The picture of the code of a text. `None`: the text is too long for a code.
pub fn picture(text: &str) -> Option<Response> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let svg = code.render::<Color<'_>>().min_dimensions(PIXELS, PIXELS).build();
    let mut response = Response::new(StatusCode::OK, "image/svg+xml", svg);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers.insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_an_svg_and_has_an_end() {
        let picture = picture("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=0.5").expect("it fits");
        assert!(picture.body.starts_with(b"<?xml") && picture.body.ends_with(b"</svg>"));
        assert_eq!(super::picture(&"x".repeat(3_000)), None);
    }
}
