//! Hexadecimal text of unsigned integers, as the SRP messages carry them.

use poolhouse_text::hex;

/// The bytes of a hexadecimal integer, most significant first. Either letter case, any number of digits but none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() {
        return None;
    }
    // An odd first digit is a byte of its own.
    let (head, pairs) = text.split_at_checked(text.len() % 2)?;
    let mut bytes = vec![0; text.len().div_ceil(2)];
    let (first, rest) = bytes.split_at_mut(head.len());
    for (byte, digit) in first.iter_mut().zip(head.bytes()) {
        *byte = hex::digit(digit)?;
    }
    hex::decode_into(pairs, rest)?;
    Some(bytes)
}

/// Lower-case hexadecimal of an unsigned integer without superfluous zeros; `0` for zero.
pub(crate) fn encode_integer(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for (text, bytes) in [
            ("0", &[0][..]),
            ("00", &[0]),
            ("f", &[15]),
            ("0aF", &[0, 0xaf]),
            ("12ab", &[0x12, 0xab]),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-1", "+1", "0x1", "1 ", "g", "é", "12\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn integers_are_written_without_leading_zeros() {
        for (bytes, text) in [
            (&[][..], "0"),
            (&[0, 0], "0"),
            (&[0, 0x0a, 0xbc], "abc"),
            (&[0xff], "ff"),
        ] {
            assert_eq!(encode_integer(bytes), text);
        }
    }
}
