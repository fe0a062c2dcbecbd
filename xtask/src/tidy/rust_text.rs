//! Rust source as far as the rules must understand it: what is code, and where functions begin and end.

/// The source with every comment and every string and character literal turned into spaces. Lines stay where they are.
pub fn code_of(source: &str) -> String {
    let mut reader = Reader {
        rest: source,
        code: String::with_capacity(source.len()),
    };
    while let Some(next) = reader.rest.chars().next() {
        let length = reader.literal_or_comment();
        if length > 0 {
            reader.blank(length);
        } else {
            reader.keep(next);
        }
    }
    reader.code
}

struct Reader<'a> {
    rest: &'a str,
    code: String,
}

impl Reader<'_> {
    /// The length of the comment or literal that begins here, or 0.
    fn literal_or_comment(&self) -> usize {
        let rest = self.rest;
        let after_word = self.code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if rest.starts_with('"') {
            string(rest)
        } else if let Some(raw) = raw_string(rest).filter(|_| !after_word) {
            raw
        } else if rest.starts_with('\'') {
            character(rest)
        } else {
            0
        }
    }

    fn blank(&mut self, length: usize) {
        let (literal, rest) = self.rest.split_at(length);
        self.code
            .extend(literal.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }

    fn keep(&mut self, next: char) {
        self.code.push(next);
        self.rest = &self.rest[next.len_utf8()..];
    }
}

/// Comments nest.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        at += step;
        if depth == 0 || step == 0 {
            return at;
        }
    }
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#` and the same of bytes and C strings.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let rest = &text[prefix.len()..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let end = format!("\"{}", &rest[..hashes]);
    let start = prefix.len() + hashes + 1;
    let length = text[start..]
        .find(&end)
        .map_or(text.len(), |at| start + at + end.len());
    Some(length)
}

/// A character literal, or 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match characters.next() {
        // What follows the backslash belongs to the literal even if it is a quotation mark.
        Some((_, '\\')) => text[3..].find('\'').map_or(text.len(), |at| at + 4),
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// A function with a body: its name, the line it begins in and how many lines it has.
#[derive(Debug, PartialEq, Eq)]
pub struct Function<'a> {
    pub name: &'a str,
    pub line: usize,
    pub lines: usize,
    /// Whether an attribute just before it makes it a test.
    pub is_test: bool,
}

/// The functions in code that [`code_of`] has returned.
pub fn functions(code: &str) -> Vec<Function<'_>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let name = code[at + 3..].trim_start();
        let name = name
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or_default();
        if let (false, Some(length)) = (name.is_empty(), body_end(&code[at..])) {
            let line = code[..at].matches('\n').count() + 1;
            let lines = code[at..at + length].matches('\n').count() + 1;
            found.push(Function {
                name,
                line,
                lines,
                is_test: follows_test_attribute(&code[..at]),
            });
        }
    }
    found
}

/// `#[test]`, `#[tokio::test]` or `#[tokio::test(…)]`, with nothing but other attributes or `async` in between.
fn follows_test_attribute(before: &str) -> bool {
    let item = before.rsplit([';', '}', '{']).next().unwrap_or_default();
    item.contains("#[test]") || item.contains("::test]") || item.contains("::test(")
}

/// Where the body of the function ends that begins here; `None` if it has none.
fn body_end(code: &str) -> Option<usize> {
    let start = code.find(['{', ';'])?;
    // The semicolon of an array type in the signature is inside brackets.
    let start = match code[start..].chars().next() {
        Some(';') if code[..start].matches('[').count() > code[..start].matches(']').count() => {
            start + code[start..].find('{')?
        }
        Some('{') => start,
        _ => return None,
    };
    let mut depth = 0usize;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(start + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_in_comments_and_literals_is_no_code() {
        for (source, code) in [
            ("a // unsafe\nb", "a          \nb"),
            ("a /* x /* y */ z */ b", "a                   b"),
            (r#"f("\"{", 'x')"#, "f(     ,    )"),
            (r##"r#"un"safe"# + br"{""##, "             +      "),
            (r"'\'' '\u{7b}' '{' 'a", "                  'a"),
            ("for<'a> fn(&'a str)", "for<'a> fn(&'a str)"),
            ("\"two\nlines\" x", "    \n       x"),
            ("writer\"x\"", "writer   "),
        ] {
            assert_eq!(code_of(source), code, "{source}");
        }
    }

    #[test]
    fn a_test_is_known_by_its_attribute() {
        let source =
            "#[tokio::test(flavor = \"x\")]\nasync fn a() {}\nfn b() {}\n#[test]\n#[ignore]\nfn c() {}\n";
        let tests: Vec<bool> = functions(&code_of(source))
            .iter()
            .map(|function| function.is_test)
            .collect();
        assert_eq!(tests, [true, false, true]);
    }

    #[test]
    fn functions_are_measured_from_their_first_line_to_their_last() {
        let source = "impl A {\n    pub fn one(x: [u8; 2]) -> u8\n    where\n        A: B,\n    {\n        x[0]\n    }\n\n    fn two() {}\n}\ntrait T {\n    fn three();\n}\n";
        let found = functions(source);
        let expected = [("one", 2, 6), ("two", 9, 1)];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, line, lines)| Function {
                name,
                line,
                lines,
                is_test: false,
            })
            .collect();
        assert_eq!(found, expected);
    }
}
