//! What the authorization endpoint checks before anybody signs in: which faults are shown on a page, and which are told to the client.

use poolhouse_pool::base::hosted::PkceRequired;
use poolhouse_pool::oauth::{Form, Refused};
use poolhouse_text::percent;
use serde_json::json;

use crate::{CALLBACK, CHALLENGE, ORDERS, Scene};

/// The page's error.
#[track_caller]
fn page(refused: Result<impl std::fmt::Debug, Refused>) -> &'static str {
    match refused.unwrap_err() {
        Refused::Page { error, .. } => error,
        Refused::Redirect(url) => panic!("a redirect to {url}"),
    }
}

/// The parameters of the redirect.
#[track_caller]
fn told(refused: Result<impl std::fmt::Debug, Refused>) -> Form {
    match refused.unwrap_err() {
        Refused::Page { error, text, .. } => panic!("a page: {error} {text}"),
        Refused::Redirect(url) => {
            let query = url.strip_prefix(&format!("{CALLBACK}?")).unwrap();
            Form::read(query.as_bytes()).unwrap()
        }
    }
}

#[tokio::test]
async fn oidcc_server_a_good_request_goes_on_with_what_it_said() {
    let scene = Scene::new().await;
    let query =
        scene.query("nonce=n&prompt=login%20consent&max_age=60&login_hint=mara&lang=de&ui_locales=fr%20en");
    let authorization = scene.check(&query).await.unwrap();
    assert_eq!(authorization.client_id, scene.client);
    assert_eq!(authorization.redirect_uri, CALLBACK);
    assert_eq!(authorization.scopes, ["openid", "email"]);
    assert_eq!(authorization.code_challenge.as_deref(), Some(CHALLENGE));
    assert_eq!(authorization.prompt, ["login", "consent"]);
    assert_eq!(authorization.max_age, Some(60));
    assert_eq!(authorization.login_hint.as_deref(), Some("mara"));
    assert_eq!(authorization.languages, ["de", "fr", "en"]);
    let site = scene.site().await;
    let issuer = percent::encode(format!("http://127.0.0.1:9229/{}", scene.pool));
    assert_eq!(
        authorization.granted(&site, "c0de"),
        format!("{CALLBACK}?code=c0de&state=s&iss={issuer}")
    );
    assert_eq!(
        authorization.refused(&site, "access_denied", "no\r\n"),
        format!("{CALLBACK}?error=access_denied&error_description=no%3F%3F&state=s&iss={issuer}")
    );
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri_and_other_faults_of_the_client_are_shown_on_a_page() {
    let scene = Scene::new().await;
    let callback = percent::encode(CALLBACK);
    let good = scene.query("");
    let swapped = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let client = format!("client_id={}", scene.client);
    let uri = format!("redirect_uri={callback}");
    for (query, error) in [
        (swapped(&client, ""), "invalid_request"),
        (swapped(&client, "client_id="), "invalid_request"),
        (
            swapped(&client, "client_id=3n4b5urk1ft4fl3mg5e62d9ado"),
            "invalid_client",
        ),
        (swapped(&client, "client_id=..%2Fx"), "invalid_client"),
        (swapped(&client, &format!("{client}&{client}")), "invalid_request"),
        (swapped(&uri, ""), "invalid_request"),
        (swapped(&uri, &format!("{uri}&{uri}")), "invalid_request"),
        (swapped(&uri, &format!("{uri}%2F")), "redirect_mismatch"),
        (
            swapped(&uri, &format!("{uri}%0d%0aSet-Cookie%3A%20a")),
            "redirect_mismatch",
        ),
        (
            swapped(&uri, "redirect_uri=https%3A%2F%2Fevil.example"),
            "redirect_mismatch",
        ),
        // Once decoded, and no more.
        (
            swapped(&uri, &format!("redirect_uri={}", percent::encode(&callback))),
            "redirect_mismatch",
        ),
    ] {
        assert_eq!(page(scene.check(&query).await), error, "{query}");
    }
    let off = json!({ "AllowedOAuthFlowsUserPoolClient": false });
    let (off, _) = scene.other_client(off).await;
    let query = swapped(&client, &format!("client_id={off}"));
    assert_eq!(page(scene.check(&query).await), "unauthorized_client");
}

#[tokio::test]
async fn a_client_of_another_pool_is_unknown() {
    let scene = Scene::new().await;
    let pool = scene.server.pool().await;
    let other = crate::oauth_client(&scene.server, &pool, json!({ "AllowedOAuthScopes": ["openid"] })).await;
    let query = scene
        .query("")
        .replace(&scene.client, other["ClientId"].as_str().unwrap());
    assert_eq!(page(scene.check(&query).await), "invalid_client");
}

#[tokio::test]
async fn oidcc_response_type_missing_and_other_faults_are_told_to_the_client() {
    let scene = Scene::new().await;
    let good = scene.query("");
    let challenge = format!("code_challenge={CHALLENGE}");
    let long_state = format!("state={}", "a".repeat(2049));
    let long_nonce = format!("{good}&nonce={}", "a".repeat(1025));
    for (query, error, description) in [
        (
            good.replace("response_type=code&", ""),
            "invalid_request",
            "response_type is required",
        ),
        (
            good.replace("response_type=code", "response_type=code%20token"),
            "unsupported_response_type",
            "",
        ),
        (
            good.replace("response_type=code", "response_type=id_token"),
            "unsupported_response_type",
            "",
        ),
        (
            good.replace("scope=openid%20email", "scope=openid%20address"),
            "invalid_scope",
            "invalid_scope",
        ),
        (
            good.replace("scope=openid%20email", "scope=openid%20offline_access"),
            "invalid_scope",
            "invalid_scope",
        ),
        (
            good.replace("scope=openid%20email", "scope=email"),
            "invalid_scope",
            "invalid_scope",
        ),
        (
            good.replace("scope=openid%20email", "scope=OpenID"),
            "invalid_scope",
            "invalid_scope",
        ),
        (
            good.replace("&code_challenge_method=S256", ""),
            "invalid_request",
            "code_challenge_method must be S256",
        ),
        (
            good.replace("code_challenge_method=S256", "code_challenge_method=plain"),
            "invalid_request",
            "code_challenge_method must be S256",
        ),
        (
            good.replace(&format!("{challenge}&"), ""),
            "invalid_request",
            "code_challenge is required",
        ),
        (
            good.replace(&challenge, "code_challenge=short"),
            "invalid_request",
            "code_challenge is not one of S256",
        ),
        (format!("{good}&resource=api"), "invalid_target", ""),
        (
            format!("{good}&resource=https%3A%2F%2Fa.example%2F%23x"),
            "invalid_target",
            "",
        ),
        (
            format!("{good}&prompt=none%20login"),
            "invalid_request",
            "prompt=none goes with no other value",
        ),
        (
            format!("{good}&response_mode=form_post"),
            "invalid_request",
            "response_mode is not supported",
        ),
        (
            format!("{good}&max_age=-1"),
            "invalid_request",
            "max_age must be a number of seconds",
        ),
        (
            format!("{good}&identity_provider=Google"),
            "invalid_request",
            "identity provider is not available",
        ),
        (
            format!("{good}&scope=openid"),
            "invalid_request",
            "a parameter is given twice",
        ),
        (long_nonce, "invalid_request", "nonce is too long"),
    ] {
        let told = told(scene.check(&query).await);
        assert_eq!(told.get("error"), Some(error), "{query}");
        assert_eq!(
            told.get("error_description").unwrap_or_default(),
            description,
            "{query}"
        );
        assert_eq!(told.get("state"), Some("s"), "{query}");
        let issuer = format!("http://127.0.0.1:9229/{}", scene.pool);
        assert_eq!(told.get("iss"), Some(issuer.as_str()));
    }
    for query in [good.replace("state=s", &long_state), format!("{good}&state=t")] {
        let told = told(scene.check(&query).await);
        assert_eq!(told.get("error"), Some("invalid_request"));
        assert_eq!(told.get("state"), None);
    }
}

#[tokio::test]
async fn oidcc_request_objects_are_rejected_as_unsupported() {
    let scene = Scene::new().await;
    for (parameter, error) in [
        ("request=eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        (
            "request_uri=https%3A%2F%2Fapp.example%2Fr",
            "request_uri_not_supported",
        ),
        ("registration=%7B%7D", "registration_not_supported"),
    ] {
        let told = told(scene.check(&scene.query(parameter)).await);
        assert_eq!(told.get("error"), Some(error));
    }
}

#[tokio::test]
async fn oidcc_what_is_unknown_or_only_for_looks_does_no_harm() {
    let scene = Scene::new().await;
    for parameter in [
        "extra=foobar",
        "extra=a&extra=b",
        "display=page",
        "display=popup",
        "ui_locales=se",
        "claims_locales=se",
        "acr_values=1%202",
        "claims=%7B%22userinfo%22%3A%7B%22name%22%3A%7B%22essential%22%3Atrue%7D%7D%7D",
        "id_token_hint=x",
        "login_hint=",
        "prompt=unknown",
        "prompt=none",
        "max_age=10000",
        "identity_provider=COGNITO",
        "aws_userContextData=x",
    ] {
        scene.check(&scene.query(parameter)).await.unwrap();
    }
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_sent() {
    let scene = Scene::new().await;
    let site = scene.site().await;
    let long = "ä".repeat(1024);
    for state in [
        "%",
        "+",
        "\"'<>",
        "a\r\nb",
        "😀",
        "%7B%22a%22%3A1%7D",
        "{\"a\":1}",
        "-",
        long.as_str(),
    ] {
        let query = scene
            .query("")
            .replace("state=s", &format!("state={}", percent::encode(state)));
        let authorization = scene.check(&query).await.unwrap();
        let url = authorization.granted(&site, "c");
        assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
        let form = Form::read(url.split_once('?').unwrap().1.as_bytes()).unwrap();
        assert_eq!(form.get("state"), Some(state));
    }
}

#[tokio::test]
async fn who_must_send_a_challenge_is_a_setting() {
    for (required, public_needs, confidential_needs) in [
        (PkceRequired::Never, false, false),
        (PkceRequired::Public, true, false),
        (PkceRequired::Always, true, true),
    ] {
        let scene = Scene::with(|settings| settings.hosted.pkce_required = required).await;
        let (public, _) = scene.other_client(json!({ "GenerateSecret": false })).await;
        let without = scene.query("").replace(
            &format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"),
            "",
        );
        let confidential = scene.check(&without).await;
        assert_eq!(confidential.is_err(), confidential_needs, "{required:?}");
        let public = scene.check(&without.replace(&scene.client, &public)).await;
        assert_eq!(public.is_err(), public_needs, "{required:?}");
    }
}

#[tokio::test]
async fn tokens_in_a_fragment_are_given_to_whom_the_operator_lets_have_them() {
    for (flows, kind, more, expected) in [
        ("code", "token", "", Err("error=unauthorized_client&state=s")),
        ("implicit", "code", "", Err("error=unauthorized_client&state=s")),
        (
            "implicit",
            "token",
            "&response_mode=query",
            Err("error=invalid_request"),
        ),
        ("implicit", "token", "", Ok(())),
        ("implicit", "token", "&response_mode=fragment", Ok(())),
    ] {
        let scene = Scene::with_client(json!({ "AllowedOAuthFlows": [flows] })).await;
        let query = scene
            .query(more)
            .replace("response_type=code", &format!("response_type={kind}"));
        match (scene.check(&query).await, expected) {
            (Ok(authorization), Ok(())) => assert!(authorization.gives_tokens, "{query}"),
            (Err(Refused::Redirect(url)), Err(error)) => assert!(url.contains(error), "{url}"),
            (checked, _) => panic!("{query}: {checked:?}"),
        }
    }
}

#[tokio::test]
async fn without_scopes_a_client_asks_for_all_it_may_have() {
    let scene = Scene::new().await;
    let query = scene.query("").replace("scope=openid%20email&", "");
    let authorization = scene.check(&query).await.unwrap();
    assert_eq!(authorization.scopes.len(), 7);
    assert!(authorization.scopes.contains(&format!("{ORDERS}/write")));
    assert!(!authorization.is_narrowed);
}

#[tokio::test]
async fn a_default_redirect_uri_is_taken_where_people_sign_in_in_one_way() {
    let scene = Scene::with_client(json!({ "DefaultRedirectURI": CALLBACK })).await;
    let query = scene
        .query("")
        .replace(&format!("redirect_uri={}&", percent::encode(CALLBACK)), "");
    assert_eq!(scene.check(&query).await.unwrap().redirect_uri, CALLBACK);
}
