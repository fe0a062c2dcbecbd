//! From the bytes of a request to JSON.

use serde_json::Value;

use crate::validate::Rejection;

/// How deep a body may nest. The deepest modelled request nests 5 levels; free-form documents get the rest.
const DEEPEST: usize = 32;

/// Reads a request body, which must be one JSON object of at most 32 levels.
///
/// An empty body is refused like any other text that is not JSON: clients send at least `{}`. Of a key that is given
/// twice the last value counts. The caller limits the size.
///
/// # Errors
/// [`Rejection::Serialization`] when the bytes are not such an object.
pub fn parse_body(body: &[u8]) -> Result<Value, Rejection> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| Rejection::Serialization("The request body is not valid JSON.".into()))?;
    if !value.is_object() {
        return Err(Rejection::Serialization(
            "The request body is not a JSON object.".into(),
        ));
    }
    if depth(&value) > DEEPEST {
        let text = format!("The request body is nested more than {DEEPEST} levels deep.");
        return Err(Rejection::Serialization(text));
    }
    Ok(value)
}

/// Levels of arrays and objects. The parser itself stops at 128, which bounds the recursion.
fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(elements) => elements.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: &[u8]) -> String {
        match parse_body(body) {
            Err(Rejection::Serialization(text)) => text,
            other => panic!("expected a serialization error, got {other:?}"),
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let broken: [&[u8]; 6] = [
            b"",
            b"{",
            b"{}x",
            b"\xff",
            b"{\"a\":1e999}",
            b"{\"a\":\"\\ud800\"}",
        ];
        for body in broken {
            assert_eq!(refused(body), "The request body is not valid JSON.", "{body:?}");
        }
    }

    #[test]
    fn json_that_is_not_an_object_is_refused() {
        for body in [&b"null"[..], b"[]", b"1", b"\"{}\""] {
            assert_eq!(refused(body), "The request body is not a JSON object.");
        }
    }

    #[test]
    fn nesting_is_limited_to_32_levels() {
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(parse_body(nested(32).as_bytes()).is_ok());
        assert_eq!(
            refused(nested(33).as_bytes()),
            "The request body is nested more than 32 levels deep."
        );
        assert_eq!(
            refused(nested(100_000).as_bytes()),
            "The request body is not valid JSON."
        );
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(parse_body(br#"{"a": 1, "a": 2}"#).unwrap(), json!({"a": 2}));
    }
}
