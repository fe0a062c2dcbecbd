//! The colours of a managed login style, as the properties of the pages' style sheet.
//!
//! A style may say anything, and people must be able to read the page. So each pair of colours that is read together is measured as
//! WCAG 2.2 has it (4.5:1 for text, 3:1 for what marks a field), and what of a style does not reach it is left as it is without a style.

use std::fmt::Write;

use serde_json::Value;

/// A property, what it is without a style in the light and in the dark, and where a style says it, for `MODE` that of each.
struct Property {
    name: &'static str,
    plain: [&'static str; 2],
    path: &'static str,
}

const fn property(name: &'static str, plain: [&'static str; 2], path: &'static str) -> Property {
    Property { name, plain, path }
}

const PAGE: usize = 0;
const CARD: usize = 1;
const TEXT: usize = 3;
const MUTED: usize = 4;
const BORDER: usize = 5;
const PRIMARY: usize = 6;
const HOVER: usize = 7;
const ON_PRIMARY: usize = 8;
const LINK: usize = 9;
const COUNT: usize = 10;

const PROPERTIES: [Property; COUNT] = [
    property(
        "--si-page",
        ["#f6f4ee", "#0c1618"],
        "components.pageBackground.MODE.color",
    ),
    property(
        "--si-card",
        ["#fff", "#132023"],
        "components.form.MODE.backgroundColor",
    ),
    property(
        "--si-hairline",
        ["#e3dfd4", "#26363a"],
        "components.form.MODE.borderColor",
    ),
    property(
        "--si-text",
        ["#14282c", "#e8f0ee"],
        "components.pageText.MODE.headingColor",
    ),
    property(
        "--si-muted",
        ["#55666a", "#a3b4b4"],
        "components.pageText.MODE.descriptionColor",
    ),
    property(
        "--si-border",
        ["#7b8a8c", "#718486"],
        "componentClasses.input.MODE.defaults.borderColor",
    ),
    property(
        "--si-primary",
        ["#0b6468", "#6fd3cd"],
        "components.primaryButton.MODE.defaults.backgroundColor",
    ),
    property(
        "--si-primary-hover",
        ["#084e52", "#93e0db"],
        "components.primaryButton.MODE.hover.backgroundColor",
    ),
    property(
        "--si-on-primary",
        ["#fff", "#04211f"],
        "components.primaryButton.MODE.defaults.textColor",
    ),
    property(
        "--ph-link",
        ["#0b6468", "#6fd3cd"],
        "componentClasses.link.MODE.defaults.textColor",
    ),
];

/// What else is read on the card and is no style's to say: errors, what went well, warnings.
const SIGNS: [[&str; 2]; 3] = [
    ["#b3261e", "#ff9d90"],
    ["#2b7034", "#86dba0"],
    ["#8a5300", "#ffcd78"],
];

/// What is read on what, and how well that must be to tell apart.
const PAIRS: [(usize, usize, f64); 8] = [
    (TEXT, CARD, 4.5),
    (MUTED, CARD, 4.5),
    (LINK, CARD, 4.5),
    (BORDER, CARD, 3.0),
    (ON_PRIMARY, PRIMARY, 4.5),
    (ON_PRIMARY, HOVER, 4.5),
    (TEXT, PAGE, 4.5),
    (MUTED, PAGE, 4.5),
];

/// The most pixels that corners are rounded by.
const ROUNDEST: f64 = 32.0;

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Colour([u8; 3]);

