//! Days and hours as people write them, in their own time where that is known.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The longest name of a time zone that is looked at: `America/Argentina/ComodRivadavia` has 32 characters.
const LONGEST_NAME: usize = 48;

/// How a language writes times. `{day2}` and `{month2}` have two digits, `{name}` is the month in English.
#[derive(Clone)]
pub(super) struct Times {
    /// An hour: `{hour}`, `{minute}`, `{zone}`.
    pub(super) clock: &'static str,
    /// A day.
    pub(super) date: &'static str,
    /// Both: `{date}`, `{clock}`.
    pub(super) moment: &'static str,
}

/// For languages whose way of writing times is not known here: ISO 8601 is read the same everywhere.
pub(super) const ISO_8601: Times = Times {
    clock: "{hour}:{minute}\u{a0}{zone}",
    date: "{year}-{month2}-{day2}",
    moment: "{date} {clock}",
};

/// The months in English, which alone of the languages here has no way of writing dates in digits that is read the
/// same everywhere.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The time zone that a person lives by.
#[derive(Clone)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// Coordinated Universal Time.
    pub(crate) const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this name (`Europe/Berlin`), as the `zoneinfo` attribute has it. Anything else is UTC. The names and
    /// rules are compiled in.
    pub(crate) fn named(name: Option<&str>) -> Self {
        let name = name
            .map(str::trim)
            .filter(|name| (1..=LONGEST_NAME).contains(&name.len()));
        name.and_then(|name| TimeZoneDatabase::bundled().get(name).ok())
            .map_or(Self::UTC, Self)
    }
}

impl Times {
    /// The hour of this second since 1970, with its zone: `14:10 UTC`, `16:10 UTC+2`.
    pub(super) fn clock(&self, epoch_s: i64, zone: &Zone) -> String {
        Parts::of(epoch_s, zone).fill(self.clock)
    }

    /// Day and hour.
    pub(super) fn moment(&self, epoch_s: i64, zone: &Zone) -> String {
        let parts = Parts::of(epoch_s, zone);
        self.moment
            .replace("{date}", &parts.fill(self.date))
            .replace("{clock}", &parts.fill(self.clock))
    }
}

/// A moment in a zone, in parts.
struct Parts([(&'static str, String); 8]);

impl Parts {
    fn of(epoch_s: i64, zone: &Zone) -> Zoned {
        let moment = Timestamp::from_second(epoch_s)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(zone.0.clone());
        let month = usize::try_from(moment.month()).unwrap_or(1).clamp(1, 12);
        Self([
            ("{year}", moment.year().to_string()),
            ("{month}", month.to_string()),
            ("{month2}", format!("{month:02}")),
            ("{name}", MONTHS[month - 1].to_owned()),
            ("{day}", moment.day().to_string()),
            ("{day2}", format!("{:02}", moment.day())),
            ("{hour}", format!("{:02}", moment.hour())),
            ("{minute}", format!("{:02}", moment.minute())),
        ])
        .with_zone(moment.offset().seconds())
    }

    /// An offset says it in every language; abbreviations mean different things in different places.
    fn with_zone(self, offset_s: i32) -> Zoned {
        let (sign, minutes) = (if offset_s < 0 { '-' } else { '+' }, offset_s.abs() / 60);
        let zone = match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        };
        Zoned { parts: self, zone }
    }
}

/// The parts and the name of their zone.
struct Zoned {
    parts: Parts,
    zone: String,
}

impl Zoned {
    fn fill(&self, pattern: &str) -> String {
        let filled = pattern.replace("{zone}", &self.zone);
        let parts = self.parts.0.iter();
        parts.fold(filled, |filled, (name, value)| filled.replace(name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Locale;

    /// 2026-09-06 14:05:10 UTC.
    const MOMENT: i64 = 1_788_703_510;

    fn written(tag: &str, zone: &Zone) -> (String, String) {
        let times = &Locale::find(tag).unwrap().texts().times;
        let plain = |text: String| text.replace('\u{a0}', "_");
        (
            plain(times.clock(MOMENT, zone)),
            plain(times.moment(MOMENT, zone)),
        )
    }

    #[test]
    fn times_are_written_as_each_language_writes_them() {
        for (tag, clock, moment) in [
            ("en", "14:05_UTC", "6_Sep_2026, 14:05_UTC"),
            ("de", "14:05_Uhr (UTC)", "06.09.2026, 14:05_Uhr (UTC)"),
            ("fr", "14_h_05 (UTC)", "06/09/2026 à 14_h_05 (UTC)"),
            ("es", "14:05_UTC", "6/9/2026 a las 14:05_UTC"),
            ("ja", "14:05_UTC", "2026年9月6日 14:05_UTC"),
            ("he", "14:05_UTC", "6.9.2026, 14:05_UTC"),
        ] {
            let expected = (clock.to_owned(), moment.to_owned());
            assert_eq!(written(tag, &Zone::UTC), expected, "{tag}");
        }
    }

    #[test]
    fn a_person_reads_her_own_time_and_the_zone_says_which_it_is() {
        for (zone, clock) in [
            (Some("Europe/Berlin"), "16:05_UTC+2"),
            (Some("Asia/Kolkata"), "19:35_UTC+5:30"),
            (Some("America/St_Johns"), "11:35_UTC-2:30"),
            (Some("America/Sao_Paulo"), "11:05_UTC-3"),
            (Some("europe/london"), "15:05_UTC+1"),
            (Some("Atlantic/Reykjavik"), "14:05_UTC"),
            (Some("Middle/Earth"), "14:05_UTC"),
            (Some("../../etc/passwd"), "14:05_UTC"),
            (Some(""), "14:05_UTC"),
            (None, "14:05_UTC"),
        ] {
            assert_eq!(written("en", &Zone::named(zone)).0, clock, "{zone:?}");
        }
    }

    #[test]
    fn no_clock_breaks_a_date() {
        for (moment, text) in [
            (0, "1 Jan 1970, 00:00 UTC"),
            (951_782_400, "29 Feb 2000, 00:00 UTC"),
            (4_294_967_295, "7 Feb 2106, 06:28 UTC"),
            (i64::MAX, "1 Jan 1970, 00:00 UTC"),
        ] {
            let times = &Locale::EN.texts().times;
            assert_eq!(times.moment(moment, &Zone::UTC).replace('\u{a0}', " "), text);
        }
    }
}
