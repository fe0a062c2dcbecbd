//! How often something happened lately, in a fixed number of bytes.

use crate::time::Moment;

/// Counts in `N` buckets of `WIDTH` seconds each, the newest first.
///
/// The newest bucket is the one that the time of the ledger lies in, so the window itself carries no time. It reaches
/// back at least `(N - 1) * WIDTH` seconds and at most one bucket more: a count is never forgotten early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window<const N: usize, const WIDTH: u32>([u8; N]);

/// The last 15 minutes, to the minute.
pub(crate) type QuarterHour = Window<16, 60>;

/// The last 24 hours, to the hour.
pub(crate) type Day = Window<25, 3600>;

impl<const N: usize, const WIDTH: u32> Window<N, WIDTH> {
    pub(crate) const EMPTY: Self = Self([0; N]);

    /// The same counts, seen from a later time.
    pub(crate) fn advanced(self, from: Moment, to: Moment) -> Self {
        let buckets = (to.seconds() / WIDTH).saturating_sub(from.seconds() / WIDTH);
        let buckets = usize::try_from(buckets).unwrap_or(N);
        Self(std::array::from_fn(|at| {
            at.checked_sub(buckets).map_or(0, |before| self.0[before])
        }))
    }

    pub(crate) fn add_one(&mut self) {
        self.0[0] = self.0[0].saturating_add(1);
    }

    pub(crate) fn total(&self) -> u32 {
        self.0.iter().copied().map(u32::from).sum()
    }

    pub(crate) const fn to_bytes(self) -> [u8; N] {
        self.0
    }

    pub(crate) const fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Moment, QuarterHour};

    /// The same thing done slowly: every time is kept.
    fn counted(gaps: &[i64]) -> (u32, Vec<i64>, i64) {
        let (mut window, mut times, mut now) = (QuarterHour::EMPTY, Vec::new(), 1_000_000);
        for gap in gaps {
            let later = now + gap;
            window = window.advanced(Moment::from_epoch_s(now), Moment::from_epoch_s(later));
            now = later;
            window.add_one();
            times.push(now);
        }
        (window.total(), times, now)
    }

    #[test]
    fn a_clock_that_runs_backwards_forgets_nothing() {
        let mut window = QuarterHour::EMPTY;
        window.add_one();
        let window = window.advanced(Moment::from_epoch_s(5_000), Moment::from_epoch_s(1_000));
        assert_eq!(window.total(), 1);
    }

    #[test]
    fn a_bucket_that_is_full_stays_full() {
        let mut window = QuarterHour::EMPTY;
        (0..300).for_each(|_| window.add_one());
        assert_eq!(window.total(), 255);
    }

    proptest! {
        #[test]
        fn nothing_is_forgotten_before_15_minutes_or_kept_past_16(gaps in proptest::collection::vec(0..400_i64, 1..40)) {
            let (total, times, now) = counted(&gaps);
            let within = |seconds| times.iter().filter(|time| now - **time < seconds).count();
            prop_assert!(total as usize >= within(900));
            prop_assert!(total as usize <= within(960));
        }
    }
}
