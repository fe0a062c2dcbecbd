//! By which provider somebody signs in: what a client asks for, what a page offers, what a session is good for.

use poolhouse_testkit::TestServer;
use serde_json::json;

use super::super::{PASSWORD, SIGN_IN, title};
use super::{Scene, asked, asked_of, client_by, code_in, corp, redeemed, scene, told};

#[tokio::test]
async fn a_page_offers_the_clients_providers_and_no_others() {
    let scene = scene().await;
    scene
        .provider(corp(json!({ "ProviderName": "Other", "IdpIdentifiers": [] })))
        .await;
    let both = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&both, "")).await;
    assert!(page.text.contains(">Continue with Corp</a>"), "{}", page.text);
    assert!(!page.text.contains("Other"), "{}", page.text);
    assert!(page.text.contains("type=\"password\""), "{}", page.text);
    // Nothing of it has a script, and it leads there with what the client has asked for.
    let link = page
        .text
        .split("ph-outside\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let link = link.replace("&#38;", "&").replace("&amp;", "&");
    let led = browser.get(&link).await;
    let left = asked_of(led.header("location"));
    assert_eq!(left["at"], "https://idp.example/auth");
    scene.gives(&super::signed(&scene.claims(json!({ "nonce": left["nonce"] }))));
    let led = browser.returns(&left["state"]).await;
    assert!(
        led.header("location").contains("&state=s%201"),
        "{}",
        led.header("location")
    );
    redeemed(&mut browser, &both, &code_in(&led)).await.ok();
    // Whoever asks for the pool's own users is shown nobody else.
    let page = scene
        .browser()
        .visit(&asked(&both, "&identity_provider=COGNITO"))
        .await;
    assert!(
        title(&page).starts_with(SIGN_IN) && !page.text.contains("Corp"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_client_without_the_pools_own_users_takes_nobodys_password() {
    let scene = scene().await;
    scene
        .provider(corp(json!({ "ProviderName": "Other", "IdpIdentifiers": [] })))
        .await;
    let client = scene.client_by(&["Corp", "Other"]).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    assert!(
        page.text.contains("Continue with Corp") && page.text.contains("Continue with Other"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("type=\"password\""), "{}", page.text);
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert!(!page.text.contains("type=\"password\""), "{}", page.text);
    for action in ["forgot", "signUp"] {
        let page = browser
            .answer(&page, &[("username", "mara"), ("action", action)])
            .await;
        assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
        assert!(!page.text.contains("type=\"password\""), "{}", page.text);
    }
    let led = browser.get(&asked(&client, "&identity_provider=COGNITO")).await;
    assert_eq!(
        told(&led),
        (
            "invalid_request".to_owned(),
            "identity provider is not available".to_owned()
        )
    );
}

#[tokio::test]
async fn a_provider_is_asked_for_by_its_name_or_by_the_domain_of_an_address() {
    let scene = scene().await;
    scene
        .provider(corp(
            json!({ "ProviderName": "Other", "IdpIdentifiers": ["other"] }),
        ))
        .await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    for by in [
        "identity_provider=Corp",
        "idp_identifier=corp.example",
        "idp_identifier=Corp.Example",
        "identity_provider=Corp&idp_identifier=other",
    ] {
        let led = browser.get(&asked(&client, &format!("&{by}"))).await;
        assert!(
            led.header("location").starts_with("https://idp.example/auth?"),
            "{by}: {}",
            led.header("location")
        );
    }
    for by in [
        "identity_provider=Other",
        "identity_provider=corp",
        "identity_provider=Nobody",
        "idp_identifier=other",
        "idp_identifier=OTHER",
        "idp_identifier=nobody.example",
        "idp_identifier=%00",
        "identity_provider=cognito",
    ] {
        let led = browser.get(&asked(&client, &format!("&{by}"))).await;
        let expected = (
            "invalid_request".to_owned(),
            "identity provider is not available".to_owned(),
        );
        assert_eq!(told(&led), expected, "{by}");
    }
    let led = browser
        .get(&asked(&client, "&identity_provider=Corp&identity_provider=Corp"))
        .await;
    assert_eq!(told(&led).1, "a parameter is given twice");
    // Asked for silently, nobody is sent anywhere.
    let led = browser
        .get(&asked(&client, "&identity_provider=Corp&prompt=none"))
        .await;
    assert_eq!(told(&led).0, "login_required");
}

#[tokio::test]
async fn a_browsers_session_is_of_the_provider_that_it_came_by() {
    let scene = scene().await;
    let by_corp = scene.client_by(&["COGNITO", "Corp"]).await;
    let local = scene.client_by(&["COGNITO"]).await;
    let only_corp = scene.client_by(&["Corp"]).await;
    let mut browser = scene.browser();
    code_in(&browser.signs_in(&scene, &by_corp, json!({})).await);
    for (client, more, expected) in [
        (&by_corp, "", "code"),
        (&by_corp, "&identity_provider=Corp", "code"),
        (&only_corp, "", "code"),
        (&by_corp, "&identity_provider=COGNITO", "login_required"),
        (&local, "", "login_required"),
    ] {
        let led = browser.get(&asked(client, &format!("{more}&prompt=none"))).await;
        let is_code = led.header("location").contains("?code=");
        assert_eq!(
            if is_code { "code".to_owned() } else { told(&led).0 },
            expected,
            "{more}"
        );
    }
    // And one of the pool's own is none of a provider's.
    let mut other = scene.browser();
    let page = other.visit(&asked(&local, "")).await;
    code_in(
        &other
            .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
            .await,
    );
    for (client, more) in [(&by_corp, "&identity_provider=Corp"), (&only_corp, "")] {
        let led = other.get(&asked(client, &format!("{more}&prompt=none"))).await;
        assert_eq!(told(&led).0, "login_required", "{more}");
    }
    // Signing out ends it here; the provider's own session is the provider's.
    let left = browser
        .get(&format!(
            "/d/acme/logout?client_id={by_corp}&logout_uri=https%3A%2F%2Fapp.example%2Fbye"
        ))
        .await;
    assert_eq!(left.header("location"), "https://app.example/bye");
    let led = browser.get(&asked(&by_corp, "&prompt=none")).await;
    assert_eq!(told(&led).0, "login_required");
}

#[tokio::test]
async fn what_goes_wrong_at_a_provider_is_told_to_the_client_and_nothing_else_is() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let mut browser = scene.browser();
    for (said, expected) in [
        ("&error=access_denied", ("access_denied", "access_denied")),
        (
            "&error=access_denied&error_description=No.",
            ("access_denied", "No."),
        ),
        ("&error=login_required", ("invalid_request", "login_required")),
        ("", ("invalid_request", "Corp Error - there is no code")),
    ] {
        let left = browser.leaves(&client, "").await;
        let led = browser
            .get(&format!(
                "/d/acme/oauth2/idpresponse?state={}{said}",
                left["state"]
            ))
            .await;
        assert_eq!(
            told(&led),
            (expected.0.to_owned(), expected.1.to_owned()),
            "{said}"
        );
    }
    let refusing = poolhouse_pool::testing::Fetched {
        status: 401,
        ..Default::default()
    };
    scene.server.outside().answer(super::TOKEN, refusing);
    let left = browser.leaves(&client, "").await;
    let led = browser.returns(&left["state"]).await;
    assert_eq!(told(&led).1, "Corp Error - 401 error getting token");
    scene.server.outside().forget(super::TOKEN);
    let left = browser.leaves(&client, "").await;
    let led = browser.returns(&left["state"]).await;
    assert_eq!(told(&led).1, "Corp Error - it cannot be reached");
    scene
        .server
        .outside()
        .document(super::TOKEN, &json!({ "access_token": "at" }));
    let left = browser.leaves(&client, "").await;
    let led = browser.returns(&left["state"]).await;
    assert_eq!(told(&led).1, "Corp Error - there is no ID token");
}

#[tokio::test]
async fn one_pools_round_is_nothing_at_another_and_one_domains_at_another() {
    let server = TestServer::new().await;
    let pools = [server.pool().await, server.pool().await];
    for (pool, domain) in pools.iter().zip(["acme", "other"]) {
        let domain = json!({ "UserPoolId": pool, "Domain": domain });
        server.call("CreateUserPoolDomain", domain).await.ok();
    }
    let [first, second] = pools;
    let scene = Scene { server, pool: first };
    super::publish(&scene);
    scene.provider(corp(json!({}))).await;
    let client = scene
        .server
        .client_with(&scene.pool, client_by(&["Corp"], json!({})))
        .await;
    let mut there = corp(json!({}));
    there["UserPoolId"] = json!(second);
    scene.server.call("CreateIdentityProvider", there).await.ok();
    let mut browser = scene.browser();
    let left = browser.leaves(client["ClientId"].as_str().unwrap(), "").await;
    scene.gives(&super::signed(&scene.claims(json!({ "nonce": left["nonce"] }))));
    let elsewhere = browser
        .get(&format!(
            "/d/other/oauth2/idpresponse?code=c&state={}",
            left["state"]
        ))
        .await;
    super::assert_page(&elsewhere);
    code_in(&browser.returns(&left["state"]).await);
}