impl Colour {
    /// `#rgb` or `#rrggbb`.
    fn of_css(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#')?;
        let wide: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits.to_owned(),
        };
        Colour::of_hex(&wide)
    }

    fn of_hex(digits: &str) -> Option<Colour> {
        let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Colour([byte(0)?, byte(2)?, byte(4)?]))
    }

    /// `RRGGBBAA`, as it looks over another colour.
    fn over(text: &str, below: Colour) -> Option<Colour> {
        let Colour(above) = Colour::of_hex(text)?;
        let alpha = u16::from(u8::from_str_radix(text.get(6..8)?, 16).ok()?);
        let mixed = |at: usize| {
            let sum = u16::from(above[at]) * alpha + u16::from(below.0[at]) * (255 - alpha);
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        Some(Colour([mixed(0), mixed(1), mixed(2)]))
    }

    fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    fn luminance(self) -> f64 {
        let part = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(part);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
}

/// The colours of one mode: those that the style says, where they can be read.
struct Mode {
    plain: [Colour; COUNT],
    said: [Option<Colour>; COUNT],
}

impl Mode {
    fn of(settings: &Value, mode: usize) -> Mode {
        let black = Colour([0; 3]);
        let plain = PROPERTIES
            .each_ref()
            .map(|property| Colour::of_css(property.plain[mode]).unwrap_or(black));
        let name = ["lightMode", "darkMode"][mode];
        let mut said = [None; COUNT];
        for (at, property) in PROPERTIES.iter().enumerate() {
            // What is under the page is what browsers paint there.
            let below = if at == PAGE {
                Colour([[255; 3], [0; 3]][mode])
            } else {
                plain[CARD]
            };
            let text = found(settings, &property.path.replace("MODE", name)).and_then(Value::as_str);
            said[at] = text.and_then(|text| Colour::over(text, below));
        }
        // A button under the pointer and a link have the colour of buttons unless the style says otherwise, or it cannot be read.
        said[HOVER] = said[HOVER].or(said[PRIMARY]);
        said[LINK] = said[LINK].or(said[PRIMARY]);
        let mut mode_of = Mode { plain, said };
        mode_of.keep_legible(mode);
        mode_of
    }

    fn is(&self, at: usize) -> Colour {
        self.said[at].unwrap_or(self.plain[at])
    }

    /// Leaves out what could not be read: what is written first, then what it is written on.
    fn keep_legible(&mut self, mode: usize) {
        let is_legible = |sign: &[&str; 2], card: Colour| {
            Colour::of_css(sign[mode]).is_none_or(|sign| sign.contrast(card) >= 4.5)
        };
        if !SIGNS.iter().all(|sign| is_legible(sign, self.is(CARD))) {
            self.said[CARD] = None;
        }
        // Each round leaves out one at least.
        for _ in 0..COUNT {
            let bad = PAIRS
                .iter()
                .find(|(above, below, least)| self.is(*above).contrast(self.is(*below)) < *least);
            let Some((above, below, _)) = bad else { return };
            match self.said[*above].take() {
                Some(_) => {}
                None => self.said[*below] = None,
            }
        }
    }
}

/// What a style says at a path of names.
pub fn found<'a>(settings: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(settings, |at, name| at.get(name))
}

