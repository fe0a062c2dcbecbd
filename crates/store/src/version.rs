//! The mark of one write.

use std::fmt;
use std::str::FromStr;

/// The mark of one write of a row: equal versions of one key mean equal contents.
///
/// A random number of 63 bits that the maker of a batch draws for it, never 0. So every engine can hold it (in SQL as an
/// integer, in JSON as text, for a double has 53 bits), none needs a sequence, and it says whose write a row comes from,
/// which is how an [uncertain](crate::CommitError::Uncertain) commit is settled. There is no order among versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(i64);

impl Version {
    /// A version drawn from a source of random bytes.
    pub fn random(fill: &mut impl FnMut(&mut [u8])) -> Self {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// The version in eight random bytes, whose first bit is ignored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        // That 1 is drawn twice as often as others costs nothing.
        Self((i64::from_be_bytes(bytes) & i64::MAX).max(1))
    }

    /// The version that a row carries; `None` for what none can: zero and negative numbers.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number, from 1 to `i64::MAX`.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

/// As JSON holds it: decimal digits.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is not a version as [`Version`] prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVersion;

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a row's version")
    }
}

impl std::error::Error for InvalidVersion {}

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Reads back what was printed, and nothing else: no sign, no zero in front.
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let canonical = text.starts_with(|first| matches!(first, '1'..='9'));
        match text.parse() {
            Ok(number) if canonical => Self::new(number).ok_or(InvalidVersion),
            _ => Err(InvalidVersion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_63_bits_and_is_never_0() {
        let cases = [
            ([0; 8], 1),
            ([0x80, 0, 0, 0, 0, 0, 0, 0], 1),
            ([0, 0, 0, 0, 0, 0, 0, 1], 1),
            ([0, 0, 0, 0, 0, 0, 0, 2], 2),
            ([0xff; 8], i64::MAX),
            ([0x81, 2, 3, 4, 5, 6, 7, 8], 0x0102_0304_0506_0708),
        ];
        for (bytes, number) in cases {
            assert_eq!(Version::from_bytes(bytes).get(), number, "{bytes:?}");
        }
    }

    #[test]
    fn a_version_is_drawn_from_the_bytes_of_its_source() {
        let mut next = 0;
        let mut fill = |out: &mut [u8]| {
            out.fill_with(|| {
                next += 1;
                next
            });
        };
        assert_eq!(Version::random(&mut fill).get(), 0x0102_0304_0506_0708);
        assert_eq!(Version::random(&mut fill).get(), 0x090a_0b0c_0d0e_0f10);
    }

    #[test]
    fn a_number_that_no_row_carries_is_not_a_version() {
        assert_eq!(Version::new(0), None);
        assert_eq!(Version::new(-1), None);
        assert_eq!(Version::new(1).map(Version::get), Some(1));
    }

    #[test]
    fn a_version_reads_back_as_it_was_printed() {
        for number in [1, 10, i64::MAX] {
            let version = Version::new(number).unwrap();
            assert_eq!(version.to_string(), number.to_string());
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        for text in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            " 1",
            "1 ",
            "1.0",
            "9223372036854775808",
            "x",
        ] {
            assert_eq!(text.parse::<Version>(), Err(InvalidVersion), "{text:?}");
        }
    }
}
