//! The text format, version 0.0.4.

use std::fmt::{Display, Write as _};

use crate::Metric;

/// What the text says it is.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics as Prometheus reads them.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// Nothing yet.
    pub fn new() -> Text {
        Text::default()
    }

    /// Begins a metric: its samples follow.
    pub fn begin(&mut self, metric: &Metric) {
        let Metric {
            name, kind, about, ..
        } = metric;
        let about = escaped(about, false);
        self.line(format_args!("# HELP {name} {about}"));
        self.line(format_args!("# TYPE {name} {}", kind.name()));
    }

    /// A sample of a metric, with its labels' values in the metric's order.
    pub fn sample(&mut self, metric: &Metric, labels: &[&str], value: impl Display) {
        self.part(metric, "", labels, value);
    }

    /// A metric that is one number.
    pub fn number(&mut self, metric: &Metric, value: impl Display) {
        self.begin(metric);
        self.sample(metric, &[], value);
    }

    pub(crate) fn part(&mut self, metric: &Metric, suffix: &str, labels: &[&str], value: impl Display) {
        let pairs = pairs(metric, labels);
        self.push(metric, suffix, pairs, value);
    }

    pub(crate) fn bucket(&mut self, metric: &Metric, labels: &[&str], bound: &str, count: u64) {
        let mut pairs = pairs(metric, labels);
        pairs.push(format!("le=\"{bound}\""));
        self.push(metric, "_bucket", pairs, count);
    }

    fn push(&mut self, metric: &Metric, suffix: &str, pairs: Vec<String>, value: impl Display) {
        let name = metric.name;
        if pairs.is_empty() {
            self.line(format_args!("{name}{suffix} {value}"));
        } else {
            let pairs = pairs.join(",");
            self.line(format_args!("{name}{suffix}{{{pairs}}} {value}"));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A `String` takes everything.
        let _ = writeln!(self.0, "{line}");
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

fn pairs(metric: &Metric, labels: &[&str]) -> Vec<String> {
    let named = metric.labels.iter().zip(labels);
    named
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value, true)))
        .collect()
}

fn escaped(text: &str, quoted: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quoted { text.replace('"', "\\\"") } else { text }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Counts, Durations, Kind};

    static REQUESTS: Metric = Metric {
        name: "x_requests_total",
        kind: Kind::Counter,
        labels: &["operation", "outcome"],
        about: "Requests.",
    };
    static LOCKS: Metric = Metric {
        name: "x_locks_total",
        kind: Kind::Counter,
        labels: &[],
        about: "Locks.",
    };
    static READS: Metric = Metric {
        name: "x_read_seconds",
        kind: Kind::Histogram,
        labels: &["call"],
        about: "Reads.",
    };
    static AGE: Metric = Metric {
        name: "x_age_seconds",
        kind: Kind::Gauge,
        labels: &["carrier"],
        about: "With a \\ and\na line.",
    };

    #[test]
    fn counts_are_written_by_label_and_an_untouched_counter_is_nought() {
        let (requests, locks) = (Counts::<2>::new(&REQUESTS), Counts::<0>::new(&LOCKS));
        requests.add(["GetUser", "ok"]);
        requests.add(["GetUser", "NotAuthorizedException"]);
        requests.add(["GetUser", "ok"]);
        let mut text = Text::new();
        requests.write(&mut text);
        locks.write(&mut text);
        assert_eq!(
            text.finish(),
            "# HELP x_requests_total Requests.\n\
             # TYPE x_requests_total counter\n\
             x_requests_total{operation=\"GetUser\",outcome=\"NotAuthorizedException\"} 1\n\
             x_requests_total{operation=\"GetUser\",outcome=\"ok\"} 2\n\
             # HELP x_locks_total Locks.\n\
             # TYPE x_locks_total counter\n\
             x_locks_total 0\n"
        );
    }

    #[test]
    fn durations_are_in_every_bucket_that_they_are_not_longer_than() {
        let reads = Durations::<1>::new(&READS);
        for micros in [100, 101, 20_000_000] {
            reads.add(["get"], Duration::from_micros(micros));
        }
        let mut text = Text::new();
        reads.write(&mut text);
        let text = text.finish();
        for line in [
            "x_read_seconds_bucket{call=\"get\",le=\"0.0001\"} 1",
            "x_read_seconds_bucket{call=\"get\",le=\"0.00025\"} 2",
            "x_read_seconds_bucket{call=\"get\",le=\"15\"} 2",
            "x_read_seconds_bucket{call=\"get\",le=\"+Inf\"} 3",
            "x_read_seconds_sum{call=\"get\"} 20.000201",
            "x_read_seconds_count{call=\"get\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert_eq!(text.lines().count(), 2 + 14 + 1 + 2);
    }

    #[test]
    fn what_would_end_a_line_or_a_value_is_escaped() {
        let mut text = Text::new();
        text.begin(&AGE);
        text.sample(&AGE, &["a\"b\\c\nd"], 1.5);
        text.number(&LOCKS, 7);
        assert_eq!(
            text.finish(),
            "# HELP x_age_seconds With a \\\\ and\\na line.\n\
             # TYPE x_age_seconds gauge\n\
             x_age_seconds{carrier=\"a\\\"b\\\\c\\nd\"} 1.5\n\
             # HELP x_locks_total Locks.\n\
             # TYPE x_locks_total counter\n\
             x_locks_total 7\n"
        );
    }
}
