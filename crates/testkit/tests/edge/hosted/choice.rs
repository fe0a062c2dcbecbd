//! What a sign-in on the pages begins with, where people choose: a password, a code, a passkey.

use poolhouse_pool::testing::authenticator::Authenticator;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::{Value, json};

use super::{Browser, PASSWORD, SIGN_IN, Scene, alert, asked, between, claims, code_in, redeemed, title};

const ORIGIN: &str = "https://login.example";

/// A pool in which passkeys and mailed codes begin a sign-in, at a domain of managed login, and a client that lets people choose.
async fn scene(members: Value) -> (Scene, String) {
    let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] });
    let server = TestServer::new().await;
    let pool = server
        .pool_with(json!({ "Policies": { "SignInPolicy": allowed } }))
        .await;
    let scene = Scene::of(server, pool).await;
    let domain = json!({ "UserPoolId": scene.pool, "Domain": "acme", "ManagedLoginVersion": 2 });
    scene.server.call("UpdateUserPoolDomain", domain).await.ok();
    let config =
        json!({ "UserPoolId": scene.pool, "WebAuthnConfiguration": { "RelyingPartyId": "login.example" } });
    scene.server.call("SetUserPoolMfaConfig", config).await.ok();
    let client = scene.client(members).await;
    (scene, client)
}

fn chooses() -> Value {
    json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })
}

/// The page after the name.
async fn named(browser: &mut Browser<'_>, client: &str, name: &str) -> Answer {
    let page = browser.visit(&asked(client, "")).await;
    assert!(!page.text.contains("name=\"password\""), "{}", page.text);
    browser.answer(&page, &[("username", name)]).await
}

/// What the page hands to the script.
fn options(page: &Answer, what: &str) -> Value {
    let text = between(&page.text, &format!("data-{what}=\""), "\"");
    let text = text.replace("&#34;", "\"").replace("&quot;", "\"");
    serde_json::from_str(&text).unwrap()
}

/// Signs in with the password, and takes the offer.
async fn with_passkey(
    browser: &mut Browser<'_>,
    client: &str,
    authenticator: &Authenticator,
) -> (Answer, Value) {
    let page = named(browser, client, "mara").await;
    let page = browser
        .answer(&page, &[("password", PASSWORD), ("passkeys", "")])
        .await;
    assert_eq!(title(&page), "Sign in without a password next time – Poolhouse");
    let page = browser.answer(&page, &[("action", "create")]).await;
    let options = options(&page, "create");
    let made = authenticator.make(&options).to_string();
    let led = browser.submit(&page, &[("credential", &made)]).await;
    (led, options)
}

#[tokio::test]
async fn whoever_signs_in_is_offered_a_passkey_and_needs_no_password_from_then_on() {
    let (scene, client) = scene(chooses()).await;
    let authenticator = Authenticator::at(ORIGIN, "login.example", b"key");
    let mut browser = scene.browser();
    let (led, made) = with_passkey(&mut browser, &client, &authenticator).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(claims(&tokens["id_token"])["amr"], json!(["pwd"]));
    let sub = claims(&tokens["id_token"])["sub"].clone();
    assert_eq!(made["rp"]["id"], "login.example");

    let mut other = scene.browser();
    let page = named(&mut other, &client, "mara").await;
    assert!(
        page.text
            .contains("value=\"WEB_AUTHN\" formnovalidate data-passkey hidden"),
        "{}",
        page.text
    );
    let page = other.answer(&page, &[("factor", "WEB_AUTHN")]).await;
    assert_eq!(title(&page), "Use your passkey – Poolhouse");
    let signed = authenticator.sign(&options(&page, "get"), sub.as_str().unwrap());
    let led = other
        .submit(&page, &[("credential", &signed.to_string()), ("passkeys", "")])
        .await;
    let tokens = redeemed(&mut other, &client, &code_in(&led)).await.ok();
    let id = claims(&tokens["id_token"]);
    assert_eq!((&id["sub"], &id["amr"]), (&sub, &json!(["pop"])));
    // A client that asks for the password does not go by it.
    let strict = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] }))
        .await;
    let led = other.get(&asked(&strict, "&prompt=none")).await;
    assert!(led.header("location").contains("error=interaction_required"));
    code_in(&other.get(&asked(&client, "&prompt=none")).await);
}

#[tokio::test]
async fn whoever_wants_no_passkey_goes_on_and_is_not_asked_again_for_a_while() {
    let (scene, client) = scene(chooses()).await;
    let mut browser = scene.browser();
    let page = named(&mut browser, &client, "mara").await;
    let page = browser
        .answer(&page, &[("password", PASSWORD), ("passkeys", "")])
        .await;
    let led = browser.submit(&page, &[("action", "later")]).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let page = browser.visit(&asked(&client, "&prompt=login")).await;
    let page = browser.answer(&page, &[("username", "mara")]).await;
    let led = browser
        .submit(&page, &[("password", PASSWORD), ("passkeys", "")])
        .await;
    code_in(&led);
}

#[tokio::test]
async fn no_passkey_is_offered_to_a_browser_that_cannot_make_one() {
    let (scene, client) = scene(chooses()).await;
    let mut browser = scene.browser();
    let page = named(&mut browser, &client, "mara").await;
    code_in(&browser.submit(&page, &[("password", PASSWORD)]).await);
}

