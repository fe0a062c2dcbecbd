//! Moments as options name them.

use jiff::Timestamp;
use poolhouse_pool::base::clock::Millis;

use crate::error::CliError;

/// A moment by RFC 3339, or so many minutes, hours or days before `now`.
pub(super) fn read(text: &str, now: Millis) -> Result<Millis, CliError> {
    if let Some(seconds) = ago(text) {
        return Ok(now.plus_seconds(-seconds));
    }
    let moment: Result<Timestamp, _> = text.parse();
    moment
        .map(|moment| Millis(moment.as_millisecond()))
        .map_err(|error| {
            CliError::new(format!(
                "{text} is no moment. Write it as 2026-01-02T03:04:05Z, or how long ago: 90m, 24h, 7d"
            ))
            .caused_by(error)
        })
}

fn ago(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    i64::from(number).checked_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_or_so_long_ago() {
        let now = Millis(1_767_323_045_000);
        let read = |text: &str| read(text, now).map(|moment| moment.0).ok();
        assert_eq!(read("2026-01-02T03:04:05Z"), Some(now.0));
        assert_eq!(read("2026-01-02T04:04:05+01:00"), Some(now.0));
        assert_eq!(read("90m"), Some(now.0 - 90 * 60_000));
        assert_eq!(read("7d"), Some(now.0 - 7 * 86_400_000));
        for text in ["", "m", "-1m", "1w", "yesterday", "é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