/// The style sheet of a style's settings; empty where they say nothing that the pages do.
pub fn sheet(settings: &Value) -> String {
    let modes = [Mode::of(settings, 0), Mode::of(settings, 1)];
    let mut light = String::new();
    let mut both = String::new();
    for (at, property) in PROPERTIES.iter().enumerate() {
        if modes.iter().all(|mode| mode.said[at].is_none()) {
            continue;
        }
        let [one, two] = [modes[0].is(at).css(), modes[1].is(at).css()];
        // Writing to a text cannot fail.
        let _ = write!(light, "{}:{one};", property.name);
        let _ = write!(both, "{}:light-dark({one},{two});", property.name);
    }
    let radius = found(settings, "componentClasses.buttons.borderRadius").and_then(Value::as_f64);
    if let Some(radius) = radius.filter(|radius| *radius >= 0.0) {
        let _ = write!(light, "--si-radius:{}px;", radius.min(ROUNDEST));
    }
    let mut sheet = String::new();
    if !light.is_empty() {
        let _ = write!(sheet, ":root{{{light}}}");
    }
    if !both.is_empty() {
        let _ = write!(
            sheet,
            "@supports (color:light-dark(#000,#fff)){{:root{{{both}}}}}"
        );
    }
    sheet
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn without_a_style_the_colours_are_those_of_the_forms() {
        let tokens = include_str!("../../../../../web/packages/styles/tokens.css");
        for property in &PROPERTIES[..LINK] {
            let [light, dark] = property.plain;
            let both = format!("{}: light-dark({light}, {dark});", property.name);
            assert!(tokens.contains(&both), "{both}");
        }
        for [light, dark] in SIGNS {
            assert!(tokens.contains(&format!("light-dark({light}, {dark})")));
        }
        assert_eq!(sheet(&json!({})), "");
    }

    #[test]
    fn what_is_read_without_a_style_can_be_read() {
        for mode in 0..2 {
            let plain = Mode::of(&json!({}), mode);
            for (above, below, least) in PAIRS {
                let is = plain.is(above).contrast(plain.is(below));
                assert!(
                    is >= least,
                    "{} on {}: {is}",
                    PROPERTIES[above].name,
                    PROPERTIES[below].name
                );
            }
        }
    }

    #[test]
    fn a_style_says_colours_and_corners() {
        let settings = json!({
            "components": {
                "primaryButton": { "lightMode": { "defaults": { "backgroundColor": "7a0a4fff", "textColor": "ffffffff" } } },
                "pageBackground": { "darkMode": { "color": "000000ff" } },
            },
            "componentClasses": { "buttons": { "borderRadius": 4.0 } },
        });
        let sheet = sheet(&settings);
        assert!(
            sheet.contains(":root{--si-page:#f6f4ee;--si-primary:#7a0a4f;"),
            "{sheet}"
        );
        assert!(
            sheet.contains("--si-page:light-dark(#f6f4ee,#000000);"),
            "{sheet}"
        );
        assert!(
            sheet.contains("--si-primary:light-dark(#7a0a4f,#6fd3cd);"),
            "{sheet}"
        );
        assert!(
            sheet.contains("--ph-link:light-dark(#7a0a4f,#6fd3cd);"),
            "{sheet}"
        );
        assert!(sheet.contains("--si-radius:4px;"), "{sheet}");
    }

    #[test]
    fn what_could_not_be_read_is_left_as_it_is_without_a_style() {
        let legible = |settings: &Value, mode: usize| {
            let mode = Mode::of(settings, mode);
            PAIRS
                .iter()
                .all(|(above, below, least)| mode.is(*above).contrast(mode.is(*below)) >= *least)
        };
        let yellow = json!({ "components": {
            "primaryButton": { "lightMode": { "defaults": { "backgroundColor": "ffe000ff", "textColor": "000000ff" } } },
        } });
        // Black on yellow is fine on a button; a yellow link on white is not.
        assert!(
            sheet(&yellow)
                .contains("--si-primary:#ffe000;--si-primary-hover:#ffe000;--si-on-primary:#000000;"),
            "{}",
            sheet(&yellow)
        );
        assert!(!sheet(&yellow).contains("--ph-link"));
        let ghosts = json!({ "components": {
            "form": { "lightMode": { "backgroundColor": "888888ff" } },
            "pageText": { "lightMode": { "headingColor": "99999922", "descriptionColor": "ffffff00" } },
            "primaryButton": { "lightMode": { "defaults": { "backgroundColor": "fefefeff", "textColor": "ffffffff" } } },
        } });
        for settings in [&yellow, &ghosts] {
            assert!(
                legible(settings, 0) && legible(settings, 1),
                "{}",
                sheet(settings)
            );
        }
        assert_eq!(sheet(&ghosts), "");
    }

    proptest::proptest! {
        #[test]
        fn no_style_makes_a_page_that_cannot_be_read(given: [[u8; 4]; COUNT]) {
            let hex = |[r, g, b, a]: [u8; 4]| format!("{r:02x}{g:02x}{b:02x}{a:02x}");
            let mut settings = json!({});
            for (property, colour) in PROPERTIES.iter().zip(given) {
                for mode in ["lightMode", "darkMode"] {
                    let path = property.path.replace("MODE", mode);
                    let mut at = &mut settings;
                    for name in path.split('.') {
                        at = &mut at[name];
                    }
                    *at = json!(hex(colour));
                }
            }
            for mode in 0..2 {
                let mode = Mode::of(&settings, mode);
                for (above, below, least) in PAIRS {
                    proptest::prop_assert!(mode.is(above).contrast(mode.is(below)) >= least);
                }
            }
        }
    }
}
