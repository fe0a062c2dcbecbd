//! Clients that nobody here knows: those that register themselves, and those whose id is a URL.

#![expect(clippy::panic, reason = "helpers of tests")]

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

use super::{Browser, PASSWORD, Scene, encoded};

/// Where the programs of strangers listen.
pub const HERE: &str = "http://127.0.0.1:33418/cb";
/// The URL of one that describes itself.
pub const TOOL: &str = "https://tool.example/client.json";
/// The API that they want to use.
pub const MCP: &str = "https://mcp.example/mcp";

impl Scene {
    /// A pool with this `DcrConfiguration`, and an API whose scopes are `https://mcp.example/read` and `…/write`.
    pub async fn with_strangers(config: Value) -> Scene {
        Scene::with_strangers_on(TestServer::new().await, config).await
    }

    pub async fn with_strangers_on(server: TestServer, config: Value) -> Scene {
        let pool = server.pool_with(json!({ "DcrConfiguration": config })).await;
        let scene = Scene::of(server, pool).await;
        let api = json!({
            "UserPoolId": scene.pool,
            "Identifier": "https://mcp.example",
            "Name": "Notes",
            "Scopes": [
                { "ScopeName": "read", "ScopeDescription": "Read your notes" },
                { "ScopeName": "write", "ScopeDescription": "Change your notes" },
            ],
        });
        scene.server.call("CreateResourceServer", api).await.ok();
        scene
    }

    /// The same open to everybody.
    pub async fn open() -> Scene {
        Scene::with_strangers(open()).await
    }

    pub async fn register_as(&self, body: &Value, token: Option<&str>) -> Answer {
        let request = Request::post("/d/acme/oauth2/register")
            .header("host", "127.0.0.1:9229")
            .header("content-type", "application/json");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let body = Bytes::from(body.to_string());
        self.server.raw(request.body(body).unwrap()).await
    }

    /// Registers a program on the person's machine, and answers its id.
    pub async fn registered(&self) -> String {
        let answer = self.register_as(&program(), None).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["client_id"].as_str().unwrap().to_owned()
    }

    /// Has an app client stand behind the URLs of a host, and the document of [`TOOL`] be there.
    pub async fn with_tool(&self, members: Value) -> String {
        let mut settings = json!({ "AllowedOAuthScopes": ["openid", "email", "https://mcp.example/read"] });
        for (name, value) in members.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let client = self.client(settings).await;
        let policy = json!({
            "UserPoolId": self.pool,
            "ClientId": client,
            "PolicyName": "Tools",
            "URLPatterns": ["https://tool.example/*"],
        });
        self.server.call("CreateCIMDPolicy", policy).await.ok();
        self.server.outside().document(TOOL, &document(TOOL));
        client
    }
}

pub fn open() -> Value {
    json!({ "OpenDcrEnabled": true, "AllowedScopes": ["https://mcp.example/read"] })
}

pub fn program() -> Value {
    json!({
        "client_name": "Notes for the terminal",
        "redirect_uris": [HERE],
        "token_endpoint_auth_method": "none",
    })
}

pub fn document(url: &str) -> Value {
    json!({
        "client_id": url,
        "client_name": "The tool",
        "redirect_uris": ["https://tool.example/cb", HERE],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    })
}

/// The request of such a client, led back here.
pub fn asked(client: &str, redirect_uri: &str, more: &str) -> String {
    format!(
        "/d/acme/oauth2/authorize?client_id={}&response_type=code&redirect_uri={}&state=s&resource={}\
         &code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA&code_challenge_method=S256{more}",
        encoded(client),
        encoded(redirect_uri),
        encoded(MCP),
    )
}

/// The code in the address that a browser is sent back to.
pub fn code_at(answer: &Answer, redirect_uri: &str) -> String {
    let location = answer.header("location");
    let begins = format!("{redirect_uri}?code=");
    let rest = location.strip_prefix(&begins);
    let rest = rest.unwrap_or_else(|| panic!("{location}: {}", answer.text));
    rest.split('&').next().unwrap().to_owned()
}

/// Signs Mara in by password for such a client, up to the page that asks her.
pub async fn at_consent(browser: &mut Browser<'_>, request: &str) -> Answer {
    let page = browser.visit(request).await;
    browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await
}

/// The error that a page says of a request, which leads nowhere else.
pub async fn told(browser: &mut Browser<'_>, request: &str) -> String {
    let led = browser.get(request).await;
    let location = led.header("location");
    let error = location.strip_prefix("/d/acme/error?error=");
    let error = error.unwrap_or_else(|| panic!("{location}: {}", led.text));
    error.split('&').next().unwrap().to_owned()
}

/// What the token endpoint gives, for these parameters in a form.
pub async fn tokens(browser: &mut Browser<'_>, parameters: &[(&str, &str)]) -> Answer {
    let pairs = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let request =
        Request::post("/d/acme/oauth2/token").header("content-type", "application/x-www-form-urlencoded");
    browser.send(request, body).await
}

pub async fn redeemed(browser: &mut Browser<'_>, client: &str, redirect_uri: &str, code: &str) -> Answer {
    let verifier = "a".repeat(43);
    let parameters = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", &verifier),
        ("resource", MCP),
    ];
    tokens(browser, &parameters).await
}

/// The claims of a token, without a look at its signature.
pub fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
