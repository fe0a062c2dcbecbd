//! Parameters as OAuth's endpoints take them: `application/x-www-form-urlencoded`, in a query or a body.

use std::fmt;

use poolhouse_text::percent;

/// Parameters that a request may have; every library sends fewer than twenty.
const MOST: usize = 100;

/// Decoded parameters, in the order in which they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

/// Names alone: among the values are secrets, codes and tokens.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Form {
    /// Reads a query or a body. `None` for what is no form: a `%` without two digits, bytes that are not UTF-8, or more
    /// parameters than anybody sends.
    pub fn read(bytes: &[u8]) -> Option<Form> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut parameters = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if parameters.len() == MOST {
                return None;
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decoded(name)?, decoded(value)?));
        }
        Some(Form(parameters))
    }

    /// The first value of a parameter. One that is empty counts as not sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(held, _)| held == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Whether a parameter was sent twice, empty or not.
    pub fn is_double(&self, name: &str) -> bool {
        self.0.iter().filter(|(held, _)| held == name).count() > 1
    }

    /// Whether any parameter was.
    pub fn has_double(&self) -> bool {
        self.0.iter().any(|(name, _)| self.is_double(name))
    }
}

/// Undoes the encoding of forms; `None` for what is none. A space is written as `+`.
pub fn decoded(text: &str) -> Option<String> {
    percent::decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_form_is_refused_and_not_guessed_at() {
        for broken in [
            &b"a=%"[..],
            b"a=%4",
            b"a=%zz",
            b"a=%ff",
            b"a=%c3%28",
            b"\xff=1",
            b"%=1",
            b"a=1&b=%e2%82",
        ] {
            assert_eq!(Form::read(broken), None, "{broken:?}");
        }
        let many = "a=1&".repeat(101);
        assert_eq!(Form::read(many.as_bytes()), None);
        assert!(Form::read("a=1&".repeat(100).as_bytes()).is_some());
    }

    #[test]
    fn an_empty_parameter_is_not_there_but_counts_as_a_double() {
        let form = Form::read(b"a=&b=1+2%2B&c&a=x&=v&&").unwrap();
        assert_eq!(form.get("a"), None);
        assert_eq!(form.get("b"), Some("1 2+"));
        assert_eq!(form.get("c"), None);
        assert_eq!(form.get(""), Some("v"));
        assert_eq!(form.get("d"), None);
        assert!(form.is_double("a") && !form.is_double("b") && form.has_double());
        assert!(!Form::read(b"a=1&b=1").unwrap().has_double());
    }

    #[test]
    fn values_are_not_shown() {
        let form = Form::read(b"client_id=c&client_secret=s3cret").unwrap();
        assert_eq!(format!("{form:?}"), r#"["client_id", "client_secret"]"#);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_form_or_none(bytes: Vec<u8>) {
            let _ = Form::read(&bytes);
        }

        #[test]
        fn what_is_sent_is_what_arrives(value in "\\PC{1,64}") {
            let sent = format!("state={}", poolhouse_text::percent::encode(&value));
            let form = Form::read(sent.as_bytes()).unwrap();
            proptest::prop_assert_eq!(form.get("state"), Some(value.as_str()));
        }
    }
}
