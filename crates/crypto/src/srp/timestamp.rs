//! The client's `TIMESTAMP`: `EEE MMM d HH:mm:ss 'UTC' yyyy` with English names, as in `Tue Apr 2 03:04:05 UTC 2024`.
//!
//! The text goes into the proof as the client wrote it; reading it serves to refuse stale ones.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

const FORMAT: &str = "%a %b %-d %H:%M:%S UTC %Y";
const TWO_DIGIT_DAY: &str = "%a %b %d %H:%M:%S UTC %Y";

/// Seconds since 1970-01-01 00:00:00 UTC, or `None` if the text is not such a time. The day may have one digit or two;
/// anything else must be spelled as [`format`] spells it, the weekday included.
pub fn parse(text: &str) -> Option<i64> {
    let time = strtime::parse(FORMAT, text).ok()?.to_datetime().ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // The parser forgives case and spaces; the formats do not.
    [FORMAT, TWO_DIGIT_DAY]
        .into_iter()
        .any(|format| time.strftime(format).to_string() == text)
        .then_some(time.as_second())
}

/// The text for a number of seconds since 1970-01-01 00:00:00 UTC; `None` outside the years −9999 to 9999.
pub fn format(seconds: i64) -> Option<String> {
    Some(Timestamp::from_second(seconds).ok()?.strftime(FORMAT).to_string())
}
