//! What the pages say: the sentences of the packages for pages, in all their languages, and the few that only these pages have.

mod asking;
mod counted;
mod generated;
mod own;

use generated::{LANGUAGES, Language};

/// The languages, by their tags.
pub static TAGS: &[&str] = &own::TAGS;

/// The sentences in a language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    language: &'static Language,
    /// The place of the language among those of the pages' own sentences.
    place: usize,
}

impl Texts {
    fn of(tag: &str) -> Option<Texts> {
        let language = LANGUAGES.iter().find(|language| language.tag == tag)?;
        let place = TAGS.iter().position(|held| *held == tag)?;
        Some(Texts { language, place })
    }

    fn english() -> Texts {
        let first = Texts {
            language: &LANGUAGES[0],
            place: 0,
        };
        Texts::of("en").unwrap_or(first)
    }

    /// The language's tag.
    pub fn tag(&self) -> &'static str {
        self.language.tag
    }

    /// `ltr` or `rtl`.
    pub fn dir(&self) -> &'static str {
        self.language.dir
    }

    fn found(&self, name: &str) -> Option<&'static str> {
        let counted = counted::COUNTED.iter().filter(|(tag, _)| *tag == self.tag());
        let mut shared = self
            .language
            .texts
            .iter()
            .chain(counted.flat_map(|(_, forms)| *forms));
        let shared = shared.find(|(held, _)| *held == name);
        shared.map(|(_, text)| *text).or_else(|| {
            own::OWN
                .iter()
                .chain(asking::ASKING)
                .find(|(held, _)| *held == name)
                .map(|(_, texts)| texts[self.place])
        })
    }

    /// Whether the language has a sentence of this name.
    pub fn has(&self, name: &str) -> bool {
        self.found(name).is_some()
    }

    /// The sentence of this name, in English where the language has none; nothing for a name that no sentence has.
    pub fn get(&self, name: &str) -> &'static str {
        self.found(name)
            .or_else(|| Texts::english().found(name))
            .unwrap_or_default()
    }

    /// The sentences of several names with spaces between them.
    pub fn all(&self, names: &str) -> String {
        let texts = names.split_whitespace().map(|name| self.get(name));
        texts
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// A sentence with values in its places.
    pub fn filled(&self, name: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(name).to_owned();
        for (place, value) in values {
            text = text.replace(&format!("{{{place}}}"), value);
        }
        text
    }

    /// A sentence about so many, in the form that the language has for them.
    pub fn counted(&self, name: &str, n: u64) -> String {
        let form = format!("{name}.{}", self.plural(n));
        let other = format!("{name}.other");
        let form = if self.has(&form) { form } else { other };
        self.filled(&form, &[("n", &n.to_string())])
    }

    /// Which form a number takes, as Unicode's plural rules have it for whole numbers.
    fn plural(&self, n: u64) -> &'static str {
        let (ten, hundred) = (n % 10, n % 100);
        match (self.language.tag, n) {
            ("ja" | "ko" | "zh-CN" | "zh-TW", _) => "other",
            ("fr" | "pt-BR", 0 | 1) | ("ar" | "he", 1) => "one",
            ("ar", 0) => "zero",
            ("ar" | "he", 2) => "two",
            ("ar", _) if (3..=10).contains(&hundred) => "few",
            ("ar", _) if hundred >= 11 => "many",
            ("pl", 1) => "one",
            ("pl", _) if (2..=4).contains(&ten) && !(12..=14).contains(&hundred) => "few",
            ("pl", _) => "many",
            (_, 1) => "one",
            _ => "other",
        }
    }
}

