//! Numbers for operators, in the text that Prometheus reads.
//!
//! A metric is described once, as a [`Metric`], from which its lines and its row of the reference are written. What it counts is told
//! apart by labels, and a label's value is a `&'static str`: a word of the program's own. So no name, no address and no id that a request
//! brings can become one, and there are never more series than the program has words. What else is measured when somebody asks
//! (a queue's length, a file's age) is written into the [`Text`] at that moment.
//!
//! Counting takes a lock for some tens of nanoseconds and no memory after the first time:
//! `docs/decisions/dependencies.md` says why this is no library of others.

mod counts;
mod durations;
mod metric;
mod text;

pub use counts::Counts;
pub use durations::Durations;
pub use metric::{Kind, Metric};
pub use text::{CONTENT_TYPE, Text};
