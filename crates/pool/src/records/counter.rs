//! A user's item in the table of counters that functions on this machine find in place of DynamoDB.

use serde_json::{Map, Value};

use super::document::{Document, SWEEP_MARGIN_SECONDS};
use super::key::Key;
use crate::base::clock::Millis;

/// An item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CounterRecord {
    /// The attributes as DynamoDB writes them: `{"N": "1"}`.
    pub item: Map<String, Value>,
}

impl CounterRecord {
    /// Where the item of this user lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<CounterRecord> {
        Key::of_user(pool_id, sub, "counter")
    }
}

impl Document for CounterRecord {
    fn to_document(&self) -> Value {
        Value::Object(self.item.clone())
    }

    fn from_document(document: &Value) -> Option<CounterRecord> {
        Some(CounterRecord {
            item: document.as_object()?.clone(),
        })
    }

    /// What the attribute `expires` says, in seconds since 1970: the table's time to live.
    fn sweepable(&self) -> Option<Millis> {
        let expires: i64 = self.item.get("expires")?.get("N")?.as_str()?.parse().ok()?;
        Some(Millis(expires.checked_mul(1000)?).plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_is_swept_when_it_expires_and_stays_if_it_does_not() {
        let item = |expires: Value| CounterRecord::from_document(&json!({ "expires": expires })).unwrap();
        let swept = item(json!({ "N": "100" })).sweepable();
        assert_eq!(swept, Some(Millis(100_000).plus_seconds(SWEEP_MARGIN_SECONDS)));
        for expires in [
            json!(null),
            json!({ "S": "100" }),
            json!({ "N": "x" }),
            json!({ "N": "9223372036854775807" }),
        ] {
            assert_eq!(item(expires).sweepable(), None);
        }
    }
}
