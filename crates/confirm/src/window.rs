//! How often something happened lately, in a fixed number of bits.

use crate::bits::{Reader, Writer};
use crate::time::Moment;

/// Counts in `N` buckets of `WIDTH` seconds each, the newest first, none above what `BITS` bits hold.
///
/// The newest bucket is the one that the time of the ledger lies in, so the window itself carries no time. It reaches
/// back at least `(N - 1) * WIDTH` seconds and at most one bucket more: a count is never forgotten early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window<const N: usize, const WIDTH: u32, const BITS: u32>([u8; N]);

/// The last 15 minutes, to the minute.
pub(crate) type QuarterHour = Window<16, 60, 5>;

/// The last hour, to five minutes.
pub(crate) type Hour = Window<13, 300, 5>;

/// The last 24 hours, to two hours.
pub(crate) type Day = Window<13, 7200, 7>;

impl<const N: usize, const WIDTH: u32, const BITS: u32> Window<N, WIDTH, BITS> {
    pub(crate) const EMPTY: Self = Self([0; N]);
    const LARGEST: u8 = u8::MAX >> (8 - BITS);

    /// The same counts, seen from a later time.
    pub(crate) fn advanced(self, from: Moment, to: Moment) -> Self {
        let buckets = (to.seconds() / WIDTH).saturating_sub(from.seconds() / WIDTH);
        let buckets = usize::try_from(buckets).unwrap_or(N);
        if buckets == 0 {
            return self;
        }
        Self(std::array::from_fn(|at| {
            at.checked_sub(buckets).map_or(0, |before| self.0[before])
        }))
    }

    pub(crate) fn add_one(&mut self) {
        self.0[0] = self.0[0].saturating_add(1).min(Self::LARGEST);
    }

    /// Counts something that happened before now, this often.
    pub(crate) fn add_earlier(&mut self, now: Moment, at: Moment, times: u8) {
        if let Some(bucket) = self.bucket(now, at) {
            *bucket = bucket.saturating_add(times).min(Self::LARGEST);
        }
    }

    /// Takes back one that was counted at this time.
    pub(crate) fn take_back(&mut self, now: Moment, at: Moment) {
        if let Some(bucket) = self.bucket(now, at) {
            *bucket = bucket.saturating_sub(1);
        }
    }

    fn bucket(&mut self, now: Moment, at: Moment) -> Option<&mut u8> {
        let before = (now.seconds() / WIDTH).saturating_sub(at.seconds() / WIDTH);
        self.0.get_mut(usize::try_from(before).ok()?)
    }

    pub(crate) fn total(&self) -> u32 {
        self.0.iter().copied().map(u32::from).sum()
    }

    /// Seconds until fewer than `limit` are left.
    pub(crate) fn seconds_to_fewer_than(&self, limit: u32, now: Moment) -> u32 {
        let mut left = self.total();
        let mut buckets = 0;
        for count in self.0.iter().rev() {
            if left < limit {
                break;
            }
            left -= u32::from(*count);
            buckets += 1;
        }
        match buckets {
            0 => 0,
            buckets => (now.seconds() / WIDTH + buckets)
                .saturating_mul(WIDTH)
                .saturating_sub(now.seconds()),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.0
            .iter()
            .for_each(|count| writer.put(u32::from(*count), BITS));
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut counts = [0; N];
        for count in &mut counts {
            *count = u8::try_from(reader.take(BITS)?).ok()?;
        }
        Some(Self(counts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Day, Moment, QuarterHour};

    fn at(seconds: i64) -> Moment {
        Moment::from_epoch_s(seconds)
    }

    /// The same thing done slowly: every time is kept.
    fn counted(gaps: &[i64]) -> (QuarterHour, Vec<i64>, i64) {
        let (mut window, mut times, mut now) = (QuarterHour::EMPTY, Vec::new(), 1_000_000);
        for gap in gaps {
            let later = now + gap;
            window = window.advanced(at(now), at(later));
            now = later;
            window.add_one();
            times.push(now);
        }
        (window, times, now)
    }

    #[test]
    fn a_clock_that_runs_backwards_forgets_nothing() {
        let mut window = QuarterHour::EMPTY;
        window.add_one();
        assert_eq!(window.advanced(at(5_000), at(1_000)).total(), 1);
    }

    #[test]
    fn a_bucket_that_is_full_stays_full() {
        let mut window = QuarterHour::EMPTY;
        (0..300).for_each(|_| window.add_one());
        assert_eq!(window.total(), 31);
    }

    #[test]
    fn what_is_taken_back_is_that_of_its_own_time() {
        let mut day = Day::EMPTY;
        day.add_earlier(at(1_000_000), at(1_000_000 - 7_200), 2);
        day.add_one();
        day.take_back(at(1_000_000), at(1_000_000 - 7_200));
        day.take_back(at(1_000_000), at(1_000_000 - 100_000));
        assert_eq!(day.total(), 2);
        let later = day.advanced(at(1_000_000), at(1_000_000 + 12 * 7_200));
        assert_eq!(later.total(), 1, "the earlier one is out of the window");
    }

    proptest! {
        #[test]
        fn nothing_is_forgotten_before_15_minutes_or_kept_past_16(gaps in proptest::collection::vec(20..400_i64, 1..40)) {
            let (window, times, now) = counted(&gaps);
            let within = |seconds| times.iter().filter(|time| now - **time < seconds).count();
            prop_assert!(window.total() as usize >= within(900));
            prop_assert!(window.total() as usize <= within(960));
        }

        #[test]
        fn the_wait_is_the_first_moment_with_room(gaps in proptest::collection::vec(20..400_i64, 1..40), limit in 1..12_u32) {
            let (window, _, now) = counted(&gaps);
            let wait = i64::from(window.seconds_to_fewer_than(limit, at(now)));
            prop_assert!(window.advanced(at(now), at(now + wait)).total() < limit);
            if wait > 0 {
                prop_assert!(window.advanced(at(now), at(now + wait - 1)).total() >= limit);
            }
        }
    }
}
