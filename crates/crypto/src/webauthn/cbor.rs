//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, no tags, no floating point. Whatever else there is, is
//! not read.

/// How deep values may lie in each other. Authenticators need four (CTAP2 canonical form).
const DEEPEST: usize = 8;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer, of those that 64 bits with a sign can hold.
    Integer(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// Values in a row.
    Array(Vec<Value<'a>>),
    /// Pairs, in their order.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// True, false, null or undefined.
    Simple(u8),
}

impl<'a> Value<'a> {
    /// What a map has under an integer.
    pub fn of(&self, label: i64) -> Option<&Value<'a>> {
        self.under(&Value::Integer(label))
    }

    /// What a map has under a text.
    pub fn named(&self, name: &str) -> Option<&Value<'a>> {
        self.under(&Value::Text(name))
    }

    fn under(&self, wanted: &Value<'_>) -> Option<&Value<'a>> {
        let Value::Map(pairs) = self else { return None };
        let mut found = pairs.iter().filter(|(key, _)| key == wanted);
        let (_, value) = found.next()?;
        // Of two that say different things neither is believed.
        found.next().is_none().then_some(value)
    }
}

/// The one value that these bytes are.
pub fn read(bytes: &[u8]) -> Option<Value<'_>> {
    let (value, rest) = read_first(bytes)?;
    rest.is_empty().then_some(value)
}

/// The value that these bytes begin with, and the rest.
pub fn read_first(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(bytes, DEEPEST)
}

fn value(bytes: &[u8], deeper: usize) -> Option<(Value<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (kind, short) = (first >> 5, first & 31);
    let (argument, rest) = argument(short, rest)?;
    let length = usize::try_from(argument);
    match kind {
        0 => Some((Value::Integer(i64::try_from(argument).ok()?), rest)),
        1 => Some((Value::Integer(-1 - i64::try_from(argument).ok()?), rest)),
        2 => {
            let (bytes, rest) = rest.split_at_checked(length.ok()?)?;
            Some((Value::Bytes(bytes), rest))
        }
        3 => {
            let (text, rest) = rest.split_at_checked(length.ok()?)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        4 => {
            let mut rest = rest;
            let mut values = Vec::new();
            for _ in 0..argument {
                let (one, after) = value(rest, deeper.checked_sub(1)?)?;
                values.push(one);
                rest = after;
            }
            Some((Value::Array(values), rest))
        }
        5 => {
            let mut rest = rest;
            let mut pairs = Vec::new();
            for _ in 0..argument {
                let (key, after) = value(rest, deeper.checked_sub(1)?)?;
                let (one, after) = value(after, deeper.checked_sub(1)?)?;
                pairs.push((key, one));
                rest = after;
            }
            Some((Value::Map(pairs), rest))
        }
        7 if (20..24).contains(&short) => Some((Value::Simple(short), rest)),
        _ => None,
    }
}

/// The number behind a first byte: in it, or in the bytes that follow.
fn argument(short: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    match short {
        0..24 => Some((u64::from(short), rest)),
        24 => {
            let (byte, rest) = rest.split_first()?;
            Some((u64::from(*byte), rest))
        }
        25 => {
            let (bytes, rest) = rest.split_first_chunk()?;
            Some((u64::from(u16::from_be_bytes(*bytes)), rest))
        }
        26 => {
            let (bytes, rest) = rest.split_first_chunk()?;
            Some((u64::from(u32::from_be_bytes(*bytes)), rest))
        }
        27 => {
            let (bytes, rest) = rest.split_first_chunk()?;
            Some((u64::from_be_bytes(*bytes), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_standards_appendix_are_read() {
        // RFC 8949, appendix A.
        let cases: [(&[u8], Value<'_>); 9] = [
            (&[0x17], Value::Integer(23)),
            (&[0x18, 0x64], Value::Integer(100)),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], Value::Integer(1_000_000)),
            (&[0x20], Value::Integer(-1)),
            (&[0x39, 0x03, 0xe7], Value::Integer(-1000)),
            (&[0x44, 1, 2, 3, 4], Value::Bytes(&[1, 2, 3, 4])),
            (&[0x64, b'I', b'E', b'T', b'F'], Value::Text("IETF")),
            (&[0xf5], Value::Simple(21)),
            (
                &[0xa2, 0x01, 0x02, 0x03, 0x82, 0x04, 0x05],
                Value::Map(vec![
                    (Value::Integer(1), Value::Integer(2)),
                    (
                        Value::Integer(3),
                        Value::Array(vec![Value::Integer(4), Value::Integer(5)]),
                    ),
                ]),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes), Some(expected), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_cut_off_too_long_too_deep_or_not_written_by_authenticators_is_not_read() {
        let deep = [vec![0x81; 9], vec![0x00]].concat();
        let cases: [&[u8]; 9] = [
            &[],
            &[0x18],
            &[0x44, 1, 2, 3],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5f, 0x41, 0x01, 0xff],
            &[0xc0, 0x00],
            &[0xf9, 0x00, 0x00],
            &[0x00, 0x00],
            &deep,
        ];
        for bytes in cases {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        assert!(read(&[vec![0x81; 8], vec![0x00]].concat()).is_some());
    }

    #[test]
    fn of_a_key_that_comes_twice_neither_value_is_believed() {
        let twice = read(&[0xa2, 0x01, 0x02, 0x01, 0x03]).unwrap();
        assert_eq!(twice.of(1), None);
        assert_eq!(twice.of(2), None);
    }
}
