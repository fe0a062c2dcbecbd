//! The pages.

use axum::http::Request;
use bytes::Bytes;
use poolhouse_pool::testing::Scratch;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types angular";

fn built() -> Scratch {
    let scratch = Scratch::default();
    scratch.write("app/index.html", "<!doctype html><title>app</title>");
    scratch.write("app/index.html.br", "index in brotli");
    scratch.write("app/main-5QJ3Z7KD.js", "let plain;");
    scratch.write("app/main-5QJ3Z7KD.js.br", "script in brotli");
    scratch.write("app/main-5QJ3Z7KD.js.gz", "script in gzip");
    scratch.write("app/languages/de.json", "{}");
    scratch.write("secret.txt", "not to be served");
    scratch
}

async fn serve(scratch: &Scratch) -> TestServer {
    let directory = scratch.path().join("app");
    TestServer::with_edge(|edge| edge.web.directory = Some(directory)).await
}

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.raw(request.body(Bytes::new()).unwrap()).await
}

#[tokio::test]
async fn a_page_comes_with_the_policy_that_keeps_foreign_code_out() {
    let scratch = built();
    let server = serve(&scratch).await;
    for path in ["/", "/index.html"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "<!doctype html><title>app</title>"),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("content-security-policy"), POLICY);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn a_page_that_calls_another_server_may_call_that_one_too() {
    let scratch = built();
    let directory = scratch.path().join("app");
    let server = TestServer::with_edge(|edge| {
        edge.web.directory = Some(directory);
        edge.web.endpoint = Some("https://cognito-idp.eu-central-1.amazonaws.com".to_owned());
    })
    .await;
    let policy = get(&server, "/", &[]).await;
    let expected = "connect-src 'self' https://cognito-idp.eu-central-1.amazonaws.com;";
    assert!(policy.header("content-security-policy").contains(expected));
}

#[tokio::test]
async fn compressed_forms_are_sent_to_those_who_take_them() {
    let scratch = built();
    let server = serve(&scratch).await;
    for (accepts, encoding, text) in [
        ("", "", "let plain;"),
        ("gzip, deflate, br", "br", "script in brotli"),
        ("gzip", "gzip", "script in gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", "script in gzip"),
        ("br;q=0.000", "", "let plain;"),
        ("br;q=0.1, gzip", "gzip", "script in gzip"),
        ("deflate, zstd", "", "let plain;"),
    ] {
        let answer = get(&server, "/main-5QJ3Z7KD.js", &[("accept-encoding", accepts)]).await;
        assert_eq!(
            (answer.header("content-encoding"), answer.text.as_str()),
            (encoding, text),
            "{accepts}"
        );
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn files_whose_names_change_with_their_content_are_kept_and_others_asked_for_again() {
    let scratch = built();
    let server = serve(&scratch).await;
    let script = get(&server, "/main-5QJ3Z7KD.js", &[]).await;
    assert_eq!(
        script.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    let language = get(&server, "/languages/de.json", &[]).await;
    assert_eq!(language.header("cache-control"), "no-cache");
    let tag = language.header("etag");
    let again = get(
        &server,
        "/languages/de.json",
        &[("if-none-match", &format!("\"x\", W/{tag}"))],
    )
    .await;
    assert_eq!(
        (again.status, again.text.as_str(), again.header("etag")),
        (304, "", tag)
    );
    assert_eq!(again.header("vary"), "accept-encoding");
    assert_eq!(again.header("cache-control"), "no-cache");
    let changed = get(&server, "/languages/de.json", &[("if-none-match", "\"x\"")]).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn a_copy_in_one_encoding_is_not_taken_for_another() {
    let scratch = built();
    let server = serve(&scratch).await;
    let ask = async |encoding: &'static str, tag: &str| {
        let headers = [("accept-encoding", encoding), ("if-none-match", tag)];
        get(&server, "/main-5QJ3Z7KD.js", &headers).await
    };
    let tag = |answer: &Answer| answer.header("etag").to_owned();
    let (brotli, plain) = (ask("br", "").await, ask("identity", "").await);
    assert_ne!(tag(&brotli), tag(&plain));
    assert_eq!(ask("br", &tag(&brotli)).await.status, 304);
    assert_eq!(ask("identity", &tag(&plain)).await.status, 304);
    assert_eq!(ask("identity", &tag(&brotli)).await.text, "let plain;");
}

#[tokio::test]
async fn no_path_leads_out_of_the_directory() {
    let scratch = built();
    let server = serve(&scratch).await;
    for path in [
        "/../secret.txt",
        "/languages/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/languages/%00.json",
        "/main-5QJ3Z7KD.js.br",
    ] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &json!({ "message": "There is nothing at this path." })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_server_without_a_folder_of_pages_shows_those_inside_the_program() {
    let server = TestServer::new().await;
    for path in ["/", "/inbox", "/inbox/"] {
        let page = get(&server, path, &[]).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("<app-root></app-root>"), "{}", page.text);
    }
    let page = get(&server, "/", &[]).await;
    assert_eq!(page.header("content-security-policy"), POLICY);
    let script = page
        .text
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    for encoding in ["br", "gzip", ""] {
        let answer = get(&server, &format!("/{script}"), &[("accept-encoding", encoding)]).await;
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (200, encoding),
            "{script}"
        );
        let cache = "public, max-age=31536000, immutable";
        assert_eq!(answer.header("cache-control"), cache, "{script}");
    }
}

#[tokio::test]
async fn a_path_that_the_app_does_not_have_is_not_found() {
    let server = TestServer::new().await;
    for path in [
        "/any/path",
        "/inboxes",
        "/inbox/1",
        "/sign-in",
        "/config",
        "/.env",
    ] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &json!({ "message": "There is nothing at this path." })),
            "{path}"
        );
        let page = get(&server, path, &[("accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (404, "text/html; charset=utf-8")
        );
        assert!(page.text.contains("<h1>There is no such page</h1>"), "{path}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'self';")
        );
    }
}

