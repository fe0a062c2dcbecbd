//! As much of DER as it takes to find the key and the times in a certificate.

/// `SEQUENCE`
pub(crate) const SEQUENCE: u8 = 0x30;
/// `INTEGER`
pub(crate) const INTEGER: u8 = 0x02;
/// The version of a certificate.
pub(crate) const VERSION: u8 = 0xa0;
/// `UTCTime` and `GeneralizedTime`
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Elements, one after another.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// An element: its tag, what is in it, and all of its bytes.
pub(crate) struct Element<'a> {
    /// The tag.
    pub tag: u8,
    /// What is in it.
    pub contents: &'a [u8],
    /// Tag, length and contents.
    pub whole: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// The next element, whichever it is. `None` at the end, and where there is none.
    pub fn next(&mut self) -> Option<Element<'a>> {
        let (tag, after) = self.rest.split_first()?;
        let (first, after) = after.split_first()?;
        let (length, after) = match first {
            0..=0x7f => (usize::from(*first), after),
            // A certificate is shorter than four gigabytes.
            0x81..=0x84 => {
                let (digits, after) = after.split_at_checked(usize::from(first & 0x7f))?;
                let number = digits
                    .iter()
                    .fold(0, |number, digit| number << 8 | usize::from(*digit));
                (number, after)
            }
            _ => return None,
        };
        let (contents, rest) = after.split_at_checked(length)?;
        let whole = self.rest.get(..self.rest.len() - rest.len())?;
        self.rest = rest;
        Some(Element {
            tag: *tag,
            contents,
            whole,
        })
    }

    /// The next element, if it has this tag.
    pub fn of(&mut self, tag: u8) -> Option<Element<'a>> {
        self.next().filter(|element| element.tag == tag)
    }

    /// Whether the next element has this tag.
    pub fn is_next(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    /// The next element, a time, as `20260102030405Z`.
    pub fn time(&mut self) -> Option<String> {
        let element = self.next()?;
        let text = std::str::from_utf8(element.contents).ok()?;
        match element.tag {
            // RFC 5280: from 50 on it is the last century.
            UTC_TIME if text.len() == 13 => match text.get(..2)? {
                years if years < "50" => Some(format!("20{text}")),
                _ => Some(format!("19{text}")),
            },
            GENERALIZED_TIME if text.len() == 15 => Some(text.to_owned()),
            _ => None,
        }
    }
}
