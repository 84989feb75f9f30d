//! stub
use super::Contract;
/// d
pub fn document(_: &Contract) -> serde_json::Value {
    serde_json::Value::Null
}