#[tokio::test]
async fn a_passkey_that_is_wrong_signs_nobody_in_and_one_that_cannot_be_kept_is_said() {
    let (scene, client) = scene(chooses()).await;
    let authenticator = Authenticator::at(ORIGIN, "login.example", b"key");
    let mut browser = scene.browser();
    let page = named(&mut browser, &client, "mara").await;
    let page = browser
        .answer(&page, &[("password", PASSWORD), ("passkeys", "")])
        .await;
    let page = browser.answer(&page, &[("action", "create")]).await;
    let foreign = Authenticator::at("https://evil.example", "login.example", b"key");
    let made = foreign.make(&options(&page, "create")).to_string();
    let page = browser.answer(&page, &[("credential", &made)]).await;
    assert_eq!(
        alert(&page),
        "No passkey was made. Try again, or do it another time."
    );
    let page = browser.answer(&page, &[("action", "create")]).await;
    let made = authenticator.make(&options(&page, "create")).to_string();
    code_in(&browser.submit(&page, &[("credential", &made)]).await);

    let mut thief = scene.browser();
    let page = named(&mut thief, &client, "mara").await;
    let page = thief.answer(&page, &[("factor", "WEB_AUTHN")]).await;
    let signed = Authenticator::at(ORIGIN, "login.example", b"key").sign(&options(&page, "get"), "x");
    let page = thief.answer(&page, &[("credential", &signed.to_string())]).await;
    assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
    assert_eq!(
        alert(&page),
        "That passkey didn’t work. Try again, or sign in another way."
    );
}

#[tokio::test]
async fn a_mailed_code_begins_a_sign_in_and_is_no_second_factor_of_it() {
    let (scene, client) = scene(chooses()).await;
    let mut browser = scene.browser();
    let page = named(&mut browser, &client, "mara").await;
    let page = browser.answer(&page, &[("factor", "EMAIL_OTP")]).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    let mail = scene.server.mail_to("mara@example.com").await;
    let mut runs = mail.text.split(|c: char| !c.is_ascii_digit());
    let code = runs.find(|run| run.len() == 8).unwrap().to_owned();
    let led = browser.submit(&page, &[("code", &code)]).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(claims(&tokens["id_token"])["amr"], json!(["otp"]));
    // Once the user is asked for a code beside the password, the session has no second factor.
    let on = json!({ "UserPoolId": scene.pool, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {} });
    let recovery = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    let recovery = json!({ "UserPoolId": scene.pool, "AccountRecoverySetting": recovery });
    scene.server.call("UpdateUserPool", recovery).await.ok();
    scene.server.call("SetUserPoolMfaConfig", on).await.ok();
    let preferred = json!({
        "UserPoolId": scene.pool,
        "Username": "mara",
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    scene
        .server
        .call("AdminSetUserMFAPreference", preferred)
        .await
        .ok();
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert!(led.header("location").contains("error=interaction_required"));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_offered_what_a_user_is_and_gets_nowhere() {
    let (scene, client) = scene(chooses()).await;
    let mut pages = Vec::new();
    for name in ["mara", "nobody"] {
        let mut browser = scene.browser();
        let page = named(&mut browser, &client, name).await;
        let offered: Vec<String> = page
            .text
            .split("name=\"factor\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        let page = browser.answer(&page, &[("password", "wrong")]).await;
        pages.push((offered, title(&page).to_owned(), alert(&page).to_owned()));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].0, ["EMAIL_OTP"]);
    assert_eq!(
        pages[0].2,
        "That name and password don’t match. Check both and try again."
    );
}

#[tokio::test]
async fn scripts_that_send_name_and_password_at_once_are_let_in_where_people_choose_too() {
    let (scene, client) = scene(chooses()).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
}

#[tokio::test]
async fn nobody_chooses_a_way_around_a_code_that_the_pool_needs() {
    // At a domain of the classic pages, for a client that does not let people choose, and behind a shut door.
    let (scene, client) = scene(chooses()).await;
    let strict = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] }))
        .await;
    let asks_for_password = |page: &Answer| page.text.contains("name=\"password\"");
    let mut browser = scene.browser();
    assert!(asks_for_password(&browser.visit(&asked(&strict, "")).await));
    let page = named(&mut browser, &client, "mara").await;
    // Shut while somebody is at the choice.
    scene.server.require_code(&scene.pool, None, true).await;
    for fields in [&[("factor", "EMAIL_OTP")][..], &[("password", PASSWORD)]] {
        let led = browser.submit(&page, fields).await;
        assert!(led.header("location").starts_with("/d/acme/"), "{}", led.text);
    }
    let page = browser.visit(&asked(&client, "")).await;
    assert!(asks_for_password(&page));
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(
        alert(&page),
        "This account needs a step that isn’t available here. Ask your administrator."
    );
    scene.server.require_code(&scene.pool, None, false).await;
    let classic = json!({ "UserPoolId": scene.pool, "Domain": "acme", "ManagedLoginVersion": 1 });
    scene.server.call("UpdateUserPoolDomain", classic).await.ok();
    assert!(asks_for_password(&browser.visit(&asked(&client, "")).await));
}

#[tokio::test]
async fn a_client_whose_pool_asks_for_a_code_asks_for_it_whatever_else_it_allows() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let scene = Scene::of(server, pool).await;
    let domain = json!({ "UserPoolId": scene.pool, "Domain": "acme", "ManagedLoginVersion": 2 });
    scene.server.call("UpdateUserPoolDomain", domain).await.ok();
    let both = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH"] });
    let client = scene.client(both).await;
    scene.server.ignore_mail();
    let page = scene.browser().password(&client).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
}
