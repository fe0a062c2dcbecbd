//! What an app client has asked the authorization endpoint for, once it was checked.

use serde_json::{Value, json};

use super::document::{integer, text};
use super::granted::texts;

/// Where the redirect carries its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query.
    #[default]
    Query,
    /// Behind the `#`.
    Fragment,
}

/// An authorization request that may go on. Nothing in it was decided by the person yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// The app client.
    pub client_id: String,
    /// Where the answer goes: one of the client's own, to the letter.
    pub redirect_uri: String,
    /// `response_mode`
    pub response_mode: ResponseMode,
    /// What is granted, in the order asked.
    pub scopes: Vec<String>,
    /// Whether that is less than what was asked for.
    pub is_narrowed: bool,
    /// `state`, as decoded once.
    pub state: Option<String>,
    /// `nonce`
    pub nonce: Option<String>,
    /// `code_challenge`, of method S256.
    pub code_challenge: Option<String>,
    /// The values of `prompt`.
    pub prompt: Vec<String>,
    /// `max_age` in seconds.
    pub max_age: Option<i64>,
    /// `login_hint`
    pub login_hint: Option<String>,
    /// `lang`, then what `ui_locales` lists.
    pub languages: Vec<String>,
    /// `identity_provider`
    pub identity_provider: Option<String>,
    /// `resource`
    pub resource: Option<String>,
    /// `id_token_hint`, unchecked.
    pub id_token_hint: Option<String>,
    /// The client, where its id is a URL: `client_id` is then the app client with whose settings it signs people in.
    pub client_url: Option<String>,
    /// What such a client calls itself.
    pub client_name: Option<String>,
    /// Whether it is given tokens at once, and no code: `response_type=token`.
    pub gives_tokens: bool,
    /// Whether it is to get no refresh token.
    pub without_refresh: bool,
}

impl Authorization {
    /// The same as a member of a document.
    pub fn to_json(&self) -> Value {
        let mut document = json!({
            "client": self.client_id,
            "redirectUri": self.redirect_uri,
            "responseMode": match self.response_mode {
                ResponseMode::Query => "query",
                ResponseMode::Fragment => "fragment",
            },
            "scopes": self.scopes,
            "prompt": self.prompt,
            "languages": self.languages,
        });
        for (member, flag) in [
            ("narrowed", self.is_narrowed),
            ("givesTokens", self.gives_tokens),
            ("withoutRefresh", self.without_refresh),
        ] {
            if flag {
                document[member] = json!(true);
            }
        }
        let texts = [
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("codeChallenge", &self.code_challenge),
            ("loginHint", &self.login_hint),
            ("identityProvider", &self.identity_provider),
            ("resource", &self.resource),
            ("idTokenHint", &self.id_token_hint),
            ("clientUrl", &self.client_url),
            ("clientName", &self.client_name),
        ];
        for (member, value) in texts {
            if let Some(value) = value {
                document[member] = json!(value);
            }
        }
        if let Some(seconds) = self.max_age {
            document["maxAge"] = json!(seconds);
        }
        document
    }

    /// What such a member says.
    pub fn from_json(document: &Value) -> Option<Authorization> {
        // A member that cannot be read is not one that is not there: the client would be taken for another, or its token for
        // one of another resource.
        let whole = |member: &str| match document.get(member) {
            None => Some(None),
            Some(_) => Some(Some(text(document, member)?)),
        };
        let has = |member: &str| document.get(member).is_some_and(|flag| flag == true);
        Some(Authorization {
            client_id: text(document, "client")?,
            redirect_uri: text(document, "redirectUri")?,
            response_mode: match text(document, "responseMode")?.as_str() {
                "query" => ResponseMode::Query,
                "fragment" => ResponseMode::Fragment,
                _ => return None,
            },
            scopes: texts(document, "scopes")?,
            is_narrowed: has("narrowed"),
            state: text(document, "state"),
            nonce: text(document, "nonce"),
            code_challenge: whole("codeChallenge")?,
            prompt: texts(document, "prompt")?,
            max_age: integer(document, "maxAge"),
            login_hint: text(document, "loginHint"),
            languages: texts(document, "languages")?,
            identity_provider: text(document, "identityProvider"),
            resource: whole("resource")?,
            id_token_hint: text(document, "idTokenHint"),
            client_url: whole("clientUrl")?,
            client_name: text(document, "clientName"),
            gives_tokens: has("givesTokens"),
            without_refresh: has("withoutRefresh"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_survives_its_json_form() {
        let full = Authorization {
            client_id: "c".to_owned(),
            redirect_uri: "https://app.example/cb".to_owned(),
            response_mode: ResponseMode::Fragment,
            scopes: vec!["openid".to_owned(), "rs/read".to_owned()],
            is_narrowed: true,
            state: Some("s".to_owned()),
            nonce: Some("n".to_owned()),
            code_challenge: Some("x".to_owned()),
            prompt: vec!["login".to_owned()],
            max_age: Some(0),
            login_hint: Some("mara".to_owned()),
            languages: vec!["de".to_owned()],
            identity_provider: Some("COGNITO".to_owned()),
            resource: Some("https://api.example".to_owned()),
            id_token_hint: Some("a.b.c".to_owned()),
            client_url: Some("https://tool.example/client".to_owned()),
            client_name: Some("Tool".to_owned()),
            gives_tokens: true,
            without_refresh: true,
        };
        let plain = Authorization {
            client_id: "c".to_owned(),
            ..Authorization::default()
        };
        for authorization in [full, plain] {
            let read = Authorization::from_json(&authorization.to_json());
            assert_eq!(read, Some(authorization));
        }
    }

    #[test]
    fn a_challenge_that_cannot_be_read_is_not_taken_for_none() {
        for member in ["codeChallenge", "resource", "clientUrl"] {
            let mut document = Authorization::default().to_json();
            document[member] = json!(7);
            assert_eq!(Authorization::from_json(&document), None, "{member}");
        }
    }
}
