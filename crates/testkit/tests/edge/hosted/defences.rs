//! What strangers, old pages and broken browsers come to.

use axum::http::Request;
use serde_json::json;

use super::{Browser, PASSWORD, Scene, alert, asked, between, code_in, hidden, other_than, title};

#[tokio::test]
async fn a_wrong_password_and_a_name_that_nobody_has_get_the_same_page() {
    let scene = Scene::with_code().await;
    let client = scene
        .client(json!({ "PreventUserExistenceErrors": "LEGACY" }))
        .await;
    let mut said = Vec::new();
    for (name, password) in [("mara", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD)] {
        let mut browser = scene.browser();
        let page = browser.visit(&asked(&client, "")).await;
        let page = browser
            .answer(&page, &[("username", name), ("password", password)])
            .await;
        assert!(
            page.text.contains(&format!("value=\"{name}\"")),
            "the name is kept"
        );
        said.push((page.status, title(&page).to_owned(), alert(&page).to_owned()));
    }
    let sentence = "That name and password don’t match. Check both and try again.";
    let expected = (200, "Sign in – Poolhouse".to_owned(), sentence.to_owned());
    assert_eq!(said, vec![expected; 3]);
}

#[tokio::test]
async fn wrong_passwords_on_a_page_lock_the_name_for_the_api_too() {
    let scene = Scene::with_passwords().await;
    let client = scene
        .client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] }))
        .await;
    let mut browser = scene.browser();
    let mut page = browser.visit(&asked(&client, "")).await;
    for _ in 0..5 {
        page = browser
            .answer(&page, &[("username", "mara"), ("password", "wrong")])
            .await;
    }
    scene
        .server
        .password_sign_in(&client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", "Password attempts exceeded");
    page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(alert(&page), "Too many attempts. Wait a while, then try again.");
}

#[tokio::test]
async fn o_21_a_form_that_is_out_of_date_evaluates_nothing() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let first = browser.visit(&asked(&client, "")).await;
    let page = browser
        .answer(&first, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    let code = scene.code().await;
    // Back, and the password again: no second mail, and the code page is still there.
    let back = browser
        .answer(&first, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(title(&back), title(&page));
    assert_eq!(alert(&back), "That page was out of date.");
    let wrong = other_than(&code);
    for _ in 0..4 {
        browser.answer(&first, &[("code", &wrong)]).await;
    }
    let led = browser.submit(&back, &[("code", &code)]).await;
    let granted = code_in(&led);
    // A second click is led where the first one was.
    assert_eq!(code_in(&browser.submit(&back, &[("code", &code)]).await), granted);
}

#[tokio::test]
async fn whoever_comes_to_a_page_whose_time_is_over_begins_again_and_is_told_so() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    assert_eq!(alert(&page), "");
    scene.code().await;
    let handle = hidden(&page, "tx");
    scene.server.clock().advance_seconds(901);
    let sent = browser.answer(&page, &[("code", "123456")]).await;
    let query = asked(&client, "");
    let query = query.split_once('?').unwrap().1;
    let reloaded = browser
        .visit(&format!("/d/acme/challenge?tx={handle}&{query}"))
        .await;
    for begun in [sent, reloaded] {
        assert!(title(&begun).starts_with("Sign in – "), "{}", begun.text);
        assert_eq!(alert(&begun), "That page was out of date.");
    }
    // Whoever comes from the app has no page that could be.
    assert_eq!(alert(&browser.visit(&asked(&client, "")).await), "");
}

#[tokio::test]
async fn o_13_a_transaction_is_of_no_use_in_another_browser() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let (mut attacker, mut victim) = (scene.browser(), scene.browser());
    let page = attacker.password(&client).await;
    let own = victim.visit(&asked(&client, "")).await;
    let body = format!(
        "tx={}&seq={}&_csrf={}&code={}",
        hidden(&page, "tx"),
        hidden(&page, "seq"),
        hidden(&own, "_csrf"),
        scene.code().await
    );
    let request = Request::post("/d/acme/challenge?client_id=x")
        .header("content-type", "application/x-www-form-urlencoded");
    let led = victim.send(request, body).await;
    assert_eq!(
        led.header("location"),
        "/d/acme/oauth2/authorize?again=1&stale=1&client_id=x"
    );
}

#[tokio::test]
async fn o_12_forms_of_other_origins_change_nothing() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let typed = [("username", "mara"), ("password", PASSWORD)];
    for headers in [
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("sec-fetch-site", "cross-site")],
        [("cookie2", "")],
    ] {
        let mut browser = Browser {
            server: &scene.server,
            cookies: browser.cookies.clone(),
        };
        if headers[0].0 == "cookie2" {
            browser.cookies.insert("XSRF-TOKEN".to_owned(), "b".repeat(43));
        }
        let led = browser.submit_with(&page, &typed, &headers).await;
        assert_eq!(led.status, 403, "{headers:?}");
    }
    // Nothing was evaluated, and the page is as good as before.
    let page = browser.answer(&page, &typed).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    scene.server.ignore_mail();
}

#[tokio::test]
async fn pages_are_framed_kept_and_left_by_nobody() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.ends_with("form-action 'self' https://app.example"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'; "), "{policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("content-type", "text/html;charset=UTF-8"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    for name in ["stylesheet\" href", "script src"] {
        let path = between(&page.text, &format!("{name}=\""), "\"").to_owned();
        let file = browser.get(&path).await;
        assert_eq!(
            (file.status, file.header("cache-control")),
            (200, "public, max-age=31536000, immutable")
        );
    }
}

#[tokio::test]
async fn a_request_that_may_be_sent_nowhere_is_shown_as_a_page() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let evil = asked(&client, "").replace("app.example", "evil.example");
    let page = browser.visit(&evil).await;
    assert_eq!(page.status, 400);
    assert!(
        page.text.contains("redirect_mismatch") && !page.text.contains("evil"),
        "{}",
        page.text
    );
    let page = browser.visit("/d/acme/login").await;
    assert_eq!(page.status, 400);
}

#[tokio::test]
async fn a_browser_without_cookies_is_told_so_and_not_sent_in_circles() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut path = asked(&client, "");
    for _ in 0..5 {
        let mut browser = scene.browser();
        let answer = browser.get(&path).await;
        path = answer.header("location").to_owned();
        if path.is_empty() {
            assert_eq!(answer.status, 400);
            assert!(
                answer.text.contains("This page needs cookies."),
                "{}",
                answer.text
            );
            return;
        }
    }
    panic!("{path}");
}

#[tokio::test]
async fn l1_a_strangers_wrong_passwords_do_not_keep_the_owners_browser_out() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let (mut owner, mut stranger) = (scene.browser(), scene.browser());
    let page = owner.password(&client).await;
    let led = owner.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
    let mut page = stranger.visit(&asked(&client, "")).await;
    for _ in 0..5 {
        page = stranger
            .answer(&page, &[("username", "mara"), ("password", "wrong")])
            .await;
    }
    page = stranger
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(alert(&page), "Too many attempts. Wait a while, then try again.");
    let page = owner.visit(&asked(&client, "&prompt=login")).await;
    let page = owner
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    let led = owner.submit(&page, &[("code", &scene.code().await)]).await;
    code_in(&led);
}
