//! Hexadecimal, two digits a byte.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The bytes in lower-case digits.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    encode_into(&mut text, bytes);
    text
}

/// The same at the end of a text, which its owner may wipe: with room enough, nothing is left anywhere else.
pub fn encode_into(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// The bytes that the digits stand for, in either case; `None` for an odd number of digits or anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() / 2];
    decode_into(text, &mut bytes)?;
    Some(bytes)
}

/// Fills `bytes`, which its owner may wipe; `None` unless the digits are exactly as many as they need.
pub fn decode_into(text: &str, bytes: &mut [u8]) -> Option<()> {
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    if !odd.is_empty() || pairs.len() != bytes.len() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(())
}

/// What one digit stands for.
pub fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(encode(&[0, 0x0a, 0xbc, 0xff]), "000abcff");
        assert_eq!(encode(&[]), "");
        assert_eq!(decode("000aBCff"), Some(vec![0, 0x0a, 0xbc, 0xff]));
        assert_eq!(decode(""), Some(Vec::new()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["0", "abc", "0x", "+1", "-1", " 1", "1\n", "g0", "0g", "é", "00é"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
        assert_eq!(decode_into("00ff", &mut [0; 3]), None);
        assert_eq!(decode_into("00ff", &mut [0; 1]), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
