//! Mails that two nodes find due at the same moment.

use poolhouse_pool::mailer::{OutgoingMail, Urgency};
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Scan, Store as _};
use tokio::sync::oneshot;

use crate::{Scene, request};

fn mail() -> OutgoingMail {
    OutgoingMail {
        to: "mara@example.com".to_owned(),
        subject: "Your code".to_owned(),
        text: "Your code is 918273.".to_owned(),
        html: None,
        language: None,
        expires: None,
        dedup_id: "a".to_owned(),
        urgency: Urgency::Code,
        thread: None,
        request_id: "request".to_owned(),
        picture: None,
        discard: false,
    }
}

/// A scene with a mail in its outbox whose lease is over, so that any node may send it.
async fn due() -> Scene {
    let scene = Scene::new().await;
    let ctx = request(&scene.server);
    let batch = ctx.app.mailer.queue(ctx.now, mail()).unwrap();
    ctx.platform().commit(batch).await.unwrap();
    scene.server.clock().advance_seconds(31);
    scene
}

#[tokio::test]
async fn of_two_nodes_that_claim_a_mail_at_the_same_moment_one_sends_it() {
    let scene = due().await;
    let (tell, told) = oneshot::channel();
    scene.before("outbox/", |rival| async move {
        rival.deliver_mail().await;
        tell.send(rival.unread_mails()).unwrap();
    });
    scene.server.deliver_mail().await;
    assert_eq!((scene.server.unread_mails(), told.await.unwrap()), (0, 1));
    assert_eq!(scene.keys("outbox/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_node_that_lost_a_mail_sends_the_others_that_it_claimed() {
    let scene = due().await;
    let ctx = request(&scene.server);
    for n in 0..2 {
        let another = OutgoingMail {
            dedup_id: format!("another {n}"),
            ..mail()
        };
        let batch = ctx.app.mailer.queue(ctx.now, another).unwrap();
        ctx.platform().commit(batch).await.unwrap();
    }
    scene.server.clock().advance_seconds(31);
    let first = scene.keys("outbox/").await.remove(0);
    scene.store.before_commit_at("outbox/", move |store| async move {
        let taken = Batch::new().delete(first, Expect::Present);
        store.write(taken).await.unwrap();
    });
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 2);
    scene.server.ignore_mail();
    assert_eq!(scene.keys("outbox/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_row_that_could_not_be_read_stays_if_another_node_made_it_readable_meanwhile() {
    let scene = due().await;
    let row = scene
        .store
        .scan(Scan::prefix("outbox/", 1))
        .await
        .unwrap()
        .remove(0);
    let at = row.key.clone();
    let broken = Batch::new().put(&at, Expect::Present, "not a mail");
    scene.store.inner().write(broken).await.unwrap();
    scene.store.before_commit_at("outbox/", move |store| async move {
        let mended = Batch::new().put(row.key, Expect::Present, row.body);
        store.write(mended).await.unwrap();
    });
    scene.server.deliver_mail().await;
    assert_eq!(scene.keys("outbox/").await, [at]);
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 1);
    scene.server.ignore_mail();
}
