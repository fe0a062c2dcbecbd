//! What operators read of codes: each verdict that counts, once.

use std::sync::Arc;

use poolhouse_pool::records::LedgerRecord;
use poolhouse_pool::testing::{Lines, TestPool, TestStore};
use poolhouse_store::testing::{Hooked, fresh_version};
use poolhouse_store::{Batch, Expect};

use crate::{PASSWORD, Scene, other_than};

#[tokio::test]
async fn a_verdict_is_logged_once_however_many_races_its_step_loses() {
    let store = Arc::new(Hooked::new(TestStore::new()));
    let server = TestPool::on(store.clone(), 12, |_| {}).await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    let sub = server.user(&pool, "mara", PASSWORD).await;
    let scene = Scene { server, pool, client };
    let challenge = scene.challenge().await;
    let wrong = other_than(&scene.code().await);
    // Somebody else's commit comes first, three times.
    for _ in 0..3 {
        let key = LedgerRecord::key(&scene.pool, &sub).as_str().to_owned();
        store.before_commit_at(key.clone(), move |store| async move {
            let row = store.get(&key).await.unwrap().unwrap();
            let moved = Batch::new().put(key, Expect::Present, row.body);
            store.commit(moved, fresh_version()).await.unwrap();
        });
    }
    let lines = Lines::default();
    let logging = tracing::subscriber::set_default(lines.clone());
    scene.answer(&challenge["Session"], &wrong).await.ok();
    drop(logging);
    assert_eq!(store.waiting(), 0);
    let lines = lines.all();
    let verdicts: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("confirm code answered"))
        .collect();
    assert_eq!(verdicts.len(), 1, "{lines:?}");
    assert!(verdicts[0].contains("Wrong"), "{verdicts:?}");
}
