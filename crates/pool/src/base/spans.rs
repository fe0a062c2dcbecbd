//! Spans of what is done for a request. There are none unless traces are sent, and then nothing is in them but names from closed sets.

use tracing::field::Empty;
use tracing::{Span, info_span};

/// A call of the store, as a part of what is under way; of a sweep, for instance, there is none.
pub fn store(call: &'static str) -> Span {
    match Span::current().is_disabled() {
        true => Span::none(),
        false => info_span!(target: "trace", "store", otel.kind = "client", call),
    }
}

/// A call of a function that runs elsewhere.
pub fn function(trigger: &'static str) -> Span {
    info_span!(target: "trace", "function", otel.kind = "client", trigger)
}

/// A mail on its way.
pub fn mail() -> Span {
    info_span!(target: "trace", "mail", otel.kind = "producer", outcome = Empty)
}
