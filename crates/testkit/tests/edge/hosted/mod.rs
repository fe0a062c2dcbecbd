//! The pages of hosted login, as a browser without scripts sees them.

mod account;
mod choice;
mod consent;
mod defences;
mod doors;
mod events;
mod factors;
mod federation;
mod implicit;
mod limits;
mod looks;
mod nodes;
mod races;
mod registered;
mod saml;
mod sessions;
mod sign_in;
mod strangers;
mod tabs;
mod terms;
mod urls;

use std::collections::BTreeMap;

use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-9!";
const CALLBACK: &str = "https://app.example/cb";
const SIGN_IN: &str = "Sign in – ";

/// A server with a pool that has a domain, and Mara in it.
struct Scene {
    server: TestServer,
    pool: String,
}

/// What CreateUserPoolClient is told of a client of hosted login.
fn hosted(members: Value) -> Value {
    let mut client = json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "CallbackURLs": [CALLBACK],
        "LogoutURLs": ["https://app.example/bye"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    for (name, value) in members.as_object().unwrap() {
        client[name] = value.clone();
    }
    client
}

impl Scene {
    /// With the functions that ask for a code, in a pool that needs one.
    async fn with_code() -> Scene {
        let server = TestServer::new().await;
        let pool = server.confirm_pool().await;
        Scene::of(server, pool).await
    }

    /// With passwords alone.
    async fn with_passwords() -> Scene {
        let server = TestServer::new().await;
        let pool = server.pool().await;
        Scene::of(server, pool).await
    }

    async fn of(server: TestServer, pool: String) -> Scene {
        let domain = json!({ "UserPoolId": pool, "Domain": "acme" });
        server.call("CreateUserPoolDomain", domain).await.ok();
        server.user(&pool, "mara", PASSWORD).await;
        Scene { server, pool }
    }

    async fn client(&self, members: Value) -> String {
        let client = self.server.client_with(&self.pool, hosted(members)).await;
        client["ClientId"].as_str().unwrap().to_owned()
    }

    fn browser(&self) -> Browser<'_> {
        Browser {
            server: &self.server,
            cookies: BTreeMap::new(),
        }
    }

    async fn code(&self) -> String {
        self.server.code_to("mara@example.com").await
    }
}

/// The request of a client; its challenge is that of a verifier of 43 times `a`.
fn asked(client: &str, more: &str) -> String {
    format!(
        "/d/acme/oauth2/authorize?client_id={client}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid\
         &state=s%201&code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA&code_challenge_method=S256{more}"
    )
}

struct Browser<'a> {
    server: &'a TestServer,
    cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let line: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header("host", "127.0.0.1:9229")
            .header("cookie", line.join("; "));
        let answer = self.server.raw(request.body(Bytes::from(body)).unwrap()).await;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Goes there, and on to the page that it leads to.
    async fn visit(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..4 {
            let location = answer.header("location").to_owned();
            if !location.starts_with('/') {
                break;
            }
            answer = self.get(&location).await;
        }
        answer
    }

    /// Sends the form of a page with these fields, and returns where it leads.
    async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        self.submit_with(page, fields, &[]).await
    }

    async fn submit_with(
        &mut self,
        page: &Answer,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let hidden = ["tx", "seq", "_csrf"].map(|name| (name, hidden(page, name)));
        let all = hidden
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(fields.iter().copied());
        let body: Vec<String> = all
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let action = between(&page.text, "action=\"", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&");
        let mut request = Request::post(action).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, body.join("&")).await
    }

    /// The same, and the page that it leads to.
    async fn answer(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let led = self.submit(page, fields).await;
        assert_eq!(led.status, 303, "{}", led.text);
        let location = led.header("location").to_owned();
        self.visit(&location).await
    }

    /// Name and password, from the client's request on.
    async fn password(&mut self, client: &str) -> Answer {
        let page = self.visit(&asked(client, "")).await;
        self.answer(&page, &[("username", "mara"), ("password", PASSWORD)])
            .await
    }
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let found = text
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once(after));
    found.ok_or_else(|| format!("{before} in {text}")).unwrap().0
}

fn hidden(page: &Answer, name: &str) -> String {
    between(&page.text, &format!("name=\"{name}\" value=\""), "\"").to_owned()
}

fn title(page: &Answer) -> &str {
    between(&page.text, "<title>", "</title>")
}

/// The sentence of the page's alert.
fn alert(page: &Answer) -> &str {
    match page.text.split_once("id=\"error\">") {
        Some((_, rest)) => rest.split_once('<').unwrap().0,
        None => "",
    }
}

/// The code in the address that a browser is sent back to.
fn code_in(answer: &Answer) -> String {
    let location = answer.header("location");
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}: {}",
        answer.text
    );
    between(location, "code=", "&").to_owned()
}

/// Another code of the same form.
fn other_than(code: &str) -> String {
    let next = |digit: char| {
        if digit == '9' {
            '0'
        } else {
            char::from(digit as u8 + 1)
        }
    };
    code.chars().map(next).collect()
}

/// What a token says.
fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What the token endpoint gives for a code.
async fn redeemed(browser: &mut Browser<'_>, client: &str, code: &str) -> Answer {
    let body = format!(
        "grant_type=authorization_code&client_id={client}&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code_verifier={}",
        "a".repeat(43)
    );
    let request =
        Request::post("/d/acme/oauth2/token").header("content-type", "application/x-www-form-urlencoded");
    browser.send(request, body).await
}
