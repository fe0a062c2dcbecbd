//! Percent-encoding (RFC 3986).

use crate::hex;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Encodes everything but the unreserved characters, for one segment of a path or one value of a query.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => {
                text.push('%');
                text.push(char::from(DIGITS[usize::from(byte >> 4)]));
                text.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    text
}

/// Undoes it; `None` if a `%` has no two digits behind it, or the result is not UTF-8. A `+` stands for itself.
pub fn decode(text: &str) -> Option<String> {
    String::from_utf8(decoded(text, |_| None)?).ok()
}

/// Undoes it as far as it goes: a `%` without two digits behind it stands for itself. So does a `+`.
pub fn decode_lenient(text: &str) -> Vec<u8> {
    decoded(text, Some).unwrap_or_default()
}

/// `otherwise` says what a `%` without digits is.
fn decoded(text: &str, otherwise: fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut rest = text.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.split_first_chunk().filter(|_| first == b'%');
        match escaped.and_then(|([high, low], after)| Some((hex::digit(*high)?, hex::digit(*low)?, after))) {
            Some((high, low, after)) => {
                bytes.push(high << 4 | low);
                rest = after;
            }
            None => {
                bytes.push(if first == b'%' { otherwise(first)? } else { first });
                rest = after;
            }
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_unreserved_characters_are_encoded() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode("a/b c+ü%"), "a%2Fb%20c%2B%C3%BC%25");
    }

    #[test]
    fn what_is_no_encoding_is_refused_or_left() {
        assert_eq!(decode("p%40ss%2fw+d"), Some("p@ss/w+d".to_owned()));
        for text in ["%", "%4", "%zz", "a%+1", "%ff"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode_lenient("%4%zz%41%"), b"%4%zzA%");
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_read_back(text: String) {
            let encoded = encode(&text);
            proptest::prop_assert_eq!(decode_lenient(&encoded), text.as_bytes());
            proptest::prop_assert_eq!(decode(&encoded), Some(text));
        }
    }
}