#[tokio::test]
async fn the_page_is_told_which_client_to_use() {
    let server = TestServer::with_edge(|edge| {
        edge.web.user_pool_id = Some("us-east-1_AbCd12345".to_owned());
        edge.web.client_id = Some("client".to_owned());
        edge.web.endpoint = Some("https://auth.example.com".to_owned());
    })
    .await;
    let config = server.get("/config.json").await;
    assert_eq!(config.header("cache-control"), "no-cache");
    let endpoint = "https://auth.example.com";
    let expected = json!({ "userPoolId": "us-east-1_AbCd12345", "clientId": "client", "endpoint": endpoint });
    assert_eq!(config.ok(), expected);
}

#[tokio::test]
async fn a_server_with_one_public_client_needs_not_be_told_which_it_is() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let which =
        "Which app client is the page for? Set user_pool_id and client_id under [web] in poolhouse.toml.";
    let unknown = (404, json!({ "message": which }));
    let ask = async || {
        let answer = server.get("/config.json").await;
        (answer.status, answer.body)
    };
    assert_eq!(ask().await, unknown, "no client");
    let secret = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
    assert_eq!(ask().await, unknown, "a client with a secret is not for pages");
    let id = secret["ClientId"].as_str().unwrap();
    server
        .call(
            "DeleteUserPoolClient",
            json!({ "UserPoolId": pool, "ClientId": id }),
        )
        .await
        .ok();
    let client = server.client(&pool).await;
    let (status, config) = ask().await;
    assert_eq!(status, 200);
    let named =
        ["userPoolId", "clientId", "signInName"].map(|name| config[name].as_str().unwrap_or_default());
    assert_eq!(named, [pool.as_str(), client.as_str(), "username"]);
    server.client(&pool).await;
    assert_eq!(ask().await, unknown, "two clients");
}

#[tokio::test]
async fn the_page_offers_what_the_pool_has_and_nothing_else() {
    let server = TestServer::new().await;
    let closed = json!({
        "PoolName": "closed",
        "UsernameAttributes": ["email"],
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] },
    });
    let open = json!({
        "PoolName": "open",
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_LINK" },
        "DeviceConfiguration": {},
        "Schema": [{ "Name": "given_name", "Required": true, "Mutable": true }],
        "Policies": {
            "PasswordPolicy": { "MinimumLength": 12, "RequireNumbers": true },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] },
        },
    });
    let nothing = json!({
        "signUp": null, "signUpByLink": false, "forgotPassword": false, "changeEmail": false,
        "authenticatorApp": false, "passkeys": false, "passkeySignIn": false, "devices": false, "sessions": false,
    });
    assert_eq!(config_of(&server, closed).await["offers"], nothing);
    let config = config_of(&server, open).await;
    // The app client has no `ALLOW_USER_AUTH`, without which no passkey signs anybody in.
    let all = json!({
        "signUp": ["given_name"], "signUpByLink": true, "forgotPassword": true, "changeEmail": true,
        "authenticatorApp": true, "passkeys": true, "passkeySignIn": false, "devices": true, "sessions": true,
    });
    assert_eq!(config["offers"], all);
    let policy = json!({
        "minimumLength": 12, "uppercase": false, "lowercase": false, "numbers": true, "symbols": false,
    });
    assert_eq!(config["passwordPolicy"], policy);
}

/// What the page is told of a pool that is made so, with everything that is switched on later, and of its only client.
async fn config_of(server: &TestServer, settings: Value) -> Value {
    let is_open = settings["PoolName"] == "open";
    let pool = server.call("CreateUserPool", settings).await.ok()["UserPool"]["Id"].clone();
    if is_open {
        let factors = json!({
            "UserPoolId": pool,
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "WebAuthnConfiguration": { "RelyingPartyId": "example.com", "UserVerification": "required" },
        });
        server.call("SetUserPoolMfaConfig", factors).await.ok();
        let tracked = json!({ "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 20 } });
        server.call("SetUserPoolSessionConfiguration", tracked).await.ok();
    }
    let client = server
        .client_with(pool.as_str().unwrap_or_default(), json!({}))
        .await;
    let config = server.get("/config.json").await.ok();
    let removed = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
    server.call("DeleteUserPoolClient", removed).await.ok();
    config
}
