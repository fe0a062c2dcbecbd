//! What an app client was granted by an authorization code: its tokens, and those that follow from them, say no more.

use serde_json::{Value, json};

use super::document::text;

/// What a family of tokens stands for that began at the token endpoint. A family of the API's has none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// The scopes, in the order in which they were asked for.
    pub scopes: Vec<String>,
    /// The resource that access tokens are bound to: their `aud`.
    pub resource: Option<String>,
    /// How the person proved who it is: `amr` of ID tokens.
    pub amr: Vec<String>,
    /// The digest of the browser session that the code came from.
    pub browser_session: Option<String>,
    /// The client, where its id is a URL: nobody else refreshes its tokens, the app client behind it neither.
    pub client_url: Option<String>,
}

impl Granted {
    /// The member of the family's document.
    pub fn to_member(&self) -> Value {
        let mut member = json!({ "scopes": self.scopes, "amr": self.amr });
        if let Some(resource) = &self.resource {
            member["resource"] = json!(resource);
        }
        for (name, value) in [
            ("browserSession", &self.browser_session),
            ("clientUrl", &self.client_url),
        ] {
            if let Some(value) = value {
                member[name] = json!(value);
            }
        }
        member
    }

    /// What the member says; `None` inside if there is none, `None` if it cannot be read.
    pub fn from_member(member: Option<&Value>) -> Option<Option<Granted>> {
        let Some(member) = member else {
            return Some(None);
        };
        Some(Some(Granted {
            scopes: texts(member, "scopes")?,
            resource: text(member, "resource"),
            amr: texts(member, "amr")?,
            browser_session: text(member, "browserSession"),
            client_url: match member.get("clientUrl") {
                None => None,
                Some(_) => Some(text(member, "clientUrl")?),
            },
        }))
    }
}

/// A member that is a list of strings.
pub(super) fn texts(document: &Value, member: &str) -> Option<Vec<String>> {
    let texts = document.get(member)?.as_array()?.iter();
    texts.map(|text| text.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_that_cannot_be_read_is_not_taken_for_none() {
        let granted = Granted {
            scopes: vec!["openid".to_owned()],
            resource: Some("https://api.example".to_owned()),
            amr: vec!["pwd".to_owned()],
            browser_session: None,
            client_url: Some("https://tool.example/client".to_owned()),
        };
        assert_eq!(
            Granted::from_member(Some(&granted.to_member())),
            Some(Some(granted))
        );
        assert_eq!(Granted::from_member(None), Some(None));
        for broken in [
            json!(null),
            json!({}),
            json!({ "scopes": [1], "amr": [] }),
            json!({ "scopes": [], "amr": [], "clientUrl": 1 }),
        ] {
            assert_eq!(Granted::from_member(Some(&broken)), None, "{broken}");
        }
    }
}
