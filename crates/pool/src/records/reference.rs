//! Rows that refer to another row by name.

use poolhouse_store::Row;
use serde_json::Value;

/// The body of a row that refers to another by name: a JSON string.
pub fn reference(name: &str) -> String {
    Value::from(name).to_string()
}

/// What such a row refers to.
pub fn referenced(row: Row) -> Option<String> {
    match serde_json::from_str(&row.body) {
        Ok(Value::String(name)) => Some(name),
        _ => None,
    }
}
