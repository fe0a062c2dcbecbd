//! The little that is read of XML: STS and its errors answer in it, one value per element, without attributes.

use poolhouse_text::html;

/// The text of the first element of this name.
pub fn text_of(document: &str, element: &str) -> Option<String> {
    let (_, rest) = document.split_once(&format!("<{element}>"))?;
    let (text, _) = rest.split_once(&format!("</{element}>"))?;
    Some(html::unescape(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_read_and_its_entities_undone_once() {
        let document = "<A><Arn> arn:aws:iam::1:user/a&amp;b </Arn><Arn>2</Arn><T>&amp;lt;</T></A>";
        assert_eq!(
            text_of(document, "Arn").as_deref(),
            Some("arn:aws:iam::1:user/a&b")
        );
        assert_eq!(text_of(document, "T").as_deref(), Some("&lt;"));
        assert_eq!(text_of(document, "Account"), None);
        assert_eq!(text_of("<Arn>cut", "Arn"), None);
    }
}
