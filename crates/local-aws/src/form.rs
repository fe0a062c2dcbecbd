//! The forms that older services are asked with: `Action=SendEmail&Destination.ToAddresses.member.1=…`.

use std::collections::BTreeMap;

use poolhouse_text::percent;

use crate::answer::Fault;

/// A form, read.
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body.
    ///
    /// # Errors
    /// `MalformedQueryString` for what is no form.
    pub fn read(body: &[u8]) -> Result<Form, Fault> {
        let broken = || Fault::new("MalformedQueryString", "The request is no form.");
        let text = std::str::from_utf8(body).map_err(|_| broken())?;
        let mut fields = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (
                decoded(name).ok_or_else(broken)?,
                decoded(value).ok_or_else(broken)?,
            );
            fields.insert(name, value);
        }
        Ok(Form(fields))
    }

    /// A field's value, if it says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A field's value, or nothing.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// `ValidationError` that names it.
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        self.get(name)
            .ok_or_else(|| Fault::new("ValidationError", format!("{name} is missing.")))
    }

    /// The members of a list.
    pub fn list(&self, name: &str) -> Vec<String> {
        (1..)
            .map_while(|index| self.get(&format!("{name}.member.{index}")))
            .map(str::to_owned)
            .collect()
    }
}

/// Forms write a space as `+`.
fn decoded(text: &str) -> Option<String> {
    percent::decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_lists() {
        let form =
            Form::read(b"Action=SendEmail&To.member.1=a%40example.com&To.member.2=b+c&Empty=&To.member.4=x")
                .ok();
        let form = form.unwrap();
        assert_eq!(form.get("Action"), Some("SendEmail"));
        assert_eq!(form.list("To"), ["a@example.com", "b c"]);
        assert_eq!(form.get("Empty"), None);
        assert_eq!(form.required("Empty").err().unwrap().message, "Empty is missing.");
        for broken in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"\xff"] {
            assert!(Form::read(broken).is_err(), "{broken:?}");
        }
    }
}
