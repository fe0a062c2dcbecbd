//! Second factors on the pages.

use poolhouse_crypto::totp;
use poolhouse_testkit::TestServer;
use poolhouse_text::base32;
use serde_json::json;

use super::{PASSWORD, SIGN_IN, Scene, alert, asked, between, claims, code_in, other_than, redeemed, title};

/// A pool whose users may have second factors, and Mara with those of `preference`, besides an authenticator app if `has_app`; the
/// app's seed.
async fn scene(preference: serde_json::Value, has_app: bool) -> (Scene, String, Vec<u8>) {
    let server = TestServer::new().await;
    let by_administrators = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    let pool = server
        .pool_with(json!({ "AccountRecoverySetting": by_administrators }))
        .await;
    let scene = Scene::of(server, pool).await;
    let client = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"] }))
        .await;
    let signed_in = scene
        .server
        .password_sign_in(&client, "mara", PASSWORD)
        .await
        .ok();
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let factors = json!({
        "UserPoolId": scene.pool,
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {},
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    scene.server.call("SetUserPoolMfaConfig", factors).await.ok();
    let mut seed = Vec::new();
    if has_app {
        let begun = scene
            .server
            .call("AssociateSoftwareToken", json!({ "AccessToken": token }))
            .await
            .ok();
        seed = base32::decode(begun["SecretCode"].as_str().unwrap()).unwrap();
        let code = now(&scene, &seed);
        let verified = json!({ "AccessToken": token, "UserCode": code });
        scene.server.call("VerifySoftwareToken", verified).await.ok();
        scene.server.clock().advance_seconds(30);
    }
    let mut preferred = preference;
    preferred["UserPoolId"] = json!(scene.pool);
    preferred["Username"] = json!("mara");
    scene
        .server
        .call("AdminSetUserMFAPreference", preferred)
        .await
        .ok();
    (scene, client, seed)
}

/// The app's code of this moment.
fn now(scene: &Scene, seed: &[u8]) -> String {
    let step = u64::try_from(scene.server.app().platform.now().seconds()).unwrap() / 30;
    totp::code(seed, step).to_string()
}

#[tokio::test]
async fn a_code_by_mail_is_asked_for_after_the_password() {
    let by_mail = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    let (scene, client, _) = scene(by_mail, false).await;
    let other = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    assert!(
        page.text.contains("We sent a code to m***@e***."),
        "{}",
        page.text
    );
    let mail = scene.server.mail_to("mara@example.com").await;
    let mut runs = mail.text.split(|c: char| !c.is_ascii_digit());
    let code = runs.find(|run| run.len() == 8).unwrap();
    let page = browser.answer(&page, &[("code", &other_than(code))]).await;
    assert_eq!(alert(&page), "That code isn’t right.");
    let led = browser.submit(&page, &[("code", code)]).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    // Another client goes by it: what it would ask for was proven.
    code_in(&browser.get(&asked(&other, "&prompt=none")).await);
}

#[tokio::test]
async fn whoever_has_several_factors_chooses_one() {
    let both =
        json!({ "EmailMfaSettings": { "Enabled": true }, "SoftwareTokenMfaSettings": { "Enabled": true } });
    let (scene, client, seed) = scene(both, true).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert_eq!(title(&page), "How do you want to confirm it’s you? – Poolhouse");
    assert!(
        page.text.contains("A code by email") && page.text.contains("A code from the app"),
        "{}",
        page.text
    );
    let page = browser.answer(&page, &[("mfa", "SOFTWARE_TOKEN_MFA")]).await;
    assert_eq!(
        title(&page),
        "Enter the code from your authenticator app – Poolhouse"
    );
    let code = now(&scene, &seed);
    let page = browser.answer(&page, &[("code", &other_than(&code))]).await;
    assert_eq!(alert(&page), "That code isn’t right.");
    let led = browser
        .submit(&page, &[("code", &format!("{} {}", &code[..3], &code[3..]))])
        .await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn three_wrong_codes_of_a_factor_end_the_sign_in() {
    let app = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    let (scene, client, seed) = scene(app, true).await;
    let mut browser = scene.browser();
    let mut page = browser.password(&client).await;
    let wrong = other_than(&now(&scene, &seed));
    for _ in 0..3 {
        page = browser.answer(&page, &[("code", &wrong)]).await;
    }
    let page = browser.answer(&page, &[("code", &now(&scene, &seed))]).await;
    assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
}

#[tokio::test]
async fn o_16_a_factor_that_was_switched_on_since_is_asked_for_in_a_browser_that_is_signed_in() {
    let none = json!({ "EmailMfaSettings": { "Enabled": false } });
    let (scene, client, _) = scene(none, false).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    code_in(&browser.get(&asked(&client, "&prompt=none")).await);
    let on = json!({
        "UserPoolId": scene.pool,
        "Username": "mara",
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    scene.server.call("AdminSetUserMFAPreference", on).await.ok();
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=interaction_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn whoever_has_no_factor_in_a_pool_that_asks_for_one_sets_up_an_app() {
    let none = json!({ "EmailMfaSettings": { "Enabled": false } });
    let (scene, client, _) = scene(none, false).await;
    let on = json!({
        "UserPoolId": scene.pool,
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    scene.server.call("SetUserPoolMfaConfig", on).await.ok();
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert_eq!(title(&page), "Set up your authenticator app – Poolhouse");
    assert!(
        page.text
            .contains("role=\"img\" aria-label=\"QR code of the key below\""),
        "{}",
        page.text
    );
    let shown = between(&page.text, "ph-seed\" dir=\"ltr\">", "</strong>").replace(' ', "");
    let seed = base32::decode(&shown).unwrap();
    let page = browser
        .answer(&page, &[("code", &other_than(&now(&scene, &seed)))])
        .await;
    assert_eq!(alert(&page), "That code isn’t right.");
    let led = browser.submit(&page, &[("code", &now(&scene, &seed))]).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(claims(&tokens["id_token"])["amr"], json!(["pwd", "otp", "mfa"]));
    // Its first code was a proof like any later one.
    code_in(&browser.get(&asked(&client, "&prompt=none")).await);
    // It is asked for from now on.
    let page = browser.visit(&asked(&client, "&prompt=login")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(
        title(&page),
        "Enter the code from your authenticator app – Poolhouse"
    );
}
