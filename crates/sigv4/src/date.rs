//! Times in the basic ISO 8601 form that signatures carry: `YYYYMMDDTHHMMSSZ`.

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Seconds since 1970 of `YYYYMMDDTHHMMSSZ`; `None` for anything else.
pub(crate) fn parse_basic(text: &str) -> Option<i64> {
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let field = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let days = days_from_date(field(0, 4)?, field(4, 6)?, field(6, 8)?);
    let seconds = days * DAY + field(9, 11)? * 3600 + field(11, 13)? * 60 + field(13, 15)?;
    // What is no date, or is spelled another way, comes back different.
    (format_basic(seconds) == text).then_some(seconds)
}

/// Seconds since 1970 of a date as HTTP writes it (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn parse_http(text: &str) -> Option<i64> {
    let (_weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let [day, month, year, time, zone] = std::array::from_fn(|_| words.next().unwrap_or_default());
    if zone != "GMT" || words.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|&name| name == month)? + 1;
    parse_basic(&format!("{year}{month:02}{day}T{}Z", time.replace(':', "")))
}

/// The text for a number of seconds since 1970, in the years 0 to 9999.
pub fn format_basic(seconds: i64) -> String {
    let (year, month, day) = date_from_days(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Days since 1970-01-01 in the Gregorian calendar. Counts from 1 March, so that the leap day is a year's last; then
/// every 5 months have 153 days, and every 400 years 146 097.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// Year, month (1 to 12) and day of a day since 1970-01-01: the inverse of [`days_from_date`].
fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let months = (era * 400 + year) * 12 + month + 2;
    (months.div_euclid(12), months.rem_euclid(12) + 1, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_times_are_read() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("19691231T235959Z", -1),
            ("20000229T120000Z", 951_825_600),
            ("20260102T030405Z", 1_767_323_045),
            ("21000301T000000Z", 4_107_542_400),
        ] {
            assert_eq!(parse_basic(text), Some(seconds), "{text}");
        }
        assert_eq!(parse_http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "20260229T000000Z",
            "20260431T000000Z",
            "20261301T000000Z",
            "20260101T240000Z",
            "20260101t000000z",
        ] {
            assert_eq!(parse_basic(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in -62_167_219_200_i64..253_402_300_800) {
            prop_assert_eq!(parse_basic(&format_basic(seconds)), Some(seconds));
        }

        #[test]
        fn days_follow_one_another(day in -719_468_i64..2_932_896) {
            let (year, month, date) = date_from_days(day);
            let (next_year, next_month, next_date) = date_from_days(day + 1);
            let follows = (next_year, next_month, next_date) == (year, month, date + 1)
                || (next_year, next_month, next_date) == (year, month + 1, 1)
                || (next_year, next_month, next_date, month, date) == (year + 1, 1, 1, 12, 31);
            prop_assert!(follows, "{year}-{month}-{date} then {next_year}-{next_month}-{next_date}");
        }

        #[test]
        fn no_text_breaks_the_parsers(text: String) {
            prop_assert_eq!(parse_basic(&text), None);
            prop_assert_eq!(parse_http(&text), None);
        }
    }
}
