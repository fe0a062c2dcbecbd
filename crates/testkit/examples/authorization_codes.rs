//! A server for libraries of OpenID Connect, with somebody who signs in without a page: `tests/sdk` starts it.
//!
//! It prints a line of JSON that says where it is and which clients it has. Then each line of its input is a query for the
//! authorization endpoint, and each line that it prints is the URL to which a browser would be sent after Mara's sign-in.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program of the tests: what it cannot do it must fail at, and it speaks by its output"
)]

use std::net::Ipv4Addr;

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::oauth::{self, Form, Refused};
use poolhouse_pool::records::{Granting, UserRecord, load};
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_testkit::TestServer;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const CALLBACK: &str = "https://app.example/cb";
const IDENTIFIER: &str = "https://api.example/v1";

/// Who signs in, and where.
struct Scene {
    server: TestServer,
    pool: String,
    sub: String,
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = TestServer::with(|settings| settings.issuer = format!("http://{address}")).await;
    server.clock().set(now());
    let pool = server.pool().await;
    let domain = json!({ "Domain": "acme", "UserPoolId": pool });
    server.call("CreateUserPoolDomain", domain).await.ok();
    let scopes = json!([{ "ScopeName": "read", "ScopeDescription": "Read orders" }]);
    let orders = json!({ "UserPoolId": pool, "Identifier": IDENTIFIER, "Name": "Orders", "Scopes": scopes });
    server.call("CreateResourceServer", orders).await.ok();
    let read = format!("{IDENTIFIER}/read");
    let clients = json!({
        "confidential": client(&server, &pool, true, "code", &["openid", "email", "profile", &read]).await,
        "public": client(&server, &pool, false, "code", &["openid", "email"]).await,
        "machine": client(&server, &pool, true, "client_credentials", &[&read]).await,
    });
    let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
    let url = server.listen_on(listener);
    let issuer = format!("{url}/{pool}");
    println!(
        "{}",
        json!({ "issuer": issuer, "callback": CALLBACK, "sub": sub, "clients": clients })
    );
    let scene = Scene { server, pool, sub };
    let (tell, mut queries) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines();
        lines.map_while(Result::ok).try_for_each(|query| tell.send(query))
    });
    while let Some(query) = queries.recv().await {
        scene.server.clock().set(now());
        println!("{}", scene.sign_in(&query).await);
    }
}

/// The moment, which clients compare tokens with.
fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

async fn client(server: &TestServer, pool: &str, has_secret: bool, flow: &str, scopes: &[&str]) -> Value {
    let mut members = json!({
        "GenerateSecret": has_secret,
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": [flow],
        "AllowedOAuthScopes": scopes,
        "SupportedIdentityProviders": ["COGNITO"],
    });
    if flow == "code" {
        members["CallbackURLs"] = json!([CALLBACK]);
    }
    let client = server.client_with(pool, members).await;
    json!({ "id": client["ClientId"], "secret": client["ClientSecret"] })
}

impl Scene {
    /// Where Mara's browser is sent once she has signed in, or what was wrong with the query.
    async fn sign_in(&self, query: &str) -> String {
        let app = self.server.app();
        let id = "00000000-0000-4000-8000-00000000c0de".to_owned();
        let ctx = Ctx::new(app.clone(), id, app.platform.now(), Asker::default());
        let found = oauth::site::find(&ctx, None, "/d/acme/oauth2/authorize").await;
        let (site, _) = found.unwrap().expect("the domain");
        let form = Form::read(query.as_bytes()).expect("a query");
        let authorization = match oauth::authorize::check(&ctx, &site, &form).await {
            Ok(authorization) => authorization,
            Err(Refused::Redirect(url)) => return url,
            Err(Refused::Page { error, .. }) => return error.to_owned(),
        };
        let user = load(ctx.platform(), &UserRecord::key(&self.pool, &self.sub)).await;
        let granting = Granting {
            sub: self.sub.clone(),
            epoch: user.unwrap().expect("Mara").value.epoch,
            auth_time: ctx.now,
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            passes_door: true,
            ..Granting::default()
        };
        let (code, batch) = oauth::code::mint(&ctx, &site, &authorization, &granting);
        ctx.platform().commit(batch).await.unwrap();
        authorization.granted(&site, &code)
    }
}
