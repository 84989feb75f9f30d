//! Words that every provider needs, and that belong to none of them.

pub mod base58;
pub mod bases;
pub mod cards;
pub mod diagnosis;
pub mod encodings;
pub mod evidence;
pub mod fields;
pub mod form;
pub mod heap;
pub mod html;
pub mod http;
pub mod ids;
pub mod json;
pub mod jwt;
pub mod live_keys;
pub mod money;
pub mod nearest;
pub mod path;
pub mod printable;
pub mod qr;
pub mod secret;
pub mod sheet;
pub mod sign;
pub mod time;
pub mod webhook_url;
pub mod word;
