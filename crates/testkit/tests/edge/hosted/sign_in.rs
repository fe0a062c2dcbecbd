//! Steps of a sign-in, one after the other.

use axum::http::Request;
use serde_json::json;

use super::{PASSWORD, SIGN_IN, Scene, alert, asked, code_in, encoded, other_than, redeemed, title};

#[tokio::test]
async fn password_and_mailed_code_on_the_pages_give_tokens_to_the_client() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    assert_eq!((page.status, title(&page)), (200, "Sign in – Poolhouse"));
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    assert!(page.text.contains("m***@e***"), "{}", page.text);
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    assert_eq!(led.status, 303);
    let location = led.header("location").to_owned();
    assert!(location.contains("&state=s%201&iss="), "{location}");
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    for name in ["id_token", "access_token", "refresh_token"] {
        assert!(tokens[name].is_string(), "{name}");
    }
}

#[tokio::test]
async fn a_pool_without_functions_signs_in_by_the_password_alone() {
    let scene = Scene::with_passwords().await;
    let client = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] }))
        .await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn d2_three_wrong_codes_on_a_page_end_the_sign_in() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let mut page = browser.password(&client).await;
    let wrong = other_than(&scene.code().await);
    for left in ["2 tries left.", "1 try left."] {
        page = browser.answer(&page, &[("code", &wrong)]).await;
        assert_eq!(alert(&page), format!("That code isn’t right. {left}"));
    }
    page = browser.answer(&page, &[("code", &wrong)]).await;
    assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
    assert_eq!(
        alert(&page),
        "Too many wrong codes. Sign in again to get a new one."
    );
    scene.server.ignore_mail();
}

#[tokio::test]
async fn r2_a_mail_is_sent_again_after_the_wait_and_is_no_attempt() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let first = scene.code().await;
    let page = browser.answer(&page, &[("code", ""), ("action", "resend")]).await;
    assert!(page.text.contains("We sent it a moment ago."), "{}", page.text);
    scene.server.clock().advance_seconds(30);
    let page = browser.answer(&page, &[("code", ""), ("action", "resend")]).await;
    assert!(page.text.contains("We sent the code again."), "{}", page.text);
    assert_eq!(scene.code().await, first);
    let led = browser.submit(&page, &[("code", &first)]).await;
    code_in(&led);
}

#[tokio::test]
async fn an_empty_code_is_no_attempt() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let mut page = browser.password(&client).await;
    for _ in 0..4 {
        page = browser.answer(&page, &[("code", " ")]).await;
        assert_eq!(alert(&page), "Enter all 6 digits.");
    }
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
}

#[tokio::test]
async fn a_pool_that_needs_a_code_gives_none_to_a_client_without_the_flow() {
    let scene = Scene::with_code().await;
    let client = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }))
        .await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert!(title(&page).starts_with(SIGN_IN));
    assert_eq!(
        alert(&page),
        "This account needs a step that isn’t available here. Ask your administrator."
    );
}

#[tokio::test]
async fn a_script_that_was_written_for_the_service_signs_in() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let query = asked(&client, "").split_once('?').unwrap().1.to_owned();
    let page = browser.visit(&format!("/d/acme/login?{query}")).await;
    assert_eq!(page.status, 200);
    let csrf = browser.cookies["XSRF-TOKEN"].clone();
    let body = format!(
        "_csrf={csrf}&username=mara&password={}&cognitoAsfData=",
        encoded(PASSWORD)
    );
    let request = Request::post(format!("/d/acme/login?{query}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let led = browser.send(request, body).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn a_temporary_password_is_changed_and_counts_once_the_code_is_right() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let temporary = json!({
        "UserPoolId": scene.pool,
        "Username": "mara",
        "Password": "Temporary-1!",
        "Permanent": false,
    });
    scene.server.call("AdminSetUserPassword", temporary).await.ok();
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", "Temporary-1!")])
        .await;
    assert_eq!(title(&page), "Choose a new password – Poolhouse");
    let page = browser
        .answer(&page, &[("password", "Another-Horse-9!"), ("confirm", "Other")])
        .await;
    assert_eq!(alert(&page), "The two passwords differ.");
    let page = browser
        .answer(&page, &[("password", "short"), ("confirm", "short")])
        .await;
    assert_eq!(
        alert(&page),
        "This password doesn’t meet the rules. Choose another."
    );
    let page = browser
        .answer(
            &page,
            &[("password", "Another-Horse-9!"), ("confirm", "Another-Horse-9!")],
        )
        .await;
    assert!(
        page.text
            .contains("Your new password counts once the code is confirmed."),
        "{}",
        page.text
    );
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}

#[tokio::test]
async fn what_people_read_is_in_their_language() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "&lang=de")).await;
    assert_eq!(title(&page), "Anmelden – Poolhouse");
    assert_eq!(browser.cookies["lang"], "de");
    let page = browser.visit(&asked(&client, "")).await;
    assert_eq!(title(&page), "Anmelden – Poolhouse");
    let page = browser.visit(&asked(&client, "&ui_locales=xx%20he")).await;
    assert!(
        page.text.contains("<html lang=\"he\" dir=\"rtl\">"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn oidcc_login_hint_is_the_name_that_the_page_begins_with() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let page = scene
        .browser()
        .visit(&asked(&client, "&login_hint=mara%22%3E"))
        .await;
    assert!(page.text.contains("value=\"mara&#34;&#62;\""), "{}", page.text);
}

#[tokio::test]
async fn oidcc_ensure_post_request_succeeds_as_a_get_would() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let body = asked(&client, "").split_once('?').unwrap().1.to_owned();
    let request = Request::post("/d/acme/oauth2/authorize?state=other")
        .header("origin", "https://app.example")
        .header("content-type", "application/x-www-form-urlencoded");
    let led = browser.send(request, body.clone()).await;
    assert_eq!(
        (led.status, led.header("location")),
        (303, &*format!("/d/acme/oauth2/authorize?{body}"))
    );
    assert_eq!(
        title(&browser.visit(led.header("location")).await),
        "Sign in – Poolhouse"
    );
}
