//! Seconds since 1970 in the four bytes that the signed texts have for them.

/// A moment. Good until the year 2106; anything outside is moved to the nearest end, so no clock can overflow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u32);

impl Moment {
    pub(crate) const START: Self = Self(0);

    pub(crate) fn from_epoch_s(seconds: i64) -> Self {
        Self(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
    }

    pub(crate) fn epoch_s(self) -> i64 {
        i64::from(self.0)
    }

    pub(crate) const fn seconds(self) -> u32 {
        self.0
    }

    pub(crate) const fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// This many seconds earlier.
    pub(crate) const fn before(self, seconds: u32) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds from `earlier` to this moment, none if it is not earlier.
    pub(crate) const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the `width` seconds that this moment lies in.
    pub(crate) const fn round_down(self, width: u32) -> Self {
        Self(self.0 - self.0 % width)
    }

    pub(crate) const fn to_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    pub(crate) const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn no_clock_overflows_a_moment() {
        assert_eq!(Moment::from_epoch_s(i64::MIN), Moment::START);
        assert_eq!(
            Moment::from_epoch_s(i64::MAX).plus(600).epoch_s(),
            i64::from(u32::MAX)
        );
        assert_eq!(Moment::START.since(Moment::from_epoch_s(i64::MAX)), 0);
    }
}
