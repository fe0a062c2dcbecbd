//! Rust code as words and marks, without the items that only tests compile.

/// A word, a path separator `::`, or one other character, and the line it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

impl Token<'_> {
    pub fn is_word(&self) -> bool {
        self.text.starts_with(is_word_start)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Splits code from which comments and literals are gone. Lifetimes are left out.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(next) = rest.chars().next() {
        let length = length(rest, next);
        let (text, after) = rest.split_at(length);
        if next == '\n' {
            line += 1;
        } else if !next.is_whitespace() && next != '\'' {
            let text = text.strip_prefix("r#").unwrap_or(text);
            found.push(Token { text, line });
        }
        rest = after;
    }
    found
}

fn length(rest: &str, next: char) -> usize {
    let word_end = |from: usize| {
        let word = &rest[from..];
        from + word
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(word.len())
    };
    if rest.starts_with("::") {
        2
    } else if rest.starts_with("r#") && rest[2..].starts_with(is_word_start) {
        word_end(2)
    } else if next == '\'' {
        word_end(1)
    } else if is_word_start(next) || next.is_ascii_digit() {
        word_end(0)
    } else {
        next.len_utf8()
    }
}

/// Leaves out every item, field or arm behind a `#[cfg(test)]`, or behind `#[cfg(any(test, …))]`.
pub fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match attribute(&tokens[at..]) {
            Some(length) if is_for_tests(&tokens[at..at + length]) => {
                at += length + item(&tokens[at + length..])
            }
            _ => {
                kept.push(tokens[at]);
                at += 1;
            }
        }
    }
    kept
}

/// The length of the outer attribute that begins here.
pub fn attribute(tokens: &[Token]) -> Option<usize> {
    let begins = tokens.len() > 1 && tokens[0].text == "#" && tokens[1].text == "[";
    begins.then(|| 1 + bracketed(&tokens[1..]))
}

fn is_for_tests(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.text == word);
    attribute.get(2).is_some_and(|token| token.text == "cfg") && has("test") && !has("not")
}

/// The length of what stands in the bracket that begins here, with both brackets.
fn bracketed(tokens: &[Token]) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The length of the item, field or arm that begins here, with its attributes: to its semicolon, its body, its comma, or
/// to where that is closed in which it stands.
fn item(tokens: &[Token]) -> usize {
    let mut at = 0;
    while let Some(length) = attribute(&tokens[at..]) {
        at += length;
    }
    let words = tokens[at..].iter().take_while(|token| token.text != "{");
    let is_item = words.take(6).any(|token| ITEMS.contains(&token.text));
    while let Some(token) = tokens.get(at) {
        match token.text {
            ";" => return at + 1,
            "," if !is_item => return at + 1,
            "{" => return at + bracketed(&tokens[at..]),
            "(" | "[" => at += bracketed(&tokens[at..]),
            ")" | "]" | "}" => return at,
            _ => at += 1,
        }
    }
    at
}

const ITEMS: &[&str] = &[
    "const", "enum", "fn", "impl", "mod", "static", "struct", "trait", "type", "use",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
        tokens.iter().map(|token| token.text).collect()
    }

    #[test]
    fn code_is_words_separators_and_marks() {
        let found = tokens("a::b_1<'x>\n.r#type(2)");
        assert_eq!(
            texts(&found),
            ["a", "::", "b_1", "<", ">", ".", "type", "(", "2", ")"]
        );
        assert_eq!(found[6].line, 2);
    }

    #[test]
    fn what_only_tests_compile_is_left_out() {
        for (source, kept) in [
            ("#[cfg(test)] mod tests { use a::b; } x", "x"),
            ("#[cfg(any(test, feature = ))] pub mod testing; x", "x"),
            ("#[cfg(test)] #[path = ] mod tests; x", "x"),
            ("#[cfg(test)] fn f<A, B>(a: [A; 2]) { a::b() } x", "x"),
            (
                "struct S { #[cfg(test)] pub hook: a::B, x: y }",
                "struct S { x : y }",
            ),
            (
                "struct S { x: y, #[cfg(test)] hook: a::B }",
                "struct S { x : y , }",
            ),
            (
                "#[cfg(not(test))] use a; x",
                "# [ cfg ( not ( test ) ) ] use a ; x",
            ),
            ("#[cfg(feature = )] use a;", "# [ cfg ( feature = ) ] use a ;"),
        ] {
            assert_eq!(texts(&without_tests(&tokens(source))).join(" "), kept, "{source}");
        }
    }
}
