//! The tokens between the pages of a list.
//!
//! A token names the list it belongs to and the last key of the page before. It holds nothing that its caller did not
//! just see, and every page is read for that caller anew, so it needs no seal: a forged one reads the same list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::base::error::ApiError;

/// One list: the operation, and whatever else a token must not be carried over from (the pool, the filter).
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The operation's name.
    pub operation: &'a str,
    /// What is listed.
    pub subject: &'a str,
}

impl Listing<'_> {
    /// The token of the page after `key`.
    pub fn token(&self, key: &str) -> String {
        let token = json!([self.operation, self.subject, key]);
        URL_SAFE_NO_PAD.encode(token.to_string())
    }

    /// Where the page begins that a request asks for.
    ///
    /// # Errors
    /// `InvalidParameterException` `Invalid pagination token given.` for a token of another list, or none of ours.
    pub fn after(&self, token: Option<&str>) -> Result<Option<String>, ApiError> {
        let Some(token) = token else { return Ok(None) };
        let key = self
            .read(token)
            .ok_or_else(|| ApiError::invalid_parameter("Invalid pagination token given."))?;
        Ok(Some(key))
    }

    fn read(&self, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let [operation, subject, key] = value.as_array()?.as_slice() else {
            return None;
        };
        let key = key.as_str()?;
        // No row has a NUL in its key, and the store does not take one.
        let ours = operation == self.operation && subject == self.subject && !key.contains('\0');
        ours.then(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: Listing<'_> = Listing {
        operation: "ListUsers",
        subject: "us-east-1_AbCd12345 ",
    };

    #[test]
    fn a_token_leads_to_the_page_after_its_key() {
        let token = USERS.token("user/us-east-1_AbCd12345/mära \"x\"");
        assert!(token.bytes().all(|b| b.is_ascii_graphic()));
        let after = USERS.after(Some(&token)).unwrap();
        assert_eq!(after.as_deref(), Some("user/us-east-1_AbCd12345/mära \"x\""));
        assert_eq!(USERS.after(None).unwrap(), None);
    }

    #[test]
    fn a_token_of_another_list_is_refused_in_the_services_words() {
        let other_operation = Listing {
            operation: "ListUserPools",
            ..USERS
        };
        let other_filter = Listing {
            subject: "us-east-1_AbCd12345 name = \"a\"",
            ..USERS
        };
        let nul = URL_SAFE_NO_PAD.encode(r#"["ListUsers","us-east-1_AbCd12345 ","user/\u0000"]"#);
        let foreign = [
            other_operation.token("k"),
            other_filter.token("k"),
            nul,
            "garbage!".to_owned(),
            String::new(),
        ];
        for token in foreign {
            let refused = USERS.after(Some(&token)).unwrap_err();
            assert_eq!(refused.message, "Invalid pagination token given.", "{token}");
        }
    }
}
