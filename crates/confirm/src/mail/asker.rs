//! Who asked for a code, as far as a request tells.

/// The longest text that is looked at.
const LONGEST: usize = 512;

/// Browsers by what only they say. The order matters: most call themselves Chrome and Safari as well.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Who asked. The words are ours or a trusted proxy's: nothing that a stranger can choose freely gets into a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker<'a> {
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// Where the request came from, by a header that a trusted proxy sets: `Berlin, DE`.
    pub place: Option<&'a str>,
}

impl Asker<'_> {
    /// Browser and system, as far as they are known: `Firefox, Windows`.
    pub fn device(&self) -> Option<String> {
        let agent = self.user_agent.filter(|agent| agent.len() <= LONGEST)?;
        let known = |table: &[(&str, &'static str)]| {
            let found = table.iter().find(|(mark, _)| agent.contains(mark));
            found.map(|(_, name)| *name)
        };
        let device: Vec<_> = [known(&BROWSERS), known(&SYSTEMS)]
            .into_iter()
            .flatten()
            .collect();
        (!device.is_empty()).then(|| device.join(", "))
    }

    /// The place, if it looks like one.
    pub(super) fn place(&self) -> Option<&str> {
        let legal = |c: char| c.is_alphanumeric() || " ,.'’()-".contains(c);
        self.place
            .map(str::trim)
            .filter(|place| (2..=64).contains(&place.chars().count()) && place.chars().all(legal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart_and_nothing_else_is_repeated() {
        let device = |agent| {
            Asker {
                user_agent: Some(agent),
                place: None,
            }
            .device()
        };
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                Some("Edge, Windows"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                Some("Safari, macOS"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile Safari/604.1",
                Some("Chrome, iPhone"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) Gecko/143.0 Firefox/143.0",
                Some("Firefox, Android"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64)", Some("Linux")),
            ("CALL +1-800-FRAUD now", None),
            ("", None),
        ] {
            assert_eq!(device(agent).as_deref(), name, "{agent}");
        }
        assert_eq!(device(&"Firefox/".repeat(100)), None);
    }

    #[test]
    fn a_place_is_a_name_and_no_link() {
        let place = |place| {
            Asker {
                user_agent: None,
                place: Some(place),
            }
            .place()
            .map(str::to_owned)
        };
        assert_eq!(place(" São Paulo, BR "), Some("São Paulo, BR".to_owned()));
        for bad in ["", "X", "https://evil.example", "a\nb", "<b>", &"a".repeat(65)] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
