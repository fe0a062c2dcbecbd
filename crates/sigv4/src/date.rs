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
pub(crate) fn format_basic(seconds: i64) -> String {
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
