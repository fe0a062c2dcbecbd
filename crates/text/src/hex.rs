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
    // No branch depends on a digit: which of two kinds comes next is a guess that costs more than reading both.
    let mut wrong = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (value(*high), value(*low));
        *byte = high << 4 | low;
        wrong |= high | low;
    }
    (wrong < 16).then_some(())
}

/// What one digit stands for.
pub fn digit(digit: u8) -> Option<u8> {
    Some(value(digit)).filter(|value| *value < 16)
}

/// What one digit stands for; 16 or more for anything else.
const fn value(digit: u8) -> u8 {
    let decimal = digit.wrapping_sub(b'0');
    let letter = (digit | 0x20).wrapping_sub(b'a');
    let is_decimal = mask(decimal < 10);
    let is_letter = mask(letter < 6);
    (decimal & is_decimal) | (letter.wrapping_add(10) & is_letter) | (!(is_decimal | is_letter) & 0x80)
}

/// All bits or none.
const fn mask(is: bool) -> u8 {
    (is as u8).wrapping_neg()
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

    #[test]
    fn every_byte_is_a_digit_or_none_in_either_place_of_a_pair() {
        for byte in 0..=255_u8 {
            let expected = char::from(byte).to_digit(16).map(|value| value.to_le_bytes()[0]);
            assert_eq!(digit(byte), expected, "{byte}");
            let Ok(text) = std::str::from_utf8(&[byte, b'1']).map(str::to_owned) else {
                continue;
            };
            assert_eq!(
                decode(&text),
                expected.map(|value| vec![value << 4 | 1]),
                "{byte}"
            );
            let turned: String = text.chars().rev().collect();
            assert_eq!(
                decode(&turned),
                expected.map(|value| vec![0x10 | value]),
                "{byte}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
