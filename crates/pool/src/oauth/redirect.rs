//! The answers of the authorization endpoint: URLs that the browser is sent to.

use std::fmt::Write;

use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_text::percent;

use super::site::Site;
use crate::records::{Authorization, ResponseMode};

/// Characters of the longest description of an error.
const LONGEST: usize = 256;

impl Authorization {
    /// The URL that takes a code to the client.
    pub fn granted(&self, site: &Site, code: &str) -> String {
        self.url(site, vec![("code", code)])
    }

    /// The URL that takes tokens to the client: behind the `#`, where no server sees them.
    pub fn with_tokens(&self, site: &Site, tokens: &AuthenticationResultType) -> String {
        let lifetime = tokens.expires_in.unwrap_or_default().to_string();
        let mut parameters = Vec::new();
        for (name, token) in [
            ("id_token", &tokens.id_token),
            ("access_token", &tokens.access_token),
        ] {
            if let Some(token) = token {
                parameters.push((name, token.as_str()));
            }
        }
        parameters.push(("expires_in", lifetime.as_str()));
        parameters.push(("token_type", "Bearer"));
        self.url(site, parameters)
    }

    /// The URL that tells the client that it gets nothing.
    pub fn refused(&self, site: &Site, error: &str, description: &str) -> String {
        let description = legible(description);
        let mut parameters = vec![("error", error)];
        if !description.is_empty() {
            parameters.push(("error_description", &description));
        }
        self.url(site, parameters)
    }

    /// What was asked for, as the query in which pages keep it, so that it can be begun anew.
    pub fn as_query(&self) -> String {
        let scope = self.scopes.join(" ");
        let method = self.code_challenge.as_ref().map(|_| "S256");
        let pairs = [
            ("client_id", self.client_url.as_deref().or(Some(&self.client_id))),
            ("redirect_uri", Some(self.redirect_uri.as_str())),
            (
                "response_type",
                Some(if self.gives_tokens { "token" } else { "code" }),
            ),
            (
                "response_mode",
                (self.response_mode == ResponseMode::Fragment).then_some("fragment"),
            ),
            ("scope", Some(scope.as_str())),
            ("state", self.state.as_deref()),
            ("nonce", self.nonce.as_deref()),
            ("code_challenge", self.code_challenge.as_deref()),
            ("code_challenge_method", method),
            ("resource", self.resource.as_deref()),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| {
            let value = value.filter(|value| !value.is_empty())?;
            Some(format!("{name}={}", percent::encode(value)))
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn url<'a>(&'a self, site: &'a Site, mut parameters: Vec<(&'a str, &'a str)>) -> String {
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        if let Some(issuer) = &site.iss {
            parameters.push(("iss", issuer));
        }
        append(&self.redirect_uri, self.response_mode, &parameters)
    }
}

/// A registered URI with parameters behind its own. What no header can carry of it is encoded.
fn append(uri: &str, mode: ResponseMode, parameters: &[(&str, &str)]) -> String {
    let mut url = String::with_capacity(uri.len() + 128);
    for byte in uri.bytes() {
        match byte.is_ascii_graphic() {
            true => url.push(char::from(byte)),
            false => url.push_str(&percent::encode([byte])),
        }
    }
    let mut mark = match mode {
        ResponseMode::Fragment => "#",
        ResponseMode::Query if uri.ends_with(['?', '&']) => "",
        ResponseMode::Query if uri.contains('?') => "&",
        ResponseMode::Query => "?",
    };
    for (name, value) in parameters {
        // Writing to a text cannot fail.
        let _ = write!(url, "{mark}{name}={}", percent::encode(value));
        mark = "&";
    }
    url
}

/// A description in the characters that RFC 6749 gives it, and of a bounded length. Others become `?`.
pub fn legible(text: &str) -> String {
    let legal = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    let characters = text.chars().take(LONGEST);
    characters.map(|c| if legal(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_behind_those_that_the_uri_has() {
        let url = |uri, mode| append(uri, mode, &[("code", "a b"), ("state", "x&y=%#\r\n")]);
        let tail = "code=a%20b&state=x%26y%3D%25%23%0D%0A";
        for (uri, mode, expected) in [
            (
                "https://app.example/cb",
                ResponseMode::Query,
                format!("https://app.example/cb?{tail}"),
            ),
            (
                "https://app.example/cb?a=1",
                ResponseMode::Query,
                format!("https://app.example/cb?a=1&{tail}"),
            ),
            (
                "https://app.example/cb?",
                ResponseMode::Query,
                format!("https://app.example/cb?{tail}"),
            ),
            (
                "myapp://cb?a=1",
                ResponseMode::Fragment,
                format!("myapp://cb?a=1#{tail}"),
            ),
        ] {
            assert_eq!(url(uri, mode), expected);
        }
    }

    #[test]
    fn what_was_asked_is_asked_again_by_its_query() {
        let authorization = Authorization {
            client_id: "c".to_owned(),
            redirect_uri: "https://app.example/cb?a=1&b".to_owned(),
            scopes: vec!["openid".to_owned(), "rs/read".to_owned()],
            state: Some("x&y=1".to_owned()),
            code_challenge: Some("h".to_owned()),
            ..Authorization::default()
        };
        let form = super::super::form::Form::read(authorization.as_query().as_bytes()).unwrap();
        for (name, expected) in [
            ("client_id", Some("c")),
            ("redirect_uri", Some("https://app.example/cb?a=1&b")),
            ("response_type", Some("code")),
            ("response_mode", None),
            ("scope", Some("openid rs/read")),
            ("state", Some("x&y=1")),
            ("nonce", None),
            ("code_challenge", Some("h")),
            ("code_challenge_method", Some("S256")),
        ] {
            assert_eq!(form.get(name), expected, "{name}");
        }
    }

    #[test]
    fn nothing_that_ends_a_header_leaves_in_one() {
        let url = append(
            "https://app.example/\r\nX: ü",
            ResponseMode::Query,
            &[("error", "e\r\nX: 1")],
        );
        assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
    }

    #[test]
    fn a_description_has_the_characters_of_the_standard() {
        assert_eq!(
            legible("PreTokenGeneration failed with error \"no\\\r\nü\"."),
            "PreTokenGeneration failed with error ?no?????."
        );
        assert_eq!(legible(&"a".repeat(1000)).len(), 256);
    }

    proptest::proptest! {
        #[test]
        fn a_state_of_any_kind_comes_back_as_it_was(state: String) {
            let url = append("https://app.example/cb", ResponseMode::Query, &[("state", &state)]);
            let (_, query) = url.split_once('?').unwrap();
            let form = super::super::form::Form::read(query.as_bytes()).unwrap();
            proptest::prop_assert_eq!(form.get("state").unwrap_or_default(), state);
        }
    }
}
