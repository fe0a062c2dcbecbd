//! The client's `TIMESTAMP`: `EEE MMM d HH:mm:ss z yyyy` with English names, as in `Tue Apr 2 03:04:05 UTC 2024`.
//!
//! The service reads it with some forgiveness and judges the proof over its own spelling of the time that it read, so
//! `GMT` or a wrong weekday is a time, and a proof that was made over such a text is a wrong one.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// The spelling that proofs are made over.
const FORMAT: &str = "%a %b %-d %H:%M:%S UTC %Y";
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// The names of the one time zone that clients write.
const ZONES: [&str; 2] = ["utc", "gmt"];

/// Seconds since 1970-01-01 00:00:00 UTC, or `None` if the text is not such a time. Capitals, leading zeros of the day
/// and which weekday it is do not matter; what was meant is spelled by [`format()`].
pub fn parse(text: &str) -> Option<i64> {
    let mut words = text.split(' ');
    let weekday = words.next()?.to_ascii_lowercase();
    let month = words.next()?.to_ascii_lowercase();
    let (day, time, zone, year) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let known = WEEKDAYS.contains(&weekday.as_str()) && ZONES.contains(&zone.to_ascii_lowercase().as_str());
    if !known || words.next().is_some() {
        return None;
    }
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let date = Date::new(
        i16::try_from(digits(year, 4..=4)?).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(digits(day, 1..=2)?).ok()?,
    );
    let zoned = date.ok()?.to_datetime(clock(time)?).to_zoned(TimeZone::UTC);
    Some(zoned.ok()?.timestamp().as_second())
}

/// `HH:mm:ss`
fn clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| digits(part, 2..=2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let part = |number: u16| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// A number written in as many digits as are allowed, and in nothing else.
fn digits(text: &str, count: RangeInclusive<usize>) -> Option<u16> {
    let plain = count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
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
    fn what_clients_write_is_read_as_the_time_that_is_meant() {
        for (text, seconds) in [
            ("Tue Apr 2 03:04:05 UTC 2024", 1_712_027_045),
            ("Tue Apr 02 03:04:05 UTC 2024", 1_712_027_045),
            ("Tue Apr 2 03:04:05 GMT 2024", 1_712_027_045),
            ("tue apr 2 03:04:05 utc 2024", 1_712_027_045),
            ("Mon Apr 2 03:04:05 UTC 2024", 1_712_027_045),
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
            "Tue Apr 2 03:04:05 PST 2024",
            "Mon Feb 12 15:26:37 +05:30 2018",
            "Tue Apr 2 03:04:05 UTC 2024 ",
            " Tue Apr 2 03:04:05 UTC 2024",
            "Tue Apr  2 03:04:05 UTC 2024",
            "Tue Apr 002 03:04:05 UTC 2024",
            "Tuesday Apr 2 03:04:05 UTC 2024",
            "Tue April 2 03:04:05 UTC 2024",
            "Di Apr 2 03:04:05 UTC 2024",
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
