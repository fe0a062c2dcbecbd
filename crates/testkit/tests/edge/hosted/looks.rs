//! How an app client wants its pages to look.

use serde_json::{Value, json};

use super::{Scene, asked, between, title};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
const SVG: &str =
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD48L3N2Zz4=";

/// What the page of this client loads beside what all pages do, by path, and each file with its type.
async fn loads(scene: &Scene, client: &str) -> (String, Vec<(String, String, String)>) {
    // A look is taken for what it was for a second.
    scene.server.clock().advance_seconds(1);
    let page = scene.browser().visit(&asked(client, "")).await;
    assert!(title(&page).starts_with("Sign in"), "{}", page.text);
    let mut files = Vec::new();
    for rest in page.text.split("\"/d/acme/_look/").skip(1) {
        let path = format!("/d/acme/_look/{}", rest.split('"').next().unwrap());
        let file = scene.server.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(
            file.header("content-security-policy"),
            "sandbox; default-src 'none'"
        );
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        files.push((path, file.header("content-type").to_owned(), file.text));
    }
    (page.text, files)
}

async fn set(scene: &Scene, members: Value) {
    let mut body = members;
    body["UserPoolId"] = json!(scene.pool);
    scene.server.call("SetUICustomization", body).await.ok();
}

#[tokio::test]
async fn the_classic_pages_have_the_look_of_the_client_or_else_of_the_pool() {
    let scene = Scene::with_passwords().await;
    let (one, two) = (scene.client(json!({})).await, scene.client(json!({})).await);
    assert_eq!(loads(&scene, &one).await.1, []);
    let css = |colour: &str| format!(".submitButton-customizable {{ background-color: {colour}; }}");
    set(&scene, json!({ "CSS": css("#123456"), "ImageFile": PNG })).await;
    set(&scene, json!({ "CSS": css("#654321"), "ClientId": two })).await;
    let (page, files) = loads(&scene, &one).await;
    let types: Vec<&str> = files
        .iter()
        .map(|(_, content_type, _)| content_type.as_str())
        .collect();
    assert_eq!(types, ["text/css; charset=utf-8", "image/png"]);
    assert!(
        files[0].2.contains("{background-color: #123456;}"),
        "{}",
        files[0].2
    );
    assert!(page.contains("class=\"ph-logo logo-customizable\""), "{page}");
    // The classic pages are light, and so is a sheet that was written for them.
    assert!(
        page.contains("<body class=\"background-customizable ph-is-light\">"),
        "{page}"
    );
    let (page, files) = loads(&scene, &two).await;
    assert_eq!(files.len(), 1);
    assert!(files[0].2.contains("{background-color: #654321;}"));
    assert!(page.contains("class=\"ph-app\"") && !page.contains("<img"));
    // What there is not is not served, nor another's under this name.
    let name = files[0].0.rsplit('/').next().unwrap();
    for path in [
        format!("/d/acme/_look/{one}/{name}"),
        format!("/d/acme/_look/{one}/x.png"),
    ] {
        assert_eq!(scene.server.get(&path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn managed_login_has_the_style_of_the_client_as_far_as_it_can_be_read() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let domain = json!({ "UserPoolId": scene.pool, "Domain": "acme", "ManagedLoginVersion": 2 });
    scene.server.call("UpdateUserPoolDomain", domain).await.ok();
    // The look of the classic pages is not for these.
    set(
        &scene,
        json!({ "CSS": ".label-customizable { color: #123456; }" }),
    )
    .await;
    assert_eq!(loads(&scene, &client).await.1, []);
    let style = json!({
        "UserPoolId": scene.pool,
        "ClientId": client,
        "Settings": {
            "categories": { "global": { "colorSchemeMode": "DARK" } },
            "components": {
                "primaryButton": { "darkMode": { "defaults": { "backgroundColor": "ffb0e0ff", "textColor": "000000ff" } } },
                "pageText": { "darkMode": { "headingColor": "101010ff" } },
            },
        },
        "Assets": [{ "Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "SVG", "Bytes": SVG }],
    });
    let made = scene.server.call("CreateManagedLoginBranding", style).await.ok();
    let (page, files) = loads(&scene, &client).await;
    let types: Vec<&str> = files
        .iter()
        .map(|(_, content_type, _)| content_type.as_str())
        .collect();
    assert_eq!(types, ["text/css; charset=utf-8", "image/svg+xml"]);
    assert!(
        files[0].2.contains("--si-primary:light-dark(#0b6468,#ffb0e0);"),
        "{}",
        files[0].2
    );
    // Almost black on almost black is left as it is without a style.
    assert!(!files[0].2.contains("--si-text"), "{}", files[0].2);
    assert!(
        page.contains("<body class=\"background-customizable ph-is-dark\">"),
        "{page}"
    );
    let id = between(&made.to_string(), "\"ManagedLoginBrandingId\":\"", "\"").to_owned();
    let off = json!({
        "UserPoolId": scene.pool,
        "ManagedLoginBrandingId": id,
        "Settings": { "components": { "form": { "logo": { "enabled": false } } } },
    });
    scene.server.call("UpdateManagedLoginBranding", off).await.ok();
    let (page, _) = loads(&scene, &client).await;
    assert!(!page.contains("<img"), "{page}");
}
