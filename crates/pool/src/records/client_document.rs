//! What a client whose id is a URL says of itself at that URL, as long as it counts.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::granted::texts;
use super::key::{Key, pool_prefix};
use crate::base::clock::Millis;

/// The part of the key between the pool and the policy.
const FOLDER: &str = "client-document/";

/// Documents that a policy has at most.
pub const PLACES: usize = 1024;

/// A document as stored: what of it is used here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDocument {
    /// The URL, which is the client's id.
    pub url: String,
    /// What it calls itself.
    pub name: Option<String>,
    /// Where it may be led back to.
    pub redirect_uris: Vec<String>,
    /// The scopes that it wants to be kept to, if it says.
    pub scopes: Option<Vec<String>>,
    /// Whether it wants no refresh tokens.
    pub without_refresh: bool,
    /// When it was fetched.
    pub fetched: Millis,
    /// When it counts no longer.
    pub expires: Millis,
}

impl ClientDocument {
    /// Where the document lies of a URL that has this digest: in one of 1,024 places of its policy, so that nobody fills the
    /// database with URLs. Another one that falls on the same place is written over it, and is fetched anew.
    pub fn key(pool_id: &str, policy_id: &str, digest: &str) -> Key<ClientDocument> {
        let number = digest
            .get(..4)
            .and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let place = number.unwrap_or_default() % PLACES;
        Key::of_pool(pool_id, format_args!("{FOLDER}{policy_id}/{place:03x}"))
    }

    /// Prefix of the documents of a policy.
    pub fn all(pool_id: &str, policy_id: &str) -> String {
        format!("{}{FOLDER}{policy_id}/", pool_prefix(pool_id))
    }
}

impl Document for ClientDocument {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "url": self.url,
            "redirectUris": self.redirect_uris,
            "fetched": self.fetched.0,
            "expires": self.expires.0,
        });
        if let Some(name) = &self.name {
            document["name"] = json!(name);
        }
        if let Some(scopes) = &self.scopes {
            document["scopes"] = json!(scopes);
        }
        if self.without_refresh {
            document["withoutRefresh"] = json!(true);
        }
        document
    }

    fn from_document(document: &Value) -> Option<ClientDocument> {
        Some(ClientDocument {
            url: text(document, "url")?,
            name: text(document, "name"),
            redirect_uris: texts(document, "redirectUris")?,
            scopes: match document.get("scopes") {
                None => None,
                Some(_) => Some(texts(document, "scopes")?),
            },
            without_refresh: document.get("withoutRefresh").is_some_and(|held| held == true),
            fetched: Millis(integer(document, "fetched")?),
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_its_json_form_and_takes_one_of_a_thousand_places() {
        let document = ClientDocument {
            url: "https://app.example/c".to_owned(),
            name: Some("App".to_owned()),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            scopes: Some(vec!["openid".to_owned()]),
            without_refresh: true,
            fetched: Millis(1),
            expires: Millis(2),
        };
        for document in [document, ClientDocument::default()] {
            assert_eq!(
                ClientDocument::from_document(&document.to_document()),
                Some(document)
            );
        }
        let place = |digest: &str| String::from(ClientDocument::key("p", "a", digest));
        assert_eq!(place("0400aa"), place("0800bb"));
        assert_eq!(place("03ff"), "p/p/client-document/a/3ff");
        assert!(place("ffff").starts_with(&ClientDocument::all("p", "a")));
    }
}
