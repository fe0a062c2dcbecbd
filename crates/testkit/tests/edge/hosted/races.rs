//! Forms of one page, many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::Answer;
use serde_json::json;
use tokio::task::JoinSet;

use super::{CALLBACK, Scene, alert, encoded, hidden, other_than};

/// Sends the form of a code page 64 times at once, and returns where each was led.
async fn at_once(scene: &Arc<Scene>, cookies: &str, page: &Answer, code: &str) -> Vec<String> {
    let body = format!(
        "tx={}&seq={}&_csrf={}&code={}",
        hidden(page, "tx"),
        hidden(page, "seq"),
        hidden(page, "_csrf"),
        encoded(code)
    );
    let mut forms = JoinSet::new();
    for _ in 0..64 {
        let (scene, body, cookies) = (scene.clone(), body.clone(), cookies.to_owned());
        forms.spawn(async move {
            let request = Request::post("/d/acme/challenge?client_id=x")
                .header("host", "127.0.0.1:9229")
                .header("cookie", cookies)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(body))
                .unwrap();
            let answer = scene.server.raw(request).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
            answer.header("location").to_owned()
        });
    }
    forms.join_all().await
}

fn line(browser: &super::Browser<'_>) -> String {
    let pairs: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

#[tokio::test]
async fn of_64_right_codes_at_once_one_gives_a_code_to_the_client() {
    let scene = Arc::new(Scene::with_code().await);
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let led = at_once(&scene, &line(&browser), &page, &scene.code().await).await;
    let granted: BTreeSet<&String> = led
        .iter()
        .filter(|location| location.starts_with(CALLBACK))
        .collect();
    assert_eq!(granted.len(), 1, "{led:?}");
}

#[tokio::test]
async fn o_18_of_64_wrong_codes_at_once_one_is_judged() {
    let scene = Arc::new(Scene::with_code().await);
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let wrong = other_than(&scene.code().await);
    let led = at_once(&scene, &line(&browser), &page, &wrong).await;
    assert!(
        led.iter().all(|location| location.starts_with("/d/acme/")),
        "{led:?}"
    );
    let page = browser
        .visit(&format!("/d/acme/challenge?tx={}", hidden(&page, "tx")))
        .await;
    assert_eq!(alert(&page), "That code isn’t right. 2 tries left.");
}
