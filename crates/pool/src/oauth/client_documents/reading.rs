//! What a client's document may say.

use serde_json::{Map, Value};

use crate::base::clock::Millis;
use crate::oauth::named::name;
use crate::oauth::redirect_uri;
use crate::records::ClientDocument;

/// Redirect URIs that are kept.
const URIS: usize = 100;
/// Characters of the longest.
const LONGEST_URI: usize = 1024;
/// Bytes of the longest list of scopes.
const LONGEST_SCOPE: usize = 2048;
/// The shortest and the longest time that an answer may say it counts, in seconds: a day, a year.
const AGES: std::ops::RangeInclusive<i64> = 86_400..=31_556_952;

/// Reads the document that lies at a URL. `None`: it is no document of a client, not this one's, or one that cannot be let in: a
/// client whose secret lies in a public document has none.
pub fn read(url: &str, body: &[u8], (fetched, expires): (Millis, Millis)) -> Option<ClientDocument> {
    let document: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |member: &str| document.get(member).and_then(Value::as_str);
    let listed = |member: &str| match document.get(member) {
        None | Some(Value::Null) => Some(None),
        Some(listed) => {
            let texts = listed.as_array()?.iter().map(Value::as_str);
            texts.collect::<Option<Vec<&str>>>().map(Some)
        }
    };
    let has_secret = document.keys().any(|member| member.starts_with("client_secret"));
    let method = document.get("token_endpoint_auth_method");
    let is_public = method.is_none_or(|method| method == "none");
    if text("client_id") != Some(url) || has_secret || !is_public {
        return None;
    }
    let grants = listed("grant_types")?;
    let may_be = |grant: &&str| ["authorization_code", "refresh_token"].contains(grant);
    let has = |grant: &str| grants.as_ref().is_none_or(|grants| grants.contains(&grant));
    let is_fit = grants.as_ref().is_none_or(|grants| grants.iter().all(may_be));
    let responses = listed("response_types")?;
    let takes_codes = responses.is_none_or(|kinds| kinds.contains(&"code"));
    let registered = listed("redirect_uris")?.unwrap_or_default();
    let redirect_uris: Vec<String> = registered
        .into_iter()
        .filter(|uri| uri.len() <= LONGEST_URI && redirect_uri::check(uri).is_ok())
        .take(URIS)
        .map(str::to_owned)
        .collect();
    if !is_fit || !has("authorization_code") || !takes_codes || redirect_uris.is_empty() {
        return None;
    }
    let scopes = text("scope").filter(|scope| scope.len() <= LONGEST_SCOPE);
    Some(ClientDocument {
        url: url.to_owned(),
        name: text("client_name").and_then(name),
        redirect_uris,
        scopes: scopes.map(|scopes| scopes.split_ascii_whitespace().map(str::to_owned).collect()),
        without_refresh: !has("refresh_token"),
        fetched,
        expires,
    })
}

/// How many seconds an answer counts: as long as it says, if that is between a day and a year.
pub fn age(cache_control: Option<&str>, otherwise: i64) -> i64 {
    let said = cache_control.unwrap_or_default().split(',').find_map(|part| {
        let (name, value) = part.trim().split_once('=')?;
        let is_it = name.eq_ignore_ascii_case("max-age");
        value.trim_matches('"').parse::<i64>().ok().filter(|_| is_it)
    });
    said.filter(|seconds| AGES.contains(seconds)).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://tool.example/client";

    fn of(document: &Value) -> Option<ClientDocument> {
        read(URL, document.to_string().as_bytes(), (Millis(1), Millis(2)))
    }

    #[test]
    fn a_document_says_who_the_client_is_and_where_it_is_led_back_to() {
        let read = of(&json!({
            "client_id": URL,
            "client_name": " Tool\u{202e} \n of  <b>mine</b>",
            "redirect_uris": ["https://tool.example/cb", "javascript:alert(1)", "http://evil.example/", "http://127.0.0.1/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "scope": "openid mcp/read",
            "logo_uri": "https://tool.example/logo.svg",
        }));
        let read = read.unwrap();
        assert_eq!(read.name.as_deref(), Some("Tool of <b>mine</b>"));
        assert_eq!(
            read.redirect_uris,
            ["https://tool.example/cb", "http://127.0.0.1/cb"]
        );
        assert_eq!(read.scopes.unwrap(), ["openid", "mcp/read"]);
        assert!(!read.without_refresh);
        let short = json!({
            "client_id": URL,
            "redirect_uris": ["https://tool.example/cb"],
            "grant_types": ["authorization_code"],
        });
        assert!(of(&short).unwrap().without_refresh);
    }

    #[test]
    fn o_37_a_document_of_another_client_or_with_a_secret_is_none() {
        let with = |member: &str, value: Value| {
            let mut document = json!({ "client_id": URL, "redirect_uris": ["https://tool.example/cb"] });
            document[member] = value;
            document
        };
        assert!(of(&with("client_uri", json!("x"))).is_some());
        for document in [
            with("client_id", json!("https://tool.example/client/")),
            with("client_id", json!("https://other.example/client")),
            with("client_id", Value::Null),
            with("client_secret", json!("s")),
            with("client_secret_expires_at", json!(0)),
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            with("token_endpoint_auth_method", json!("client_secret_basic")),
            with("grant_types", json!(["client_credentials"])),
            with("grant_types", json!(["authorization_code", "client_credentials"])),
            with("grant_types", json!(["refresh_token"])),
            with("grant_types", json!("authorization_code")),
            with("response_types", json!(["token"])),
            with("redirect_uris", json!([])),
            with("redirect_uris", json!(["javascript:alert(1)"])),
            with("redirect_uris", json!("https://tool.example/cb")),
            json!([]),
            json!("x"),
        ] {
            assert_eq!(of(&document), None, "{document}");
        }
        assert_eq!(read(URL, b"{", (Millis(1), Millis(2))), None);
    }

    #[test]
    fn an_answer_counts_as_long_as_it_says_from_a_day_to_a_year() {
        for (said, expected) in [
            (None, 7),
            (Some("no-store"), 7),
            (Some("public, max-age=86400"), 86_400),
            (Some("Max-Age=\"604800\""), 604_800),
            (Some("max-age=60"), 7),
            (Some("max-age=31556953"), 7),
            (Some("max-age=x"), 7),
            (Some("s-maxage=604800"), 7),
        ] {
            assert_eq!(age(said, 7), expected, "{said:?}");
        }
    }
}
