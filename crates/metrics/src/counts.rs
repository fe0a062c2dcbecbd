//! How often something happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::{Metric, Text};

/// Events, counted by their labels' values.
pub struct Counts<const N: usize> {
    metric: &'static Metric,
    counts: Mutex<BTreeMap<[&'static str; N], u64>>,
}

impl<const N: usize> Counts<N> {
    /// None yet.
    pub const fn new(metric: &'static Metric) -> Counts<N> {
        assert!(metric.labels.len() == N, "a value for each label");
        Counts {
            metric,
            counts: Mutex::new(BTreeMap::new()),
        }
    }

    /// One more.
    pub fn add(&self, labels: [&'static str; N]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(labels).or_default() += 1;
    }

    /// Writes them down. Without labels there is always a line: a counter that nobody has moved is 0.
    pub fn write(&self, text: &mut Text) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if N == 0 {
            counts.entry([""; N]).or_default();
        }
        text.begin(self.metric);
        for (labels, count) in counts {
            text.sample(self.metric, &labels, count);
        }
    }
}
