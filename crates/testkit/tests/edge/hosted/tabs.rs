//! Several tabs of a browser, several clients in it, and what it is trusted for.

use poolhouse_testkit::{Answer, TestServer};
use serde_json::json;

use super::{Browser, PASSWORD, SIGN_IN, Scene, alert, asked, claims, code_in, other_than, redeemed, title};

/// What a client has asked for in another tab.
fn asked_again(client: &str) -> String {
    asked(client, "").replace("state=s%201", "state=second")
}

/// Name and password in a tab of its own.
async fn tab(browser: &mut Browser<'_>, path: &str) -> Answer {
    let page = browser.visit(path).await;
    browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await
}

#[tokio::test]
async fn a_second_tab_shows_the_first_ones_challenge_and_either_may_answer() {
    for first_answers in [true, false] {
        let scene = Scene::with_code().await;
        let client = scene.client(json!({})).await;
        let mut browser = scene.browser();
        let first = tab(&mut browser, &asked(&client, "")).await;
        let code = scene.code().await;
        let second = tab(&mut browser, &asked_again(&client)).await;
        assert_eq!(title(&second), "Check your email – Poolhouse");
        scene.server.deliver_mail().await;
        assert_eq!(scene.server.unread_mails(), 0, "one mail for both");
        // One count of attempts.
        let wrong = browser.answer(&second, &[("code", &other_than(&code))]).await;
        assert_eq!(alert(&wrong), "That code isn’t right. 2 tries left.");
        let stale = browser.answer(&first, &[("code", &code)]).await;
        assert_eq!(alert(&stale), "That page was out of date.");
        let (winner, loser, states) = match first_answers {
            true => (&stale, &wrong, ["s%201", "second"]),
            false => (&wrong, &stale, ["second", "s%201"]),
        };
        let led = browser.submit(winner, &[("code", &code)]).await;
        assert!(
            led.header("location").contains(&format!("state={}", states[0])),
            "{}",
            led.header("location")
        );
        redeemed(&mut browser, &client, &code_in(&led)).await.ok();
        // The other is led to its own client, by the same sign-in.
        let led = browser.submit(loser, &[("code", "")]).await;
        assert!(
            led.header("location").contains(&format!("state={}", states[1])),
            "{}",
            led.header("location")
        );
        redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    }
}

