//! How many mails a minute may leave that are no codes, where a relay takes only so many.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket that fills evenly. What is sent at once is at most a tenth of a minute's share.
pub(super) struct Pace {
    per_minute: Option<u32>,
    left: f64,
    since: Instant,
}

impl Pace {
    pub fn new(per_minute: Option<u32>) -> Pace {
        let mut pace = Pace {
            per_minute,
            left: 0.0,
            since: Instant::now(),
        };
        pace.left = pace.most();
        pace
    }

    /// How many may be started now.
    pub fn room(&self) -> usize {
        match self.per_minute {
            None => usize::MAX,
            // Not negative, and at most a tenth of a u32.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to what fits"
            )]
            Some(_) => self.filled().clamp(0.0, f64::from(u32::MAX)) as usize,
        }
    }

    /// So many were started.
    pub fn spend(&mut self, count: usize) {
        if self.per_minute.is_some() {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.left = self.filled() - f64::from(count);
            self.since = Instant::now();
        }
    }

    fn filled(&self) -> f64 {
        let rate = f64::from(self.per_minute.unwrap_or_default());
        let minutes = self.since.elapsed().as_secs_f64() / Duration::from_secs(60).as_secs_f64();
        (self.left + minutes * rate).min(self.most())
    }

    fn most(&self) -> f64 {
        (f64::from(self.per_minute.unwrap_or_default()) / 10.0).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_leave_in_a_minute_than_the_relay_takes() {
        let mut pace = Pace::new(Some(30));
        let mut sent = 0;
        for _ in 0..60 {
            let room = pace.room();
            sent += room;
            pace.spend(room);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!((30..=33).contains(&sent), "{sent}");
        assert_eq!(Pace::new(None).room(), usize::MAX);
    }
}
