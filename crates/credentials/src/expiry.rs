//! When credentials end, as the places that give them write it.

use jiff::Timestamp;
use serde_json::Value;

/// Seconds since 1970 of a time as RFC 3339 writes it. The AWS CLI once ended its times with `UTC`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text
        .strip_suffix("UTC")
        .map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
    let time: Timestamp = text.parse().ok()?;
    u64::try_from(time.as_second()).ok()
}

/// The member `Expiration` of an object. One that is there and cannot be read is an error, not credentials for ever.
pub(crate) fn of(object: &Value) -> Result<Option<u64>, ()> {
    match object.get("Expiration") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(seconds).map(Some).ok_or(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_in_the_spellings_there_are() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.999Z",
            "2026-01-02T04:04:05+01:00",
            "2026-01-02T03:04:05UTC",
        ] {
            assert_eq!(seconds(text), Some(1_767_323_045), "{text}");
        }
        for text in ["", "tomorrow", "2026-01-02", "1960-01-01T00:00:00Z"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn an_end_that_cannot_be_read_is_no_lack_of_one() {
        assert_eq!(of(&json!({})), Ok(None));
        assert_eq!(of(&json!({ "Expiration": "1970-01-01T00:00:09Z" })), Ok(Some(9)));
        assert_eq!(of(&json!({ "Expiration": 9 })), Err(()));
    }
}
