//! Taking an input apart: a few bytes that choose, then what is read.

/// How often one input may change a text.
const MOST_EDITS: usize = 12;

/// What is left of an input. At its end everything is zero or empty.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *byte
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = u16::from_be_bytes([self.byte(), self.byte()]);
        usize::from(number) % bound
    }

    /// The bytes up to a line's end, which is taken too.
    pub(crate) fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == b'\n');
        let (line, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        line
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// The rest as text, up to the first byte that is none.
    pub(crate) fn rest_as_text(self) -> &'a str {
        text(self.0)
    }
}

/// The bytes as text, up to the first that is none.
pub(crate) fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// The original with the changes that the input asks for: a byte put in another's place, put in or taken out, an end cut
/// off, a piece said twice.
pub(crate) fn edited(original: &[u8], input: &mut Input<'_>) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..MOST_EDITS {
        if input.is_empty() {
            break;
        }
        let (kind, at) = (input.byte() % 5, input.below(bytes.len() + 1));
        match kind {
            0 if at < bytes.len() => bytes[at] = input.byte(),
            1 => bytes.insert(at, input.byte()),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            _ => bytes.extend_from_within(at..),
        }
    }
    bytes
}
