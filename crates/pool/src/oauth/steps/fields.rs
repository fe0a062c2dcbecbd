//! What the form of a page holds.

use std::collections::BTreeMap;

use poolhouse_confirm::normalise;

use crate::oauth::form::decoded;
use crate::records::PageStep;

/// Its fields, by their names.
pub type Fields = BTreeMap<String, String>;

/// Fields of the longest form.
const MOST: usize = 60;
/// Characters of a field that are read. No code and no password is longer.
pub(super) const LONGEST: usize = 256;

/// Reads a form. `None` for what is none, or says something twice.
pub fn read(bytes: &[u8]) -> Option<Fields> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut fields = Fields::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let before = fields.insert(decoded(name)?, decoded(value)?);
        if before.is_some() || fields.len() > MOST {
            return None;
        }
    }
    Some(fields)
}

/// A code of digits as people type and paste it: in any script, with spaces and dashes, in the middle of a sentence.
pub(super) fn digits(fields: &Fields) -> String {
    typed(fields).chars().filter(char::is_ascii_digit).collect()
}

/// A code of any characters: what is left of it without spaces and dashes.
pub(super) fn typed(fields: &Fields) -> String {
    let typed = fields.get("code").map_or("", String::as_str);
    normalise(&typed.chars().take(LONGEST).collect::<String>())
}

/// What stands before the names of attributes in forms, and among what a step keeps.
pub const ATTRIBUTE: &str = "attr.";
/// How many attributes of a form are kept, and how long each may be: no page asks for more.
const ATTRIBUTES: usize = 25;
const LONGEST_ATTRIBUTE: usize = 2048;

/// The step with the attributes that were typed, for a page that is shown again: nobody types them twice. Those of the form before are
/// gone, or forms with ever new names would make a step of any size.
pub(super) fn keeping(at: &PageStep, fields: &Fields) -> PageStep {
    let mut at = at.clone();
    at.parameters.retain(|name, _| !name.starts_with(ATTRIBUTE));
    let typed = fields
        .iter()
        .filter(|(name, value)| name.starts_with(ATTRIBUTE) && value.len() <= LONGEST_ATTRIBUTE);
    for (name, value) in typed.take(ATTRIBUTES) {
        at.parameters.insert(name.clone(), value.clone());
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_attributes_that_were_typed_and_nothing_else() {
        let long = "x".repeat(LONGEST_ATTRIBUTE + 1);
        let typed = [("attr.name", "Ada"), ("attr.address", &long), ("password", "p")];
        let fields = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kept = keeping(&PageStep::default(), &fields.into()).parameters;
        assert_eq!(kept, Fields::from([("attr.name".to_owned(), "Ada".to_owned())]));
    }

    #[test]
    fn forms_with_ever_new_attributes_make_no_step_grow() {
        let mut step = PageStep::default();
        step.parameters.insert("codeLength".to_owned(), "6".to_owned());
        for form in 0..3 {
            let typed = (0..2 * ATTRIBUTES).map(|number| (format!("attr.{form}-{number}"), "x".to_owned()));
            step = keeping(&step, &typed.collect());
            assert_eq!(step.parameters.len(), 1 + ATTRIBUTES);
            assert!(step.parameters.contains_key(&format!("attr.{form}-0")));
        }
    }

    #[test]
    fn a_form_that_says_something_twice_is_none() {
        assert_eq!(read(b"a=1&b=2").map(|fields| fields.len()), Some(2));
        assert_eq!(read(b"a=1&a=2"), None);
        assert_eq!(read(b"a=%zz"), None);
        assert_eq!(read(b"\xff"), None);
    }

    #[test]
    fn a_code_is_what_was_meant_however_it_was_pasted() {
        for (typed, meant) in [
            ("123456", "123456"),
            (" 123 456\t", "123456"),
            ("123-456", "123456"),
            ("\u{a0}12\u{2009}34\u{200b}56", "123456"),
            ("１２３４５６", "123456"),
            ("١٢٣٤٥٦", "123456"),
            ("Your code is 123456.", "123456"),
            ("none", ""),
        ] {
            let fields = Fields::from([("code".to_owned(), typed.to_owned())]);
            assert_eq!(digits(&fields), meant, "{typed}");
        }
        assert_eq!(digits(&Fields::new()), "");
    }
}
