//! From the model's regular expressions, which are Java's, to the dialect of the `regex` crate.
//!
//! Java's `\w`, `\s`, `\S` are ASCII, its `.` stops at five line ends, and the service matches the whole value. What
//! cannot be said in the other dialect is an error here, so that a new model never weakens a check silently.
//!
//! Where a word ends is the same in both as long as all that a pattern matches is ASCII; beyond that, it depends on the
//! version of Java. So `\b` is taken in patterns that can match nothing else.

const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0B\x0C\r ";
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// Translates one pattern into an expression that is anchored at both ends, or names what it cannot.
pub fn translate(java: &str) -> Result<String, String> {
    let translator = Translator {
        rest: java.chars().collect(),
        at: 0,
        class_depth: 0,
        dot_matches_all: false,
        has_boundary: false,
        leaves_ascii: false,
        out: String::new(),
    };
    let regex = translator
        .run()
        .map_err(|construct| format!("pattern {java:?} uses {construct}, which has no translation"))?;
    Ok(format!(r"\A(?:{regex})\z"))
}

struct Translator {
    rest: Vec<char>,
    at: usize,
    class_depth: usize,
    dot_matches_all: bool,
    has_boundary: bool,
    leaves_ascii: bool,
    out: String,
}

impl Translator {
    fn run(mut self) -> Result<String, String> {
        if self.rest.starts_with(&['(', '?', 's', ')']) {
            self.dot_matches_all = true;
            self.at = 4;
        }
        while let Some(letter) = self.next() {
            self.step(letter)?;
        }
        if self.has_boundary && self.leaves_ascii {
            return Err("a word boundary beside more than ASCII".into());
        }
        Ok(self.out)
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.get(self.at).copied();
        self.at += 1;
        letter
    }

    /// Whether the group that has just begun is more than a plain or a non-capturing one.
    fn has_extension(&self) -> bool {
        self.rest.get(self.at) == Some(&'?') && self.rest.get(self.at + 1) != Some(&':')
    }

    fn step(&mut self, letter: char) -> Result<(), String> {
        let is_any = letter == '.' && self.class_depth == 0;
        let is_all_but = letter == '[' && self.rest.get(self.at) == Some(&'^');
        self.leaves_ascii |= is_any || is_all_but || !letter.is_ascii();
        match letter {
            '\\' => return self.escape(),
            '[' if self.class_depth > 0 => return Err("a class inside a class".into()),
            '[' => self.class_depth += 1,
            ']' => self.class_depth = self.class_depth.saturating_sub(1),
            // Twice in a row these are set operations in one dialect or both; alone they stand for themselves.
            '&' | '~' | '-' if self.class_depth > 0 && self.rest.get(self.at) == Some(&letter) => {
                return Err("a set operation".into());
            }
            '(' if self.class_depth == 0 && self.has_extension() => {
                return Err("a group with a flag or a look-around".into());
            }
            '.' if self.class_depth == 0 => {
                let any = if self.dot_matches_all {
                    r"(?s:.)".to_owned()
                } else {
                    format!("[^{LINE_ENDS}]")
                };
                self.out.push_str(&any);
                return Ok(());
            }
            _ => {}
        }
        self.out.push(letter);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let letter = self.next().ok_or("a trailing backslash")?;
        let in_class = self.class_depth > 0;
        self.has_boundary |= letter == 'b';
        self.leaves_ascii |= matches!(letter, 'S' | 'p' | 'x');
        let text = match letter {
            'b' if !in_class => r"(?-u:\b)".to_owned(),
            'w' if in_class => WORD.to_owned(),
            'w' => format!("[{WORD}]"),
            's' if in_class => SPACE.to_owned(),
            's' => format!("[{SPACE}]"),
            'S' => format!("[^{SPACE}]"),
            'p' | 'x' | 't' | 'n' | 'r' => format!("\\{letter}"),
            mark if mark.is_ascii_punctuation() => format!("\\{mark}"),
            other => return Err(format!("\\{other}")),
        };
        self.out.push_str(&text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_classes_become_ascii_and_whole_value_is_matched() {
        let table = [
            (r"[\w-]+_[0-9a-zA-Z]+", r"\A(?:[0-9A-Za-z_-]+_[0-9a-zA-Z]+)\z"),
            (r"[\S]+", r"\A(?:[[^\t\n\x0B\x0C\r ]]+)\z"),
            (r"[\w\s+=,.@-]+", r"\A(?:[0-9A-Za-z_\t\n\x0B\x0C\r +=,.@-]+)\z"),
            (
                r".*\{####\}.*",
                r"\A(?:[^\n\r\x{85}\x{2028}\x{2029}]*\{####\}[^\n\r\x{85}\x{2028}\x{2029}]*)\z",
            ),
            (r"(?s).*", r"\A(?:(?s:.)*)\z"),
            (r"[a&-c~]", r"\A(?:[a&-c~])\z"),
            (r"[0-9a-f]{8}\b-\w", r"\A(?:[0-9a-f]{8}(?-u:\b)-[0-9A-Za-z_])\z"),
        ];
        for (java, regex) in table {
            assert_eq!(translate(java).unwrap(), regex);
        }
    }

    #[test]
    fn what_has_no_translation_is_refused() {
        let table = [
            (r"a(?<!\.)$", "a group with a flag or a look-around"),
            (r"(?i)a", "a group with a flag or a look-around"),
            (r"[a[b]]", "a class inside a class"),
            (r"[a&&b]", "a set operation"),
            (r"[a~~b]", "a set operation"),
            (r"[+--]", "a set operation"),
            (r"\d+", r"\d"),
            (r"[\b]x", r"\b"),
            (r"\b.", "a word boundary beside more than ASCII"),
            (r"[^a]\b", "a word boundary beside more than ASCII"),
            (r"\p{L}\b", "a word boundary beside more than ASCII"),
            (r"é\b", "a word boundary beside more than ASCII"),
            (r"x\", "a trailing backslash"),
        ];
        for (java, construct) in table {
            let error = translate(java).unwrap_err();
            assert_eq!(
                error,
                format!("pattern {java:?} uses {construct}, which has no translation")
            );
        }
    }
}
