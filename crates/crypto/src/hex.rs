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
