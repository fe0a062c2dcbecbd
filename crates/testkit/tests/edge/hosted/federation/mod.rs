//! Signing in by identity providers of others, which are documents of the test's here: what they are asked, and what is believed.

mod accounts;
mod attacks;
mod codes;
mod profiles;
mod social;
mod users;
mod ways;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::jwt::{KeyBits, SigningKey};
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

use super::{Browser, Scene, asked, code_in, hosted, redeemed};

const ISSUER: &str = "https://idp.example";
const TOKEN: &str = "https://idp.example/token";
const KEYS: &str = "https://idp.example/keys";
const DISCOVERY: &str = "https://idp.example/.well-known/openid-configuration";
/// The app client that the operator has there.
const RP: &str = "poolhouse-at-idp";
/// What the provider knows somebody by.
const SUBJECT: &str = "24400320";

/// The provider's key, made once.
fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(KeyBits::Rsa2048).unwrap())
}

/// What CreateIdentityProvider is told of the provider.
fn corp(members: Value) -> Value {
    let mut provider = json!({
        "ProviderName": "Corp",
        "ProviderType": "OIDC",
        "ProviderDetails": {
            "client_id": RP,
            "client_secret": "a secret of ours at the provider",
            "authorize_scopes": "openid email",
            "attributes_request_method": "GET",
            "oidc_issuer": ISSUER,
        },
        "AttributeMapping": { "username": "sub", "email": "email", "name": "name" },
        "IdpIdentifiers": ["corp.example"],
    });
    for (name, value) in members.as_object().unwrap() {
        provider[name] = value.clone();
    }
    provider
}

/// What the provider says of itself.
fn discovery() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/auth"),
        "token_endpoint": TOKEN,
        "jwks_uri": KEYS,
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

/// The server, its pool and a provider that works.
async fn scene() -> Scene {
    scene_with(json!({}), json!({})).await
}

/// The same with these members of CreateUserPool and CreateIdentityProvider.
async fn scene_with(pool: Value, provider: Value) -> Scene {
    let server = TestServer::new().await;
    let pool = server.pool_with(pool).await;
    let scene = Scene::of(server, pool).await;
    publish(&scene);
    scene.provider(corp(provider)).await;
    scene
}

fn publish(scene: &Scene) {
    let outside = scene.server.outside();
    outside.document(DISCOVERY, &discovery());
    outside.document(KEYS, &json!({ "keys": [key().verifying_key().jwk()] }));
}

impl Scene {
    async fn provider(&self, mut members: Value) {
        members["UserPoolId"] = json!(self.pool);
        self.server.call("CreateIdentityProvider", members).await.ok();
    }

    /// A client whose users come by these providers.
    async fn client_by(&self, providers: &[&str]) -> String {
        self.client(json!({ "SupportedIdentityProviders": providers }))
            .await
    }

