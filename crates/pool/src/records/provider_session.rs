//! How an identity provider knows somebody who has signed in by it, and the session that they have there: what it is told when they
//! leave.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::document::text;

/// Somebody's session at an identity provider, in SAML's terms.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSession {
    /// What the `NameID` said, to the letter.
    pub name_id: String,
    /// Its attributes: format, qualifiers.
    pub attributes: BTreeMap<String, String>,
    /// How the provider calls the session.
    pub index: Option<String>,
}

/// Without what it says of a person.
impl fmt::Debug for ProviderSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSession").finish_non_exhaustive()
    }
}

impl ProviderSession {
    /// As a member of a document.
    pub fn to_member(&self) -> Value {
        let mut member = json!({ "nameId": self.name_id, "attributes": self.attributes });
        if let Some(index) = &self.index {
            member["index"] = json!(index);
        }
        member
    }

    /// What such a member says. `None` for one that cannot be read.
    pub fn of_member(member: &Value) -> Option<ProviderSession> {
        let attributes = member.get("attributes")?.as_object()?.iter();
        let attributes = attributes.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Some(ProviderSession {
            name_id: text(member, "nameId")?,
            attributes: attributes.collect::<Option<_>>()?,
            index: text(member, "index"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_at_a_provider_is_read_as_it_was_written_and_shown_in_no_log() {
        for index in [None, Some("_session".to_owned())] {
            let session = ProviderSession {
                name_id: "mara".to_owned(),
                attributes: BTreeMap::from([("Format".to_owned(), "persistent".to_owned())]),
                index,
            };
            assert_eq!(
                ProviderSession::of_member(&session.to_member()),
                Some(session.clone())
            );
            assert!(!format!("{session:?}").contains("mara"));
        }
        assert_eq!(ProviderSession::of_member(&json!({ "nameId": "mara" })), None);
    }
}
