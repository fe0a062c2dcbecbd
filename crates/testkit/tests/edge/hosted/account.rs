//! Forgotten passwords and sign-ups on the pages.

use poolhouse_testkit::TestServer;
use serde_json::json;

use super::{PASSWORD, Scene, alert, asked, code_in, redeemed, title};

const NEW: &str = "Another-Horse-9!";

#[tokio::test]
async fn a_forgotten_password_is_changed_by_a_code_and_signs_nobody_in() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({ "GenerateSecret": true })).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("action", "forgot")])
        .await;
    assert_eq!(title(&page), "Reset your password – Poolhouse");
    let page = browser.answer(&page, &[("username", "mara")]).await;
    assert_eq!(title(&page), "Choose a new password – Poolhouse");
    let code = scene.code().await;
    let page = browser
        .answer(&page, &[("code", "000000x"), ("password", NEW), ("confirm", NEW)])
        .await;
    assert_eq!(alert(&page), "That code isn’t right.");
    let page = browser
        .answer(&page, &[("code", &code), ("password", NEW), ("confirm", "x")])
        .await;
    assert_eq!(alert(&page), "The two passwords differ.");
    let page = browser
        .answer(&page, &[("code", &code), ("password", NEW), ("confirm", NEW)])
        .await;
    assert!(page.text.contains("Your password was changed."), "{}", page.text);
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(
        alert(&page),
        "That name and password don’t match. Check both and try again."
    );
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", NEW)])
        .await;
    code_in(&led);
}

#[tokio::test]
async fn o_20_whoever_forgets_a_password_that_nobody_has_sees_the_same_pages() {
    let scene = Scene::with_passwords().await;
    let client = scene
        .client(json!({ "PreventUserExistenceErrors": "LEGACY" }))
        .await;
    let mut seen = Vec::new();
    for name in ["mara", "nobody"] {
        let mut browser = scene.browser();
        let page = browser.visit(&asked(&client, "")).await;
        let page = browser
            .answer(&page, &[("username", name), ("action", "forgot")])
            .await;
        let page = browser.answer(&page, &[("username", name)]).await;
        let sent = page.text.contains("We sent you a code.");
        let wrong = browser
            .answer(&page, &[("code", "12345x"), ("password", NEW), ("confirm", NEW)])
            .await;
        seen.push((
            page.status,
            title(&page).to_owned(),
            sent,
            alert(&wrong).to_owned(),
        ));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].2);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn people_sign_up_confirm_it_and_sign_in() {
    let server = TestServer::new().await;
    let pool = server
        .pool_with(json!({ "AutoVerifiedAttributes": ["email"] }))
        .await;
    let scene = Scene::of(server, pool).await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let page = browser.answer(&page, &[("action", "signUp")]).await;
    assert_eq!(title(&page), "Create an account – Poolhouse");
    let typed = |name| {
        [
            ("username", name),
            ("password", NEW),
            ("confirm", NEW),
            ("attr.email", "ada@example.com"),
        ]
    };
    let page = browser.answer(&page, &typed("mara")).await;
    assert_eq!(alert(&page), "That name is taken.");
    // Nobody types an address twice; a password is never in a page.
    assert!(page.text.contains("value=\"ada@example.com\""), "{}", page.text);
    assert!(!page.text.contains(NEW), "{}", page.text);
    let page = browser.answer(&page, &typed("ada")).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    let page = browser.answer(&page, &[("code", "12345x")]).await;
    assert_eq!(alert(&page), "That code isn’t right.");
    let code = scene.server.code_to("ada@example.com").await;
    let page = browser.answer(&page, &[("code", &code)]).await;
    assert!(
        page.text.contains("Your registration is confirmed."),
        "{}",
        page.text
    );
    let led = browser
        .submit(&page, &[("username", "ada"), ("password", NEW)])
        .await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn what_a_pool_leaves_to_administrators_is_not_on_its_pages() {
    let server = TestServer::new().await;
    let pool = server
        .pool_with(json!({
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] },
        }))
        .await;
    let scene = Scene::of(server, pool).await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    assert!(!page.text.contains("name=\"action\""), "{}", page.text);
    for action in ["forgot", "signUp"] {
        let page = browser.visit(&asked(&client, "")).await;
        let led = browser
            .answer(&page, &[("username", "mara"), ("action", action)])
            .await;
        assert_eq!(title(&led), "Sign in – Poolhouse");
    }
}

#[tokio::test]
async fn no_page_tells_who_exists_even_where_the_client_may_know_it() {
    let scene = Scene::with_passwords().await;
    let client = scene
        .client(json!({ "PreventUserExistenceErrors": "LEGACY" }))
        .await;
    scene.server.ignore_mail();
    let mut seen = Vec::new();
    for name in ["mara", "nobody"] {
        let mut browser = scene.browser();
        let page = browser.visit(&asked(&client, "")).await;
        let page = browser.answer(&page, &[("action", "forgot")]).await;
        let mut page = browser.answer(&page, &[("username", name)]).await;
        let mut said = vec![title(&page).to_owned()];
        // As often as the limit of both allows, and once more.
        for _ in 0..6 {
            page = browser.answer(&page, &[("action", "resend")]).await;
            said.push(format!(
                "{} {}",
                alert(&page),
                page.text.contains("We sent the code again.")
            ));
        }
        let typed = [("code", "000000"), ("password", NEW), ("confirm", NEW)];
        for _ in 0..2 {
            page = browser.answer(&page, &typed).await;
            said.push(alert(&page).to_owned());
        }
        seen.push(said);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        seen[0][6],
        "Too many attempts. Wait a while, then try again. false"
    );
}
