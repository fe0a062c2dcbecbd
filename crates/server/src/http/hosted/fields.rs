//! What a form holds, decoded.

use poolhouse_pool::oauth::form::decoded;
use poolhouse_pool::oauth::steps::Fields;

/// Fields of the longest form.
const MOST: usize = 60;

/// Reads a form. `None` for what is none, or says something twice.
pub(super) fn read(bytes: &[u8]) -> Option<Fields> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut fields = Fields::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let before = fields.insert(decoded(name)?, decoded(value)?);
        if before.is_some() || fields.len() > MOST {
            return None;
        }
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_says_something_twice_is_none() {
        assert_eq!(read(b"a=1&b=2").map(|fields| fields.len()), Some(2));
        assert_eq!(read(b"a=1&a=2"), None);
        assert_eq!(read(b"a=%zz"), None);
        assert_eq!(read(b"\xff"), None);
    }
}
