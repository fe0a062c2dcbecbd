//! The client's `TIMESTAMP`: `EEE MMM d HH:mm:ss 'UTC' yyyy` with English names, as in `Tue Apr 2 03:04:05 UTC 2024`.
//!
//! The text goes into the proof as the client wrote it; reading it serves to refuse stale ones.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

const FORMAT: &str = "%a %b %-d %H:%M:%S UTC %Y";
const TWO_DIGIT_DAY: &str = "%a %b %d %H:%M:%S UTC %Y";

/// Seconds since 1970-01-01 00:00:00 UTC, or `None` if the text is not such a time. The day may have one digit or two;
/// anything else must be spelled as [`format()`] spells it, the weekday included.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_clients_spelling_is_read() {
        for (text, seconds) in [
            ("Tue Apr 2 03:04:05 UTC 2024", 1_712_027_045),
            ("Tue Apr 02 03:04:05 UTC 2024", 1_712_027_045),
            ("Thu Feb 29 23:59:59 UTC 2024", 1_709_251_199),
            ("Thu Jan 1 00:00:00 UTC 1970", 0),
            ("Fri Dec 31 23:59:59 UTC 2100", 4_133_980_799),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "2024-04-02T03:04:05Z",
            "1712027045",
            "Tue Apr 2 03:04:05 UTC 24",
            "Tue Apr 2 03:04:05 2024",
            "Tue Apr 2 03:04:05 GMT 2024",
            "Tue Apr 2 03:04:05 UTC 2024 ",
            " Tue Apr 2 03:04:05 UTC 2024",
            "Tue Apr  2 03:04:05 UTC 2024",
            "Tue Apr 002 03:04:05 UTC 2024",
            "tue apr 2 03:04:05 UTC 2024",
            "Tuesday Apr 2 03:04:05 UTC 2024",
            "Tue April 2 03:04:05 UTC 2024",
            "Di Apr 2 03:04:05 UTC 2024",
            "Mon Apr 2 03:04:05 UTC 2024",
            "Wed Apr 31 03:04:05 UTC 2024",
            "Wed Feb 29 03:04:05 UTC 2023",
            "Tue Apr 2 3:04:05 UTC 2024",
            "Tue Apr 2 24:04:05 UTC 2024",
            "Tue Apr 2 03:60:05 UTC 2024",
            "Tue Apr 2 03:04:60 UTC 2024",
            "Tue Apr 2 03:04:05.0 UTC 2024",
            "Tue Apr 2 03:04:05 UTC 99999",
            "Tue Apr -2 03:04:05 UTC 2024",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 0_i64..253_402_300_799) {
            prop_assert_eq!(parse(&format(seconds).unwrap()), Some(seconds));
        }

        #[test]
        fn no_text_breaks_the_parser(text: String) {
            let _ = parse(&text);
        }
    }
}
