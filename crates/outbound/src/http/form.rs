//! Forms, as browsers and older services send them.

use poolhouse_text::percent;

/// The content type of [`form_body`].
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as the body of a form.
pub fn form_body<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(name, value)| format!("{}={}", percent::encode(name), percent::encode(value));
    fields.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_field_ends_it() {
        assert_eq!(
            form_body([("grant type", "a&b=c"), ("scope", "")]),
            "grant%20type=a%26b%3Dc&scope="
        );
    }
}
