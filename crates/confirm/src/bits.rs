//! Numbers of any width, one behind the other: the ledger has 256 characters and no more.

/// Writes numbers bit by bit.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// Bits that fill no byte yet, and how many they are.
    rest: u64,
    held: u32,
}

impl Writer {
    /// Writes a number of at most 32 bits. One that is too large for its width becomes the largest that is not.
    pub(crate) fn put(&mut self, number: u32, width: u32) {
        let largest = u32::MAX.checked_shr(32 - width).unwrap_or(0);
        self.rest = self.rest << width | u64::from(number.min(largest));
        self.held += width;
        while self.held >= 8 {
            self.held -= 8;
            self.bytes.push(low_byte(self.rest >> self.held));
        }
    }

    pub(crate) fn put_bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.put(u32::from(*byte), 8));
    }

    /// All of it, filled up with zeros to a whole byte.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            self.put(0, 8 - self.held);
        }
        self.bytes
    }
}

fn low_byte(bits: u64) -> u8 {
    bits.to_le_bytes()[0]
}

/// Reads what a [`Writer`] wrote.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    rest: u64,
    held: u32,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            rest: 0,
            held: 0,
        }
    }

    /// A number of at most 32 bits; `None` past the end.
    pub(crate) fn take(&mut self, width: u32) -> Option<u32> {
        while self.held < width {
            let (byte, bytes) = self.bytes.split_first()?;
            (self.bytes, self.rest, self.held) = (bytes, self.rest << 8 | u64::from(*byte), self.held + 8);
        }
        self.held -= width;
        let mask = (1_u64 << width) - 1;
        u32::try_from(self.rest >> self.held & mask).ok()
    }

    pub(crate) fn take_bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = u8::try_from(self.take(8)?).ok()?;
        }
        Some(bytes)
    }

    /// Whether nothing is left but the zeros that filled the last byte.
    pub(crate) fn is_at_end(&self) -> bool {
        self.bytes.is_empty() && self.held < 8 && self.rest & ((1 << self.held) - 1) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn what_was_written_is_read_and_what_is_too_large_is_the_largest() {
        let numbers = [(5, 3), (0, 1), (u32::MAX, 32), (1_000, 5), (77, 7), (1, 12)];
        let mut writer = Writer::default();
        numbers
            .iter()
            .for_each(|(number, width)| writer.put(*number, *width));
        writer.put_bytes(&[1, 255]);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let read: Vec<_> = numbers.iter().map(|(_, width)| reader.take(*width)).collect();
        assert_eq!(read, [5, 0, u32::MAX, 31, 77, 1].map(Some));
        assert_eq!(reader.take_bytes(), Some([1, 255]));
        assert!(reader.is_at_end());
        assert_eq!(reader.take(8), None);
    }
    /// A ledger with anything behind it is none of ours.
    #[test]
    fn behind_the_last_number_there_is_nothing_but_zeros_to_the_end_of_its_byte() {
        let mut writer = Writer::default();
        writer.put(1, 3);
        let bytes = writer.finish();
        assert_eq!(bytes, [0b0010_0000]);
        for (bytes, ends) in [
            (&[0b0010_0000][..], true),
            (&[0b0010_0001], false),
            (&[0b0011_0000], false),
            (&[0b0010_0000, 0], false),
        ] {
            let mut reader = Reader::new(bytes);
            assert!(!reader.is_at_end());
            assert_eq!(reader.take(3), Some(1));
            assert_eq!(reader.is_at_end(), ends, "{bytes:?}");
        }
    }
}
