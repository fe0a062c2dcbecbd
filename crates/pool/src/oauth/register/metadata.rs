//! What a client says of itself when it registers (RFC 7591), read and kept to what it may say.

use poolhouse_api::shapes::OAuthFlowType;
use serde_json::{Map, Value};

use crate::oauth::denied::Denied;
use crate::oauth::leads::{Leads, leads};
use crate::oauth::named;
use crate::oauth::redirect_uri;

/// Redirect URIs that a client may register, and characters of the longest.
const URIS: usize = 20;
const LONGEST_URI: usize = 1024;
/// Entries of other lists, and characters of each.
const ENTRIES: usize = 20;
const LONGEST_ENTRY: usize = 128;
/// Characters of the longest list of scopes.
const LONGEST_SCOPE: usize = 2048;
/// What it is called that calls itself nothing.
const NAMELESS: &str = "An app without a name";

/// How a client proves who it is at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It does not: it has no secret.
    None,
    /// By the header `Authorization: Basic`.
    Basic,
    /// In the form.
    Post,
}

impl Method {
    /// As metadata says it.
    pub fn text(self) -> &'static str {
        match self {
            Method::None => "none",
            Method::Basic => "client_secret_basic",
            Method::Post => "client_secret_post",
        }
    }
}

/// What a client says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it calls itself.
    pub name: String,
    /// Where people are led back to.
    pub redirect_uris: Vec<String>,
    /// Whether it asks for tokens for itself, and not for people.
    pub is_machine: bool,
    /// How it proves who it is.
    pub method: Method,
    /// The scopes that it wants to be kept to, if it says.
    pub scopes: Option<Vec<String>>,
}

/// What a registration may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// The flows.
    pub flows: &'a [OAuthFlowType],
    /// Whether the client may have a secret.
    pub secrets: bool,
    /// The hosts and schemes of redirect URIs; any, where there is none.
    pub hosts: &'a [String],
}

/// Reads the body of a registration.
///
/// # Errors
/// `invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement`.
pub fn read(body: &[u8], allowed: Allowed<'_>) -> Result<Metadata, Denied> {
    let document: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| invalid("the body is not a JSON object"))?;
    if document.contains_key("software_statement") {
        return Err(Denied::new("invalid_software_statement"));
    }
    let grants = listed(&document, "grant_types")?.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    let is_machine = grants.iter().any(|grant| grant == "client_credentials");
    let method = method(&document, is_machine, allowed.secrets)?;
    check_grants(&grants, method, allowed.flows)?;
    let responses = listed(&document, "response_types")?.unwrap_or_default();
    if responses.iter().any(|kind| kind != "code") {
        return Err(invalid("response_types can have code alone"));
    }
    let uris = match document.get("redirect_uris") {
        None | Some(Value::Null) => Vec::new(),
        Some(_) => texts(&document, "redirect_uris", (URIS, LONGEST_URI))
            .ok_or_else(|| bad_uri("redirect_uris must be a short list of URIs"))?,
    };
    if uris.is_empty() != is_machine {
        return Err(bad_uri(
            "redirect_uris are needed for people, and for nobody else",
        ));
    }
    for uri in &uris {
        redirect_uri::check(uri).map_err(|unfit| bad_uri(&unfit.sentence(uri)))?;
        if !may_lead(uri, allowed.hosts) {
            return Err(bad_uri("this server takes no redirect URI of that host"));
        }
    }
    let text = |member: &str| document.get(member).and_then(Value::as_str);
    let scopes = match text("scope") {
        Some(scope) if scope.len() > LONGEST_SCOPE => return Err(invalid("scope is too long")),
        scope => scope.filter(|scope| !scope.trim().is_empty()),
    };
    Ok(Metadata {
        name: text("client_name")
            .and_then(named::name)
            .unwrap_or_else(|| NAMELESS.to_owned()),
        redirect_uris: uris,
        is_machine,
        method,
        scopes: scopes.map(|scopes| scopes.split_ascii_whitespace().map(str::to_owned).collect()),
    })
}

/// Where nobody may have a secret, a client that asks for one has none: the answer says so, as the standard has it.
fn method(document: &Map<String, Value>, is_machine: bool, secrets: bool) -> Result<Method, Denied> {
    let asked = match document.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => None,
        Some(method) => Some(match method.as_str() {
            Some("none") => Method::None,
            Some("client_secret_basic") => Method::Basic,
            Some("client_secret_post") => Method::Post,
            _ => return Err(invalid("token_endpoint_auth_method is not supported")),
        }),
    };
    match (asked, secrets) {
        (Some(Method::None), _) if is_machine => Err(invalid("client_credentials needs a secret")),
        (Some(method), true) => Ok(method),
        (None, true) => Ok(Method::Basic),
        (_, false) => Ok(Method::None),
    }
}

