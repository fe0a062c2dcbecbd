//! The one place where the server asks what time it is.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A moment as milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Millis(pub i64);

impl Millis {
    /// Whole seconds since the epoch, as JWT claims count them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `seconds` later (earlier, if negative).
    pub fn plus_seconds(self, seconds: i64) -> Millis {
        Millis(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The moment that the API prints so.
    pub fn of_timestamp(timestamp: poolhouse_api::Timestamp) -> Millis {
        Millis((timestamp.0 * 1000.0).round() as i64)
    }

    /// As the API prints dates: epoch seconds with a fraction.
    pub fn timestamp(self) -> poolhouse_api::Timestamp {
        poolhouse_api::Timestamp(self.0 as f64 / 1000.0)
    }

    /// The second in UTC as fourteen digits, `20260102030405`: the versions of what the hosted pages show.
    pub fn digits(self) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        moment.strftime("%Y%m%d%H%M%S").to_string()
    }
}

/// Where the time comes from: the system in production, a frozen clock in tests.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Millis;

    /// How much time has passed since some moment, by what nobody sets.
    fn ran(&self) -> Millis;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the Clock that everything else is told to use"
        )]
        let now = SystemTime::now();
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn ran(&self) -> Millis {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the Clock that everything else is told to use"
        )]
        let now = Instant::now();
        let since_first = now.duration_since(*FIRST.get_or_init(|| now));
        Millis(i64::try_from(since_first.as_millis()).unwrap_or(i64::MAX))
    }
}
