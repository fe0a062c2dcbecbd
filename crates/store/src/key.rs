//! What may be a key, on every engine alike.

use crate::StoreError;

/// The longest key, in bytes. PostgreSQL's B-tree holds no entry over a third of a page (2,704 bytes).
pub const MAX_KEY_BYTES: usize = 2048;

/// Refuses what some engine could not store: PostgreSQL's text has no NUL.
pub(crate) fn check(key: &str) -> Result<(), StoreError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES || key.contains('\0') {
        return Err(StoreError::Key);
    }
    Ok(())
}

pub(crate) fn check_all(keys: &[&str]) -> Result<(), StoreError> {
    keys.iter().try_for_each(|key| check(key))
}

/// The least key above every key that starts with `prefix`; `None` when there is no such bound.
///
/// Raising the last character by one code point works because UTF-8 sorts by bytes as by code points.
pub(crate) fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // A range of characters leaves out the surrogates by itself.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_its_last_character_ends() {
        let ends = [
            ("", None),
            ("a", Some("b")),
            ("user/", Some("user0")),
            ("\u{7f}", Some("\u{80}")),
            ("x\u{d7ff}", Some("x\u{e000}")),
            ("x\u{10ffff}", Some("y")),
            ("\u{10ffff}\u{10ffff}", None),
        ];
        for (prefix, end) in ends {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }

    #[test]
    fn keys_that_some_engine_cannot_hold_are_refused() {
        assert!(check("").is_err());
        assert!(check("a\0b").is_err());
        assert!(check(&"k".repeat(MAX_KEY_BYTES + 1)).is_err());
        assert!(check(&"k".repeat(MAX_KEY_BYTES)).is_ok());
    }
}
