//! Hexadecimal text of unsigned integers, as the SRP messages carry them.

/// The bytes of a hexadecimal integer, most significant first. Either letter case, any number of digits but none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() {
        return None;
    }
    // An odd first digit is a byte of its own.
    let (head, pairs) = digits.split_at(digits.len() % 2);
    let head = head.iter().map(|&digit| nibble(digit));
    let pairs = pairs
        .chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?));
    head.chain(pairs).collect()
}

/// Lower-case hexadecimal of an unsigned integer without superfluous zeros; `0` for zero.
pub(crate) fn encode_integer(bytes: &[u8]) -> String {
    let text = encode(bytes);
    match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    }
}

/// Lower-case hexadecimal, two digits a byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn nibble(digit: u8) -> Option<u8> {
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
