//! The links to terms of use and privacy policy on the page of a sign-up.

use poolhouse_testkit::Answer;
use serde_json::{Value, json};

use super::{Browser, Scene, asked, title};

/// A server whose client has these documents.
async fn scene(documents: &[(&str, Value)]) -> (Scene, String) {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    for (name, links) in documents {
        let terms = json!({
            "UserPoolId": scene.pool,
            "ClientId": client,
            "TermsName": name,
            "TermsSource": "LINK",
            "Enforcement": "NONE",
            "Links": links,
        });
        scene.server.call("CreateTerms", terms).await.ok();
    }
    (scene, client)
}

fn of_use() -> (&'static str, Value) {
    let links = json!({ "cognito:default": "https://acme.example/terms", "cognito:german": "https://acme.example/agb?a=1&b=2" });
    ("terms-of-use", links)
}

fn privacy() -> (&'static str, Value) {
    (
        "privacy-policy",
        json!({ "cognito:default": "https://acme.example/privacy" }),
    )
}

/// The page of a sign-up in a language.
async fn sign_up(browser: &mut Browser<'_>, client: &str, language: &str) -> Answer {
    let page = browser.visit(&asked(client, &format!("&lang={language}"))).await;
    let page = browser.answer(&page, &[("action", "signUp")]).await;
    assert!(page.text.contains("data-page=\"sign_up\""), "{}", page.text);
    page
}

/// The links of a page to other sites, by what is read.
fn links(page: &Answer) -> Vec<(String, String)> {
    let found = page.text.split("<a ").skip(1).map(|link| {
        let (tag, rest) = link.split_once('>').unwrap();
        let (_, href) = tag.split_once("href=\"").unwrap();
        let words = rest.split_once('<').unwrap().0;
        (words.to_owned(), href.split_once('"').unwrap().0.to_owned())
    });
    found.collect()
}

fn as_read(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected
        .iter()
        .map(|(words, link)| ((*words).to_owned(), (*link).to_owned()));
    owned.collect()
}

#[tokio::test]
async fn a_sign_up_links_to_terms_and_privacy_in_the_language_of_the_page_or_by_default() {
    let (scene, client) = scene(&[of_use(), privacy()]).await;
    let (terms, policy) = ("https://acme.example/terms", "https://acme.example/privacy");
    for (language, expected) in [
        ("en", [("Terms of use", terms), ("Privacy policy", policy)]),
        (
            "de",
            [
                ("Nutzungsbedingungen", "https://acme.example/agb?a=1&#38;b=2"),
                ("Datenschutzerklärung", policy),
            ],
        ),
        (
            "pl",
            [("Warunki użytkowania", terms), ("Polityka prywatności", policy)],
        ),
    ] {
        let mut browser = scene.browser();
        let page = sign_up(&mut browser, &client, language).await;
        assert_eq!(links(&page), as_read(&expected));
        // What was typed stays where it is.
        assert_eq!(
            page.text
                .matches("target=\"_blank\" rel=\"noopener noreferrer\"")
                .count(),
            2
        );
    }
    // They are on no other page.
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    assert_eq!(title(&page), "Sign in – Poolhouse");
    assert_eq!(links(&page), []);
}

#[tokio::test]
async fn a_sign_up_shows_both_documents_or_none() {
    for documents in [vec![], vec![of_use()], vec![privacy()]] {
        let (scene, client) = scene(&documents).await;
        let page = sign_up(&mut scene.browser(), &client, "en").await;
        assert_eq!(links(&page), [], "{documents:?}");
    }
    // Those of another client are not this one's.
    let (scene, _) = scene(&[of_use(), privacy()]).await;
    let other = scene.client(json!({})).await;
    assert_eq!(links(&sign_up(&mut scene.browser(), &other, "en").await), []);
}

#[tokio::test]
async fn a_sign_up_that_is_refused_has_its_links_still() {
    let (scene, client) = scene(&[of_use(), privacy()]).await;
    let mut browser = scene.browser();
    let page = sign_up(&mut browser, &client, "en").await;
    let typed = [("username", "mara"), ("password", "x"), ("confirm", "y")];
    let page = browser.answer(&page, &typed).await;
    assert_eq!(title(&page), "Create an account – Poolhouse");
    assert_eq!(links(&page).len(), 2, "{}", page.text);
}
