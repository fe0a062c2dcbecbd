//! How much of the pages an address gets, and everybody at a pool.

use poolhouse_pool::base::hosted::PageLimits;
use poolhouse_testkit::TestServer;
use serde_json::json;

use super::{PASSWORD, Scene, asked, code_in, title};

async fn scene(limits: PageLimits) -> Scene {
    let server = TestServer::with(|settings| settings.hosted.limits = limits).await;
    let pool = server.pool().await;
    Scene::of(server, pool).await
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_how_long_to_wait_and_nothing_is_done() {
    let scene = scene(PageLimits {
        pages: 2,
        ..PageLimits::default()
    })
    .await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    for _ in 0..3 {
        assert_eq!(browser.visit(&asked(&client, "")).await.status, 200);
    }
    let refused = browser.get(&asked(&client, "&lang=de")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(title(&refused), "Zu viele Anfragen – Poolhouse");
    assert!(
        refused
            .text
            .contains("Warten Sie 1 Sekunde, dann laden Sie diese Seite neu."),
        "{}",
        refused.text
    );
    scene.server.clock().advance_seconds(1);
    assert_eq!(browser.visit(&asked(&client, "")).await.status, 200);
}

#[tokio::test]
async fn a_form_too_many_is_no_attempt() {
    for limits in [
        PageLimits {
            forms: 1,
            ..PageLimits::default()
        },
        PageLimits {
            forms_of_pool: 1,
            ..PageLimits::default()
        },
    ] {
        let scene = scene(limits).await;
        let client = scene.client(json!({})).await;
        let mut browser = scene.browser();
        let mut page = browser.visit(&asked(&client, "")).await;
        for _ in 0..3 {
            page = browser
                .answer(&page, &[("username", "mara"), ("password", "wrong")])
                .await;
        }
        let right = [("username", "mara"), ("password", PASSWORD)];
        let refused = browser.submit(&page, &right).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
        assert!(
            refused.text.contains("Nothing that you typed was counted."),
            "{}",
            refused.text
        );
        // The same form is good once there is room again.
        scene.server.clock().advance_seconds(60);
        code_in(&browser.submit(&page, &right).await);
    }
}