fn check_grants(grants: &[String], method: Method, flows: &[OAuthFlowType]) -> Result<(), Denied> {
    let has = |flow: OAuthFlowType| flows.contains(&flow);
    for grant in grants {
        let may = match grant.as_str() {
            "authorization_code" | "refresh_token" => has(OAuthFlowType::Code),
            "client_credentials" => has(OAuthFlowType::ClientCredentials) && method != Method::None,
            _ => false,
        };
        if !may {
            return Err(invalid("grant_types has a grant that cannot be registered here"));
        }
    }
    let is = |wanted: &str| grants.iter().any(|grant| grant == wanted);
    match (is("authorization_code"), is("client_credentials")) {
        (true, false) => Ok(()),
        (false, true) if grants.len() == 1 => Ok(()),
        _ => Err(invalid(
            "grant_types must have authorization_code, or client_credentials alone",
        )),
    }
}

/// Whether a redirect URI leads where the server lets registered clients lead.
fn may_lead(uri: &str, hosts: &[String]) -> bool {
    let is = |wanted: &str| hosts.iter().any(|held| held == wanted);
    hosts.is_empty()
        || match leads(uri) {
            Leads::Here => is("localhost"),
            Leads::App(scheme) => is(&scheme),
            Leads::To(authority) => {
                let host = authority.split(':').next().unwrap_or_default();
                let below = |held: &String| {
                    held.strip_prefix("*.").is_some_and(|domain| {
                        host.strip_suffix(domain)
                            .is_some_and(|before| before.ends_with('.'))
                    })
                };
                is(host) || is(&authority) || hosts.iter().any(below)
            }
        }
}

fn listed(document: &Map<String, Value>, member: &str) -> Result<Option<Vec<String>>, Denied> {
    match document.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => texts(document, member, (ENTRIES, LONGEST_ENTRY))
            .map(Some)
            .ok_or_else(|| invalid(&format!("{member} must be a short list of texts"))),
    }
}

fn texts(
    document: &Map<String, Value>,
    member: &str,
    (most, longest): (usize, usize),
) -> Option<Vec<String>> {
    let listed = document.get(member)?.as_array()?;
    let texts = listed.iter().map(|text| {
        let text = text.as_str()?;
        (text.len() <= longest).then(|| text.to_owned())
    });
    texts.collect::<Option<Vec<_>>>().filter(|_| listed.len() <= most)
}

fn invalid(description: &str) -> Denied {
    Denied::new("invalid_client_metadata").saying(description)
}