/// The first of the wanted languages that there is, by script, region and name; else English. A tag may be followed by a weight, as in
/// `Accept-Language`.
pub fn choose<'a>(wanted: impl Iterator<Item = &'a str>) -> Texts {
    for each in wanted {
        let tag = each
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let mut parts = tag.split('-');
        let primary = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let has = |names: &[&str]| rest.iter().any(|part| names.contains(part));
        let known = match primary {
            "zh" if has(&["hant", "hk", "mo", "tw"]) && !has(&["hans"]) => Some("zh-TW"),
            "pt" if has(&["pt", "ao", "cv", "gw", "mz", "st", "tl"]) => Some("pt-PT"),
            "iw" => Some("he"),
            primary => TAGS
                .iter()
                .copied()
                .find(|known| known.split('-').next() == Some(primary)),
        };
        if let Some(texts) = known.and_then(Texts::of) {
            return texts;
        }
    }
    Texts::english()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_chosen_as_the_packages_for_pages_choose_it() {
        for (wanted, tag) in [
            (&["de-CH"][..], "de"),
            (&["xx", "fr;q=0.8"], "fr"),
            (&["zh"], "zh-CN"),
            (&["zh-Hant-HK"], "zh-TW"),
            (&["zh-Hans-TW"], "zh-CN"),
            (&["pt"], "pt-BR"),
            (&["pt-PT"], "pt-PT"),
            (&["iw"], "he"),
            (&[""], "en"),
            (&[], "en"),
        ] {
            assert_eq!(choose(wanted.iter().copied()).tag(), tag, "{wanted:?}");
        }
    }

    #[test]
    fn every_language_has_every_sentence() {
        assert_eq!(TAGS.len(), LANGUAGES.len());
        for tag in TAGS {
            let texts = Texts::of(tag).unwrap();
            for (name, _) in Texts::english().language.texts {
                let is_optional = name.ends_with("Letters") || name.contains('.');
                assert!(texts.has(name) || is_optional, "{tag}: {name}");
            }
            for name in ["triesLeft.other", "tooManyLead.other"] {
                assert!(texts.has(name), "{tag}: {name}");
            }
            for (name, sentences) in own::OWN.iter().chain(asking::ASKING) {
                assert!(!sentences[texts.place].is_empty(), "{tag}: {name}");
            }
        }
    }

    #[test]
    fn numbers_take_the_form_that_the_language_has() {
        for (tag, n, form) in [
            ("en", 1, "one"),
            ("en", 0, "other"),
            ("fr", 0, "one"),
            ("pl", 2, "few"),
            ("pl", 5, "many"),
            ("pl", 12, "many"),
            ("pl", 22, "few"),
            ("ar", 2, "two"),
            ("ar", 3, "few"),
            ("ar", 11, "many"),
            ("ar", 100, "other"),
            ("he", 2, "two"),
            ("ja", 1, "other"),
        ] {
            assert_eq!(Texts::of(tag).unwrap().plural(n), form, "{tag} {n}");
        }
    }

    #[test]
    fn what_is_counted_is_said_as_the_language_says_it() {
        for (tag, n, beginning) in [
            ("en", 1, "Wait 1 second, "),
            ("en", 2, "Wait 2 seconds, "),
            ("de", 1, "Warten Sie 1 Sekunde, "),
            ("fr", 1, "Attendez 1 seconde, "),
            ("pt-BR", 1, "Espere 1 segundo "),
            ("pt-PT", 60, "Espere 60 segundos "),
            ("pl", 1, "Odczekaj 1 sekundę, "),
            ("pl", 22, "Odczekaj 22 sekundy, "),
            ("pl", 25, "Odczekaj 25 sekund, "),
            ("he", 2, "המתן שתי שניות "),
            ("ar", 2, "انتظر ثانيتين، "),
            ("ar", 5, "انتظر 5 ثوانٍ، "),
            ("ar", 60, "انتظر 60 ثانية، "),
            ("ja", 1, "1 秒"),
        ] {
            let said = Texts::of(tag).unwrap().counted("tooManyLead", n);
            assert!(said.starts_with(beginning), "{tag} {n}: {said}");
        }
    }

    #[test]
    fn a_name_that_no_sentence_has_says_nothing() {
        let english = Texts::english();
        assert_eq!(english.get("<script>"), "");
        assert_eq!(
            english.all("endedOver <b> passwordUnchanged"),
            "This sign-in has ended. Start again. Your password was not changed. Begin with the temporary one."
        );
    }
}