#[tokio::test]
async fn a_second_tab_joins_nobody_elses_challenge() {
    let scene = Scene::with_code().await;
    scene.server.ignore_mail();
    let (client, other) = (scene.client(json!({})).await, scene.client(json!({})).await);
    let mut browser = scene.browser();
    tab(&mut browser, &asked(&client, "")).await;
    let code = scene.code().await;
    // Of another client, in another browser, with a wrong password: each a challenge of its own, or none.
    let page = tab(&mut browser, &asked(&other, "")).await;
    let page = browser.answer(&page, &[("code", &code)]).await;
    assert!(!alert(&page).is_empty(), "{}", page.text);
    let mut stranger = scene.browser();
    let page = tab(&mut stranger, &asked(&client, "")).await;
    let page = stranger.answer(&page, &[("code", &code)]).await;
    assert!(!alert(&page).is_empty(), "{}", page.text);
    let page = browser.visit(&asked(&client, "")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", "wrong")])
        .await;
    assert!(title(&page).starts_with(SIGN_IN));
}

#[tokio::test]
async fn a_tab_does_not_follow_the_other_to_another_person() {
    let scene = Scene::with_code().await;
    scene.server.ignore_mail();
    scene.server.user(&scene.pool, "ada", PASSWORD).await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let first = tab(&mut browser, &asked(&client, "")).await;
    let second = tab(&mut browser, &asked_again(&client)).await;
    let page = browser.answer(&first, &[("action", "another")]).await;
    assert!(page.text.contains("id=\"username\"") && !page.text.contains("value=\"mara\""));
    browser
        .answer(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    let code = scene.server.code_to("ada@example.com").await;
    let page = browser.answer(&second, &[("code", &code)]).await;
    assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
}

#[tokio::test]
async fn two_clients_in_one_browser_get_what_each_has_asked_for() {
    let scene = Scene::with_code().await;
    let clients = [scene.client(json!({})).await, scene.client(json!({})).await];
    let mut browser = scene.browser();
    let mut codes = Vec::new();
    for client in &clients {
        let page = tab(&mut browser, &asked(client, "&prompt=login")).await;
        let code = scene.code().await;
        codes.push(code_in(&browser.submit(&page, &[("code", &code)]).await));
    }
    // The second sign-in has taken the place of the first one's session, not of its code.
    for (client, code) in clients.iter().zip(&codes) {
        redeemed(&mut browser, client, code).await.ok();
    }
    let places = browser
        .cookies
        .keys()
        .filter(|name| name.starts_with("__Host-ph-p-"));
    assert_eq!(places.count(), 2);
}

#[tokio::test]
async fn a_code_of_a_session_that_was_replaced_ends_with_the_one_that_replaced_it() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let mut codes = Vec::new();
    for _ in 0..2 {
        let page = tab(&mut browser, &asked(&client, "&prompt=login")).await;
        let code = scene.code().await;
        codes.push(code_in(&browser.submit(&page, &[("code", &code)]).await));
    }
    let out = format!("/d/acme/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fbye");
    assert_eq!(browser.get(&out).await.status, 302);
    for code in &codes {
        assert_eq!(redeemed(&mut browser, &client, code).await.status, 400);
    }
}

/// A server whose functions offer to trust a browser for so many days.
async fn trusting(days: u16) -> (Scene, String) {
    let server = TestServer::with(|settings| settings.confirm.trusted_device_days = days).await;
    let pool = server.confirm_pool().await;
    let scene = Scene::of(server, pool).await;
    let client = scene.client(json!({})).await;
    (scene, client)
}

#[tokio::test]
async fn a_browser_is_trusted_only_if_its_person_asks_for_it() {
    for asks in [false, true] {
        let (scene, client) = trusting(30).await;
        scene.server.ignore_mail();
        let mut browser = scene.browser();
        let page = browser.password(&client).await;
        assert!(
            page.text.contains("Remember this device for 30 days"),
            "{}",
            page.text
        );
        let code = scene.code().await;
        let mut fields = vec![("code", code.as_str())];
        fields.extend(asks.then_some(("remember", "yes")));
        code_in(&browser.submit(&page, &fields).await);
        let page = browser.visit(&asked(&client, "&prompt=login")).await;
        let led = browser
            .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
            .await;
        if asks {
            redeemed(&mut browser, &client, &code_in(&led)).await.ok();
        } else {
            assert!(
                led.header("location").starts_with("/d/acme/challenge"),
                "{}",
                led.header("location")
            );
        }
    }
}

#[tokio::test]
async fn trust_is_of_a_client_and_a_user_and_ends_when_another_account_is_asked_for() {
    let (scene, client) = trusting(30).await;
    scene.server.ignore_mail();
    scene.server.user(&scene.pool, "ada", PASSWORD).await;
    let other = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let code = scene.code().await;
    code_in(
        &browser
            .submit(&page, &[("code", &code), ("remember", "yes")])
            .await,
    );
    // Another client has a code of its own, and takes nothing away.
    let page = tab(&mut browser, &asked(&other, "&prompt=login")).await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    // Ada's sign-in in this browser needs a code, and giving it up does not cost Mara her trust.
    let page = browser.visit(&asked(&client, "&prompt=login")).await;
    let page = browser
        .answer(&page, &[("username", "ada"), ("password", PASSWORD)])
        .await;
    assert_eq!(title(&page), "Check your email – Poolhouse");
    let page = browser.answer(&page, &[("action", "another")]).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(claims(&tokens["id_token"])["cognito:username"], "mara");
}

#[tokio::test]
async fn another_account_takes_the_trust_of_the_one_that_was_typed() {
    let (scene, client) = trusting(30).await;
    scene.server.ignore_mail();
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let code = scene.code().await;
    code_in(&browser.submit(&page, &[("code", &code)]).await);
    let has_place = |browser: &Browser<'_>| {
        browser
            .cookies
            .keys()
            .any(|name| name.starts_with("__Host-ph-p-"))
    };
    let page = tab(&mut browser, &asked(&client, "&prompt=login")).await;
    assert!(has_place(&browser));
    browser.answer(&page, &[("action", "another")]).await;
    assert!(!has_place(&browser));
}

#[tokio::test]
async fn somebody_who_is_signed_in_and_comes_to_the_page_itself_is_asked_who_shall_go_on() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let direct = asked(&client, "").replace("/oauth2/authorize", "/login");
    let page = browser.visit(&direct).await;
    assert!(title(&page).starts_with(SIGN_IN), "{}", page.text);
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    let page = browser.get(&direct).await;
    assert!(page.text.contains("Continue as m***@e***"), "{}", page.text);
    let links: Vec<String> = page
        .text
        .split("href=\"/d/acme/oauth2")
        .skip(1)
        .map(|rest| {
            format!("/d/acme/oauth2{}", rest.split('"').next().unwrap())
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        })
        .collect();
    code_in(&browser.get(&links[0]).await);
    assert!(title(&browser.visit(&links[1]).await).starts_with(SIGN_IN));
    // An app's own request is answered without a page.
    code_in(&browser.get(&asked(&client, "")).await);
}