fn bad_uri(description: &str) -> Denied {
    Denied::new("invalid_redirect_uri").saying(description)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OPEN: Allowed<'static> = Allowed {
        flows: &[OAuthFlowType::Code],
        secrets: false,
        hosts: &[],
    };

    fn of(document: &Value, allowed: Allowed<'_>) -> Result<Metadata, &'static str> {
        read(document.to_string().as_bytes(), allowed).map_err(|denied| denied.error)
    }

    #[test]
    fn a_client_says_its_name_its_uris_and_its_scopes() {
        let read = of(
            &json!({
                "client_name": " Tool\u{202e} ",
                "redirect_uris": ["http://127.0.0.1:3000/cb", "https://tool.example/cb"],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_post",
                "application_type": "native",
                "scope": "openid mcp/read",
                "software_id": { "any": ["thing"] },
            }),
            OPEN,
        );
        let metadata = Metadata {
            name: "Tool".to_owned(),
            redirect_uris: vec![
                "http://127.0.0.1:3000/cb".to_owned(),
                "https://tool.example/cb".to_owned(),
            ],
            is_machine: false,
            method: Method::None,
            scopes: Some(vec!["openid".to_owned(), "mcp/read".to_owned()]),
        };
        assert_eq!(read, Ok(metadata));
        let bare = of(&json!({ "redirect_uris": ["https://tool.example/cb"] }), OPEN).unwrap();
        assert_eq!(
            (bare.name.as_str(), bare.method),
            ("An app without a name", Method::None)
        );
        let with_secret = Allowed {
            secrets: true,
            ..OPEN
        };
        let bare = of(
            &json!({ "redirect_uris": ["https://tool.example/cb"] }),
            with_secret,
        );
        assert_eq!(bare.unwrap().method, Method::Basic);
    }

    #[test]
    fn o_39_nobody_registers_for_more_than_is_open_to_everybody() {
        let with = |member: &str, value: Value| {
            let mut document = json!({ "redirect_uris": ["https://tool.example/cb"] });
            document[member] = value;
            document
        };
        let many: Vec<String> = (0..=20).map(|n| format!("https://tool.example/{n}")).collect();
        for (document, error) in [
            (
                with("grant_types", json!(["client_credentials"])),
                "invalid_client_metadata",
            ),
            (
                with("grant_types", json!(["implicit"])),
                "invalid_client_metadata",
            ),
            (
                with("grant_types", json!(["password"])),
                "invalid_client_metadata",
            ),
            (
                with("grant_types", json!(["refresh_token"])),
                "invalid_client_metadata",
            ),
            (with("grant_types", json!([])), "invalid_client_metadata"),
            (
                with("grant_types", json!("authorization_code")),
                "invalid_client_metadata",
            ),
            (
                with("grant_types", json!(vec!["authorization_code"; 100])),
                "invalid_client_metadata",
            ),
            (
                with("response_types", json!(["token"])),
                "invalid_client_metadata",
            ),
            (
                with("token_endpoint_auth_method", json!("private_key_jwt")),
                "invalid_client_metadata",
            ),
            (with("scope", json!("a".repeat(3000))), "invalid_client_metadata"),
            (
                with("software_statement", json!("x.y.z")),
                "invalid_software_statement",
            ),
            (with("redirect_uris", json!([])), "invalid_redirect_uri"),
            (with("redirect_uris", json!(many)), "invalid_redirect_uri"),
            (
                with("redirect_uris", json!("https://tool.example/cb")),
                "invalid_redirect_uri",
            ),
            (
                with(
                    "redirect_uris",
                    json!(["https://a.example/".to_owned() + &"a".repeat(1024)]),
                ),
                "invalid_redirect_uri",
            ),
            (json!({}), "invalid_redirect_uri"),
            (json!([]), "invalid_client_metadata"),
        ] {
            assert_eq!(of(&document, OPEN).err(), Some(error), "{document}");
        }
        let both = Allowed {
            flows: &[OAuthFlowType::Code, OAuthFlowType::ClientCredentials],
            secrets: true,
            hosts: &[],
        };
        let machine = json!({ "grant_types": ["client_credentials"] });
        assert!(of(&machine, both).unwrap().is_machine);
        assert!(
            of(
                &machine,
                Allowed {
                    secrets: false,
                    ..both
                }
            )
            .is_err()
        );
        let mixed = with("grant_types", json!(["client_credentials", "authorization_code"]));
        assert!(of(&mixed, both).is_err());
    }

    #[test]
    fn o_02_o_03_uris_that_lead_to_nobody_or_run_are_not_registered() {
        for uri in [
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://tool.example/x",
            "http://tool.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "https://tool.example/cb#x",
            "https://user@tool.example/cb",
            "https://tool.example\\@evil.example/cb",
            "https://*.example/cb",
            "https://tool.example/cb\r\nX: 1",
            "https:///cb",
            "//tool.example/cb",
            "/cb",
            "",
        ] {
            let document = json!({ "redirect_uris": ["https://tool.example/cb", uri] });
            assert_eq!(of(&document, OPEN).err(), Some("invalid_redirect_uri"), "{uri}");
        }
    }

    #[test]
    fn only_hosts_that_the_operator_names_are_led_to_where_any_is_named() {
        let hosts = ["tool.example", "*.apps.example", "localhost", "cursor:"].map(str::to_owned);
        for (uri, expected) in [
            ("https://tool.example/cb", true),
            ("https://tool.example:8443/cb", true),
            ("https://evil.example/cb", false),
            ("https://tool.example.evil.example/cb", false),
            ("https://a.apps.example/cb", true),
            ("https://apps.example/cb", false),
            ("https://evilapps.example/cb", false),
            ("http://127.0.0.1:1/cb", true),
            ("cursor://cb", true),
            ("myapp://cb", false),
        ] {
            assert_eq!(may_lead(uri, &hosts), expected, "{uri}");
        }
        assert!(!may_lead("http://localhost/", &["tool.example".to_owned()]));
    }
}
