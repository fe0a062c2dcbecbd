//! How a command shows a moment.

use poolhouse_pool::base::clock::Millis;

/// As RFC 3339 writes it, in UTC.
pub(super) fn date(moment: Millis) -> String {
    jiff::Timestamp::from_millisecond(moment.0)
        .unwrap_or_default()
        .to_string()
}
