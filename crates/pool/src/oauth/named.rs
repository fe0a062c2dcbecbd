//! What clients of strangers call themselves, as far as people may be shown it.

/// Characters of the longest name.
const LONGEST: usize = 80;

/// A name as it is shown: one line, nothing that turns the direction of what follows or cannot be seen. `None`: nothing is left.
pub fn name(text: &str) -> Option<String> {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{ad}'
                    | '\u{34f}'
                    | '\u{61c}'
                    | '\u{115f}'
                    | '\u{1160}'
                    | '\u{17b4}'
                    | '\u{17b5}'
                    | '\u{3164}'
                    | '\u{feff}'
                    | '\u{ffa0}'
            )
            || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}')
            || matches!(c, '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
    };
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    let words = spaced.split(' ').filter(|word| !word.is_empty());
    let name: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_38_a_name_is_one_line_of_what_can_be_seen() {
        for (text, expected) in [
            ("Tool", Some("Tool")),
            ("  My\r\n\tTool  ", Some("My Tool")),
            ("\u{202e}elgooG", Some("elgooG")),
            ("To\u{200b}ol\u{feff}", Some("Tool")),
            ("\u{e0041}\u{e0042}", None),
            ("\u{3164}", None),
            (" \n", None),
            ("", None),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(name(&"a".repeat(500)).map(|name| name.len()), Some(80));
    }
}
