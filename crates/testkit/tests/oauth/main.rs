//! OAuth 2.0 and OpenID Connect over HTTP, with authorization codes that are made where a sign-in would make them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, too"
)]

mod authorize;
mod clients;
mod codes;
mod discovery;
mod hosts;
mod refresh;
mod revoke;
mod token_exchange;
mod tokens;
mod triggers;
mod userinfo;

use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::oauth::{self, Form, Refused, Site};
use poolhouse_pool::records::{Authorization, Granting, UserRecord, load};
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_testkit::{Answer, TestServer};
use poolhouse_text::percent;
use serde_json::{Value, json};

/// The password of every user here.
const PASSWORD: &str = "Correct-Horse-9!";
/// Where the app is.
const CALLBACK: &str = "https://app.example/cb";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What the API is called whose scopes clients have.
const ORDERS: &str = "https://api.example/v1";

/// A pool at the domain `acme`, a client with a secret, and Mara.
struct Scene {
    server: TestServer,
    pool: String,
    client: String,
    secret: String,
    sub: String,
}

impl Scene {
    async fn new() -> Scene {
        Scene::of(TestServer::new().await, json!({}), json!({})).await
    }

    /// With settings of the server changed.
    async fn with(change: impl FnOnce(&mut Settings)) -> Scene {
        Scene::of(TestServer::with(change).await, json!({}), json!({})).await
    }

    /// With these members of CreateUserPoolClient.
    async fn with_client(members: Value) -> Scene {
        Scene::of(TestServer::new().await, json!({}), members).await
    }

    async fn of(server: TestServer, pool: Value, client: Value) -> Scene {
        let pool = server.pool_with(pool).await;
        let domain = json!({ "Domain": "acme", "UserPoolId": pool });
        server.call("CreateUserPoolDomain", domain).await.ok();
        let orders = json!({
            "UserPoolId": pool,
            "Identifier": ORDERS,
            "Name": "Orders",
            "Scopes": [
                { "ScopeName": "read", "ScopeDescription": "Read orders" },
                { "ScopeName": "write", "ScopeDescription": "Change orders" },
            ],
        });
        server.call("CreateResourceServer", orders).await.ok();
        let client = oauth_client(&server, &pool, client).await;
        let sub = server.user(&pool, "mara", PASSWORD).await;
        Scene {
            client: text(&client["ClientId"]),
            secret: text(&client["ClientSecret"]),
            server,
            pool,
            sub,
        }
    }

    /// Another client of the pool, as [`oauth_client`] makes it: its id and its secret.
    async fn other_client(&self, members: Value) -> (String, String) {
        let client = oauth_client(&self.server, &self.pool, members).await;
        (text(&client["ClientId"]), text(&client["ClientSecret"]))
    }

    fn ctx(&self) -> Ctx {
        let app = self.server.app();
        let id = "00000000-0000-4000-8000-00000000c0de".to_owned();
        Ctx::new(app.clone(), id, app.platform.now(), Asker::default())
    }

    async fn site(&self) -> Site {
        let found = oauth::site::find(&self.ctx(), None, "/d/acme/oauth2/authorize").await;
        let (site, rest) = found.unwrap().unwrap();
        assert_eq!(rest, "/oauth2/authorize");
        site
    }

    /// What the authorization endpoint makes of a query.
    async fn check(&self, query: &str) -> Result<Authorization, Refused> {
        let form = Form::read(query.as_bytes()).unwrap();
        oauth::authorize::check(&self.ctx(), &self.site().await, &form).await
    }

    /// The query of a good request of this client, and more.
    fn query(&self, more: &str) -> String {
        let (client, callback) = (&self.client, percent::encode(CALLBACK));
        format!(
            "response_type=code&client_id={client}&redirect_uri={callback}&scope=openid%20email\
             &state=s&code_challenge={CHALLENGE}&code_challenge_method=S256&{more}"
        )
    }

    /// A code for Mara, as a sign-in with password and code ends with it.
    async fn code(&self) -> String {
        self.code_with(&self.query("nonce=n-0S6_WzA2Mj"), |_| {}).await
    }

    /// A code for an authorization that was asked for so, of a sign-in that was changed.
    async fn code_with(&self, query: &str, change: impl FnOnce(&mut Granting)) -> String {
        let authorization = self.check(query).await.unwrap();
        let user = UserRecord::key(&self.pool, &self.sub);
        let ctx = self.ctx();
        let user = load(ctx.platform(), &user).await.unwrap().unwrap();
        let mut granting = Granting {
            sub: self.sub.clone(),
            epoch: user.value.epoch,
            auth_time: user.value.auth_time(ctx.now),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            browser_session: None,
            provider: None,
            passes_door: true,
        };
        change(&mut granting);
        let (code, batch) = oauth::code::mint(&ctx, &self.site().await, &authorization, &granting);
        ctx.platform().commit(batch).await.unwrap();
        code
    }

    /// The form that redeems a code of [`code`](Self::code).
    fn redeeming(&self, code: &str) -> String {
        let callback = percent::encode(CALLBACK);
        format!("grant_type=authorization_code&code={code}&redirect_uri={callback}&code_verifier={VERIFIER}")
    }

    /// Posts a form to the token endpoint as this client.
    async fn token(&self, form: &str) -> Answer {
        let basic = basic(&self.client, &self.secret);
        self.post("/oauth2/token", Some(&basic), form).await
    }

    /// The tokens of a new sign-in.
    async fn tokens(&self) -> Value {
        let code = self.code().await;
        self.token(&self.redeeming(&code)).await.ok()
    }

    /// Posts a form to a path of the domain.
    async fn post(&self, path: &str, authorization: Option<&str>, form: &str) -> Answer {
        let mut request = Request::post(format!("/d/acme{path}"))
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let body = Bytes::from(form.to_owned());
        self.server.raw(request.body(body).unwrap()).await
    }

    /// What `userInfo` says to a token.
    async fn user_info(&self, token: &Value) -> Answer {
        let request = Request::get("/d/acme/oauth2/userInfo")
            .header("authorization", format!("Bearer {}", text(token)))
            .body(Bytes::new());
        self.server.raw(request.unwrap()).await
    }

    /// Calls an administrator's operation on Mara.
    async fn on_mara(&self, operation: &str, members: Value) {
        let mut body = json!({ "UserPoolId": self.pool, "Username": "mara" });
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        self.server.call(operation, body).await.ok();
    }
}

/// A client with a secret that uses hosted login, with these members over its own.
async fn oauth_client(server: &TestServer, pool: &str, members: Value) -> Value {
    let mut client = json!({
        "GenerateSecret": true,
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": [
            "openid", "email", "phone", "profile", "aws.cognito.signin.user.admin",
            format!("{ORDERS}/read"), format!("{ORDERS}/write"),
        ],
        "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    client
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    server.client_with(pool, client).await
}

/// The members of a client that gets tokens for itself.
fn machine() -> Value {
    json!({
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": [format!("{ORDERS}/read"), format!("{ORDERS}/write")],
        "CallbackURLs": [],
    })
}

fn basic(client: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The claims of a token, unverified: what verifies them is tested where tokens are made.
fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Asserts that it is this error and nothing else.
#[track_caller]
fn assert_denied(answer: &Answer, status: u16, error: &str) {
    let expected = json!({ "error": error });
    assert_eq!(
        (answer.status, &answer.body),
        (status, &expected),
        "{}",
        answer.text
    );
}
