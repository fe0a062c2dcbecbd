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

    /// Date and time to the minute, the same in every language: `2026-09-06 14:05 UTC`.
    pub(crate) fn to_utc_text(self) -> String {
        let (days, minutes) = (self.0 / 86_400, self.0 % 86_400 / 60);
        // Years are counted from March, so that the leap day is the last of its year, and from 1600-03-01, so that all
        // numbers stay positive and leap years repeat every 400 years (146,097 days).
        let day = days + 135_080;
        let (era, day) = (day / 146_097, day % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        // From March on, the months have 31, 30, 31, 30, 31 days and again so: 153 days in five months.
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        let year = 1600 + 400 * era + year + carry;
        format!(
            "{year:04}-{month:02}-{day:02} {:02}:{:02} UTC",
            minutes / 60,
            minutes % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn dates_are_right_at_the_edges_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (68_169_599, "1972-02-28 23:59 UTC"),
            (68_169_600, "1972-02-29 00:00 UTC"),
            (68_256_000, "1972-03-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (978_307_199, "2000-12-31 23:59 UTC"),
            (978_307_200, "2001-01-01 00:00 UTC"),
            (1_788_703_510, "2026-09-06 14:05 UTC"),
            (4_107_542_399, "2100-02-28 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
            (4_294_967_295, "2106-02-07 06:28 UTC"),
        ] {
            assert_eq!(Moment::from_epoch_s(seconds).to_utc_text(), text);
        }
    }

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
