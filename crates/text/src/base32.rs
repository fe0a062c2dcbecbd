//! Base32 of RFC 4648 without padding: what authenticator apps take a seed in.

const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bits of a digit.
const BITS: u32 = 5;

/// The bytes in capital letters and digits, the last bits filled up with zeros.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= BITS {
            bits -= BITS;
            text.push(digit(held >> bits));
        }
    }
    if bits > 0 {
        text.push(digit(held << (BITS - bits)));
    }
    text
}

/// The bytes that the digits stand for, in capitals; `None` for anything else. Bits that fill no byte are left out.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = DIGITS.iter().position(|digit| *digit == letter)?;
        held = (held << BITS) | u32::try_from(value).ok()?;
        bits += BITS;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits).to_be_bytes()[3]);
        }
    }
    Some(bytes)
}

fn digit(bits: u32) -> char {
    char::from(DIGITS[(bits & 31) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_standard_writes_them_and_read_again() {
        // RFC 4648, section 10, without the padding.
        let cases = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];
        for (plain, text) in cases {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(encode(&[0xff; 32]).len(), 52);
        assert_eq!(decode(&encode(&[0xff; 32])), Some(vec![0xff; 32]));
    }

    #[test]
    fn what_is_no_digit_is_not_read() {
        for text in ["my", "M1", "MY======", "M Y", "MZXW8"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
