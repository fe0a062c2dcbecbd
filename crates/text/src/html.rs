//! Text inside HTML and XML.

/// Text as text, in an element or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text with the entities undone that [`escape`], XML writers and people use: the five characters and the space that
/// does not break. Others stay as they are.
pub fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 7] = [
        ("lt;", "<"),
        ("gt;", ">"),
        ("quot;", "\""),
        ("apos;", "'"),
        ("#39;", "'"),
        ("nbsp;", " "),
        ("amp;", "&"),
    ];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let found = ENTITIES
            .iter()
            .find_map(|(name, sign)| Some((sign, after.strip_prefix(name)?)));
        rest = match found {
            Some((sign, after)) => {
                plain.push_str(sign);
                after
            }
            None => {
                plain.push('&');
                after
            }
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            escape(r#"<a href="x" id='y'>&</a>"#),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;"
        );
    }

    #[test]
    fn entities_are_undone_once() {
        assert_eq!(
            unescape("a&amp;lt;b &lt;&apos;&nbsp;&#39;&quot;&gt;"),
            "a&lt;b <' '\">"
        );
        assert_eq!(unescape("a & b &copy; &"), "a & b &copy; &");
    }

    proptest::proptest! {
        #[test]
        fn what_is_escaped_is_read_back(text: String) {
            proptest::prop_assert_eq!(unescape(&escape(&text)), text);
        }
    }
}