    /// What an ID token says that is asked for now.
    fn claims(&self, more: Value) -> Value {
        let now = self.server.app().platform.now().seconds();
        let mut claims = json!({
            "iss": ISSUER,
            "aud": RP,
            "sub": SUBJECT,
            "iat": now,
            "exp": now + 300,
            "email": "mara@corp.example",
            "name": "Mara Lind",
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    /// What the provider gives for the next code.
    fn gives(&self, token: &str) {
        let tokens = json!({ "access_token": "at", "token_type": "Bearer", "id_token": token });
        self.server.outside().document(TOKEN, &tokens);
    }

    async fn got(&self, username: &str) -> Value {
        let asked = json!({ "UserPoolId": self.pool, "Username": username });
        self.server.call("AdminGetUser", asked).await.ok()
    }

    /// The names of all users.
    async fn usernames(&self) -> Vec<String> {
        let listed = json!({ "UserPoolId": self.pool });
        let listed = self.server.call("ListUsers", listed).await.ok();
        let users = listed["Users"].as_array().unwrap().iter();
        let mut names: Vec<String> = users
            .map(|user| user["Username"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }
}

fn signed(claims: &Value) -> String {
    key().sign(claims).unwrap()
}

/// A token that is put together by hand.
fn by_hand(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(header),
        part(claims),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

/// What a provider is asked by a redirect: the parameters, decoded, and the endpoint as `at`.
fn asked_of(location: &str) -> BTreeMap<String, String> {
    let (at, query) = location.split_once('?').unwrap_or((location, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), poolhouse_text::percent::decode(value).unwrap()));
    pairs.chain([("at".to_owned(), at.to_owned())]).collect()
}

impl Browser<'_> {
    /// Leaves for a provider, and returns what it is asked.
    async fn leaves(&mut self, client: &str, more: &str) -> BTreeMap<String, String> {
        let led = self.get(&asked(client, more)).await;
        assert_eq!(led.status, 302, "{}", led.text);
        let location = led.header("location");
        assert!(location.starts_with("https://"), "{location}");
        asked_of(location)
    }

    /// Comes back with a code.
    async fn returns(&mut self, state: &str) -> Answer {
        self.get(&format!("/d/acme/oauth2/idpresponse?code=c0de&state={state}"))
            .await
    }

    /// Leaves and comes back as somebody of whom the provider says this.
    async fn signs_in(&mut self, scene: &Scene, client: &str, more: Value) -> Answer {
        self.signs_in_by(scene, client, "&identity_provider=Corp", more)
            .await
    }

    async fn signs_in_by(&mut self, scene: &Scene, client: &str, by: &str, more: Value) -> Answer {
        let left = self.leaves(client, by).await;
        let mut claims = scene.claims(json!({ "nonce": left["nonce"] }));
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        scene.gives(&signed(&claims));
        self.returns(&left["state"]).await
    }
}

/// The claims of a token, whoever signed it.
fn claims_of(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// What a client is told: `error` and `error_description`.
fn told(answer: &Answer) -> (String, String) {
    let location = answer.header("location");
    assert!(
        location.starts_with("https://app.example/cb?"),
        "{location}: {}",
        answer.text
    );
    let asked = asked_of(location);
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    (of("error"), of("error_description"))
}

/// That an answer is a page from which nobody is sent anywhere.
fn assert_page(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.header("location"), "");
    assert!(answer.text.contains("This sign-in has ended."), "{}", answer.text);
}

#[tokio::test]
async fn somebody_new_signs_in_by_a_provider_and_tokens_say_so() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    let left = browser
        .leaves(&client, "&identity_provider=Corp&login_hint=mara&prompt=login")
        .await;
    assert_eq!(left["at"], "https://idp.example/auth");
    for (name, expected) in [
        ("response_type", "code"),
        ("client_id", RP),
        ("redirect_uri", "http://127.0.0.1:9229/d/acme/oauth2/idpresponse"),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
        ("login_hint", "mara"),
        ("prompt", "login"),
    ] {
        assert_eq!(left.get(name).map(String::as_str), Some(expected), "{name}");
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(left[name].len(), 43, "{name}");
    }
    scene.gives(&signed(&scene.claims(json!({ "nonce": left["nonce"] }))));
    let led = browser.returns(&left["state"]).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let id = claims_of(&tokens["id_token"]);
    assert_eq!(id["cognito:username"], "Corp_24400320");
    assert_eq!(id["amr"], json!(["fed"]));
    assert_eq!(id["cognito:groups"], json!([format!("{}_Corp", scene.pool)]));
    assert_eq!(
        id["identities"],
        json!([{
            "dateCreated": "1767323045000",
            "userId": SUBJECT,
            "providerName": "Corp",
            "providerType": "OIDC",
            "issuer": ISSUER,
            "primary": "true",
        }])
    );
    let user = scene.got("Corp_24400320").await;
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    assert_eq!(id["sub"], user["UserAttributes"][0]["Value"]);
    let attributes = &user["UserAttributes"];
    assert_eq!(
        attributes[1],
        json!({ "Name": "email", "Value": "mara@corp.example" })
    );
    assert!(
        attributes
            .to_string()
            .contains(r#""Name":"name","Value":"Mara Lind""#),
        "{attributes}"
    );
    let listed = &attributes.as_array().unwrap().last().unwrap();
    assert_eq!(listed["Name"], "identities");
    assert!(
        listed["Value"]
            .as_str()
            .unwrap()
            .contains(r#""primary":true,"dateCreated":1767323045000"#),
        "{listed}"
    );
    // Refreshed and revoked like any other.
    let refreshed = json!({ "ClientId": client, "RefreshToken": tokens["refresh_token"] });
    let again = scene.server.call("GetTokensFromRefreshToken", refreshed).await;
    assert!(
        again.status == 200 || again.text.contains("rotation"),
        "{}",
        again.text
    );
    let revoked = json!({ "ClientId": client, "Token": tokens["refresh_token"] });
    scene.server.call("RevokeToken", revoked).await.ok();
    let read = json!({ "AccessToken": tokens["access_token"] });
    assert_ne!(scene.server.call("GetUser", read).await.status, 200);
}

#[tokio::test]
async fn the_second_sign_in_is_the_same_users_with_what_the_provider_says_then() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let mut browser = scene.browser();
    // The only provider of a client is nobody's choice.
    code_in(&browser.signs_in_by(&scene, &client, "", json!({})).await);
    let first = scene.got("Corp_24400320").await;
    let mut other = scene.browser();
    let more = json!({ "email": "mara.lind@corp.example", "name": null });
    let led = other.signs_in(&scene, &client, more).await;
    let tokens = redeemed(&mut other, &client, &code_in(&led)).await.ok();
    let second = scene.got("Corp_24400320").await;
    assert_eq!(first["UserAttributes"][0], second["UserAttributes"][0]);
    let attributes = second["UserAttributes"].to_string();
    assert!(attributes.contains("mara.lind@corp.example"), "{attributes}");
    // What is not said any more stays.
    assert!(attributes.contains("Mara Lind"), "{attributes}");
    assert_eq!(claims_of(&tokens["id_token"])["email"], "mara.lind@corp.example");
    assert_eq!(scene.usernames().await, ["Corp_24400320", "mara"]);
}

/// What CreateUserPoolClient is told where a test says more of a client than its providers.
fn client_by(providers: &[&str], more: Value) -> Value {
    let mut client = hosted(json!({ "SupportedIdentityProviders": providers }));
    for (name, value) in more.as_object().unwrap() {
        client[name] = value.clone();
    }
    client
}
