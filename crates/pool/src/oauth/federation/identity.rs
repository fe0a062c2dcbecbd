//! Somebody whom an identity provider has vouched for.

use std::collections::BTreeMap;

use crate::base::error::ApiError;
use crate::records::ProviderSession;

/// Characters of the longest username of a pool, which the provider's name and an underscore are part of.
const LONGEST: usize = 128;

/// Who has signed in at a provider, as it says. Everything in it was verified: who says so, to whom, when, and for which sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// What the provider knows somebody by, to the letter: `sub`, or the `NameID`.
    pub subject: String,
    /// Who vouches: an issuer's URL, the id of a SAML entity. A social provider has none.
    pub issuer: Option<String>,
    /// What it says, by the names that mappings use: texts, more than one for what has several values.
    pub claims: BTreeMap<String, Vec<String>>,
    /// What the provider is told when they leave, where its protocol has such a thing.
    pub session: Option<ProviderSession>,
}

/// Without what it says of a person.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// The username of a profile that is made for it at a provider of this name.
    ///
    /// # Errors
    /// `InvalidParameterException` for a subject of which no username can be made.
    pub fn username(&self, provider: &str) -> Result<String, ApiError> {
        let username = format!("{provider}_{}", self.subject);
        let is_fit = !self.subject.is_empty()
            && username.chars().count() <= LONGEST
            && self.subject.chars().all(is_visible);
        match is_fit {
            true => Ok(username),
            false => Err(ApiError::invalid_parameter(
                "Invalid user attributes: username: The identity provider's name for the user cannot be one here.",
            )),
        }
    }
}

/// Whether a character is seen as itself: none that ends a line, moves others or is not there to the eye.
fn is_visible(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    !c.is_control() && !c.is_whitespace() && !is_format
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(subject: &str) -> Identity {
        Identity {
            subject: subject.to_owned(),
            issuer: None,
            claims: BTreeMap::new(),
            session: None,
        }
    }

    #[test]
    fn o_35_a_subject_that_looks_like_another_or_like_none_makes_no_user() {
        for subject in [
            "",
            " ",
            "a b",
            "a\0",
            "a\n",
            "\u{202e}cba",
            "a\u{200b}",
            "\u{feff}a",
            "a\u{e0041}",
        ] {
            assert!(named(subject).username("Corp").is_err(), "{subject:?}");
        }
        assert!(named(&"a".repeat(124)).username("Corp").is_err());
        for subject in ["a_b", "ü", "jane@corp.example", "COGNITO", "+", &"a".repeat(123)] {
            let expected = format!("Corp_{subject}");
            assert_eq!(named(subject).username("Corp").ok(), Some(expected));
        }
    }

    #[test]
    fn what_a_provider_says_of_somebody_is_in_no_log() {
        let shown = format!("{:?}", named("mara"));
        assert!(!shown.contains("mara"), "{shown}");
    }
}
