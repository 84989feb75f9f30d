//! QR codes as pictures.

use http::{HeaderValue, StatusCode, header};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

use super::http::Response;

/// The width and height of the pictures, at the least.
const PIXELS: u32 = 500;
/// The same on a page, where a phone has to read it.
const PIXELS_ON_PAGE: u32 = 200;
/// The empty modules at each side of a code.
const MARGIN: u32 = 4;

fn code(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M).ok()
}

/// The width and height of the picture of a text on a page: the same whole number of pixels for each module.
pub fn pixels_on_page(text: &str) -> u32 {
    let modules = code(text).and_then(|it| u32::try_from(it.width()).ok()).unwrap_or_default() + 2 * MARGIN;
    PIXELS_ON_PAGE.div_ceil(modules) * modules
}

/// The picture of the code of a text. `None`: the text is too long for a code.
pub fn picture(text: &str) -> Option<Response> {
    let svg = code(text)?.render::<Color<'_>>().min_dimensions(PIXELS, PIXELS).build();
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

    #[test]
    fn each_module_has_the_same_whole_number_of_pixels() {
        for (text, modules) in [("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=0.5", 41), ("x", 29), (&"x".repeat(2_000), 169 + 8)] {
            let pixels = pixels_on_page(text);
            assert_eq!(pixels % modules, 0, "{text}");
            assert!((200..400).contains(&pixels), "{pixels}");
            let picture = String::from_utf8(picture(text).expect("it fits").body.to_vec()).expect("text");
            let width = picture.split("width=\"").nth(1).and_then(|it| it.split('"').next()).and_then(|it| it.parse::<u32>().ok());
            assert_eq!(width.map(|it| it % modules), Some(0), "{picture}");
        }
    }
}
