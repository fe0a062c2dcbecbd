//! How long something took.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Metric, Text};

/// The buckets' upper bounds, in microseconds and as they are written, in seconds: from a read of the store to the time that a
/// function has.
const BOUNDS: [(u64, &str); 14] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (15_000_000, "15"),
];

/// Durations, by their labels' values.
pub struct Durations<const N: usize> {
    metric: &'static Metric,
    held: Mutex<BTreeMap<[&'static str; N], Held>>,
}

#[derive(Clone, Default)]
struct Held {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

impl<const N: usize> Durations<N> {
    /// None yet.
    pub const fn new(metric: &'static Metric) -> Durations<N> {
        assert!(metric.labels.len() == N, "a value for each label");
        Durations {
            metric,
            held: Mutex::new(BTreeMap::new()),
        }
    }

    /// One more, which took so long.
    pub fn add(&self, labels: [&'static str; N], took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(bound, _)| micros <= *bound);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.entry(labels).or_default();
        if let Some(bucket) = bucket {
            held.buckets[bucket] += 1;
        }
        held.count += 1;
        held.micros = held.micros.saturating_add(micros);
    }

    /// Writes them down.
    pub fn write(&self, text: &mut Text) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        text.begin(self.metric);
        for (labels, held) in held {
            let mut upto = 0;
            for ((_, bound), count) in BOUNDS.iter().zip(held.buckets) {
                upto += count;
                text.bucket(self.metric, &labels, bound, upto);
            }
            text.bucket(self.metric, &labels, "+Inf", held.count);
            text.part(self.metric, "_sum", &labels, seconds(held.micros));
            text.part(self.metric, "_count", &labels, held.count);
        }
    }
}

/// Microseconds as seconds, to the last digit.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
