//! Stops and failures at every step of a rotation.

use poolhouse_pool::base::key_ring::{CODE_HELD, MASTER_HELD, Refused, RootKey};
use poolhouse_pool::run::rotation::ROW_HELD;
use poolhouse_pool::testing::Trouble;
use poolhouse_store::{Batch, Expect};
use zeroize::Zeroizing;

use crate::{Scene, outlive, work};

#[tokio::test]
async fn whatever_step_fails_or_is_the_last_before_a_stop_nothing_is_lost() {
    // A rotation is two changes of the key file: the promotion and the end.
    for step in 0..2 {
        for trouble in [Trouble::Before, Trouble::After, Trouble::Busy] {
            for is_stopped in [false, true] {
                let at = format!("{trouble:?} at step {step}, stopped: {is_stopped}");
                let mut scene = Scene::new().await;
                let token = scene.sign_in("mara").await["RefreshToken"].clone();
                let mut rotation = scene.rotation();
                scene.announce(RootKey::Master, 2);
                scene.announce(RootKey::Code, 3);
                if step == 1 {
                    work(&mut rotation).await;
                    scene.server.clock().advance_seconds(MASTER_HELD);
                    work(&mut rotation).await;
                    scene.server.clock().advance_seconds(ROW_HELD);
                }
                let made = scene.keys.changes();
                scene.keys.trouble(trouble);
                let mut failed = 0;
                while scene.keys.changes() == made && failed == 0 {
                    failed += usize::from(rotation.round().await.is_err());
                    scene.sign_in("mara").await;
                }
                if trouble != Trouble::Busy {
                    assert_eq!(failed, 1, "{at}");
                }
                if is_stopped {
                    scene = scene.restarted(8);
                    rotation = scene.rotation();
                }
                scene.sign_in("mara").await;
                work(&mut rotation).await;
                outlive(&scene.server, &mut rotation).await;

                let ring = scene.keys.ring();
                assert_eq!(ring.master.current.epoch, 2, "{at}");
                assert!(ring.master.before.is_none() && !ring.has_next(), "{at}");
                assert_eq!(scene.older_rows().await, Vec::<String>::new(), "{at}");
                let scene = scene.restarted(9);
                scene.sign_in("mara").await;
                assert!(
                    scene.refresh(&token).await.ok()["AuthenticationResult"].is_object(),
                    "{at}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_stop_between_any_two_pages_of_a_pass_is_made_up_for() {
    let mut scene = Scene::new().await;
    for name in 0..60 {
        let name = format!("user{name}");
        scene.server.user(&scene.pool, &name, crate::PASSWORD).await;
    }
    scene.announce(RootKey::Master, 2);
    for seed in 8..11 {
        let mut rotation = scene.rotation();
        for _ in 8..seed {
            rotation.round().await.unwrap();
        }
        scene.sign_in("user7").await;
        scene = scene.restarted(seed);
    }
    let mut rotation = scene.rotation();
    work(&mut rotation).await;
    outlive(&scene.server, &mut rotation).await;
    assert!(scene.keys.ring().master.before.is_none());
    assert_eq!(scene.older_rows().await, Vec::<String>::new());
    scene.restarted(12).sign_in("user59").await;
}

#[tokio::test]
async fn a_key_is_kept_until_sign_ins_that_began_under_it_are_over() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    scene.announce(RootKey::Master, 2);
    work(&mut rotation).await;
    assert_eq!(scene.older_rows().await, Vec::<String>::new());
    for seconds in [MASTER_HELD - 1, 1, ROW_HELD - 1] {
        scene.server.clock().advance_seconds(seconds);
        work(&mut rotation).await;
        assert!(scene.keys.ring().master.before.is_some());
    }
    scene.server.clock().advance_seconds(1);
    work(&mut rotation).await;
    assert!(scene.keys.ring().master.before.is_none());
    // What the server itself holds was not sealed with it either.
    scene.sign_in("mara").await;
}

#[tokio::test]
async fn what_a_request_read_before_its_row_was_sealed_again_is_not_held_until_the_key_is_gone() {
    let scene = Scene::new().await;
    let app = scene.server.app();
    let read_before = app
        .platform
        .store
        .get(&format!("pool/{}", scene.pool))
        .await
        .unwrap();
    let mut rotation = scene.rotation();
    scene.announce(RootKey::Master, 2);
    work(&mut rotation).await;
    // The request comes to it only now.
    app.pools.decode(&app.platform, read_before.unwrap()).unwrap();
    outlive(&scene.server, &mut rotation).await;
    scene.sign_in("mara").await;
}

#[tokio::test]
async fn a_key_is_kept_for_whoever_holds_a_row_that_was_written_back_as_it_was() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    let sub = scene.sub_of("mara").await;
    let row = format!("p/{}/user/{sub}/profile", scene.pool);
    let read_before = scene.store.get(&row).await.unwrap().unwrap();
    let write_back = async || {
        let (key, version) = (&read_before.key, read_before.version);
        let batch = Batch::new().put(key, Expect::Version(version), read_before.body.clone());
        scene.store.commit(batch, version).await.unwrap();
    };
    let is_kept = || scene.keys.ring().master.before.is_some();
    scene.announce(RootKey::Master, 2);
    work(&mut rotation).await;

    // It keeps its version, so the commit of who has read it before holds.
    write_back().await;
    scene.server.clock().advance_seconds(MASTER_HELD);
    work(&mut rotation).await;
    assert!(is_kept(), "who has read it may be about to open it");
    write_back().await;
    scene.server.clock().advance_seconds(ROW_HELD);
    work(&mut rotation).await;
    assert!(is_kept(), "and so may who has read it since");
    assert_eq!(scene.older_rows().await, Vec::<String>::new());
    scene.server.clock().advance_seconds(ROW_HELD);
    work(&mut rotation).await;
    assert!(!is_kept());
    scene.sign_in("mara").await;
}

#[tokio::test]
async fn a_rotation_begins_when_the_one_before_is_over() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    let refused = |root| {
        let mut ring = scene.keys.ring();
        ring.announce(root, Zeroizing::new([9; 32])).err()
    };
    for root in [RootKey::Master, RootKey::Code] {
        scene.announce(root, 2);
        assert_eq!(refused(root), Some(Refused::UnderWay(root)), "announced");
        work(&mut rotation).await;
        assert_eq!(refused(root), Some(Refused::UnderWay(root)), "promoted");
        outlive(&scene.server, &mut rotation).await;
        assert_eq!(refused(root), None, "ended");
    }
    let shown = Refused::UnderWay(RootKey::Code).to_string();
    assert_eq!(
        shown,
        "a rotation of the code key is under way, and ends before the next begins. See: poolhouse keys status"
    );
    // A code key is held for browsers that are remembered.
    assert!(scene.keys.ring().code.before.is_some());
    scene.server.clock().advance_seconds(CODE_HELD);
    work(&mut rotation).await;
    assert!(scene.keys.ring().code.before.is_none());
}

#[tokio::test]
async fn a_server_with_nothing_to_rotate_leaves_the_key_file_alone() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    work(&mut rotation).await;
    work(&mut rotation).await;
    assert_eq!(scene.keys.changes(), 0);
    assert!(scene.keys.ring() == poolhouse_pool::testing::TestPool::first_keys());
}
