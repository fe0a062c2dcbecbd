//! One-time codes that are answered, replaced and used at the same moment.

use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::request::Ctx;
use poolhouse_pool::testing::TestPool;
use poolhouse_pool::users::codes::{self, Purpose, RightCode};
use poolhouse_store::{Batch, Expect};

use crate::{Scene, request};

const SUB: &str = "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef";
const PURPOSE: Purpose = Purpose::ForgotPassword;
const ENDED: &str = "Invalid code provided, please request a code again.";
const MISMATCH: &str = "Invalid verification code provided, please try again.";

/// Writes a new code, in place of an older one.
async fn send(server: &TestPool, pool: &str) -> String {
    let ctx = request(server);
    let made = codes::make(
        &ctx,
        pool,
        SUB,
        PURPOSE,
        "mara@example.com",
        ctx.now.plus_seconds(3600),
    );
    ctx.platform().commit(made.batch()).await.unwrap();
    made.text.to_string()
}

async fn judged(ctx: &Ctx, pool: &str, typed: &str) -> Result<RightCode, ApiError> {
    codes::answer(ctx, pool, SUB, PURPOSE, typed).await
}

/// Uses a code for a row `given`.
async fn used(server: &TestPool, pool: &str, code: &str) -> Result<(), ApiError> {
    let ctx = request(server);
    let right = judged(&ctx, pool, code).await?;
    right
        .commit(&ctx, Batch::new().put("given", Expect::Any, "{}"))
        .await
}

/// A scene with a code, in which another node does this before the code's row is next written.
async fn raced<F>(act: impl FnOnce(TestPool, String, String) -> F + Send + 'static) -> (Scene, String)
where
    F: Future<Output = ()> + Send + 'static,
{
    let scene = Scene::new().await;
    let code = send(&scene.server, &scene.pool).await;
    let (pool, same) = (scene.pool.clone(), code.clone());
    scene.before(&scene.at("user/"), move |rival| act(rival, pool, same));
    (scene, code)
}

async fn is_given(scene: &Scene) -> bool {
    !scene.keys("given").await.is_empty()
}

#[tokio::test]
async fn of_two_who_use_a_code_at_the_same_moment_one_is_given_what_it_is_good_for() {
    let (scene, code) = raced(|rival, pool, code| async move {
        let ctx = request(&rival);
        let Ok(right) = judged(&ctx, &pool, &code).await else {
            panic!("the code is right");
        };
        right.commit(&ctx, Batch::new()).await.unwrap();
    })
    .await;
    let refused = used(&scene.server, &scene.pool, &code).await.unwrap_err();
    assert_eq!(refused.message, ENDED);
    assert!(!is_given(&scene).await);
}

#[tokio::test]
async fn a_code_that_is_replaced_at_the_same_moment_is_good_for_nothing() {
    let (scene, code) = raced(|rival, pool, _| async move {
        send(&rival, &pool).await;
    })
    .await;
    let refused = used(&scene.server, &scene.pool, &code).await.unwrap_err();
    assert_eq!(refused.message, MISMATCH);
    assert!(!is_given(&scene).await);
}

#[tokio::test]
async fn a_right_code_is_good_beside_wrong_ones_and_not_after_the_last() {
    for (wrong, good) in [(4, true), (5, false)] {
        let (scene, code) = raced(move |rival, pool, _| async move {
            for _ in 0..wrong {
                let refused = judged(&request(&rival), &pool, "no code").await;
                assert_eq!(
                    refused.err().map(|error| error.message).as_deref(),
                    Some(MISMATCH)
                );
            }
        })
        .await;
        let outcome = used(&scene.server, &scene.pool, &code).await;
        assert_eq!(
            outcome.err().map(|error| error.message).as_deref(),
            (!good).then_some(ENDED)
        );
        assert_eq!(is_given(&scene).await, good);
    }
}

#[tokio::test]
async fn a_wrong_answer_is_not_judged_after_the_last_one() {
    let (scene, _) = raced(|rival, pool, _| async move {
        for _ in 0..5 {
            let refused = judged(&request(&rival), &pool, "no code").await;
            assert!(refused.is_err());
        }
    })
    .await;
    let refused = judged(&request(&scene.server), &scene.pool, "another")
        .await
        .err();
    assert_eq!(refused.map(|error| error.message).as_deref(), Some(ENDED));
}

/// The last wrong answer ends a code, and no other one.
#[tokio::test]
async fn a_new_code_is_not_ended_by_the_last_wrong_answer_to_the_one_before() {
    let scene = Scene::new().await;
    let (server, pool) = (&scene.server, scene.pool.clone());
    send(server, &pool).await;
    for _ in 0..4 {
        let refused = judged(&request(server), &pool, "no code").await.err();
        assert_eq!(refused.map(|error| error.message).as_deref(), Some(MISMATCH));
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    scene.before(&scene.at("user/"), |rival| async move {
        tell.send(send(&rival, &pool).await).unwrap();
    });
    let refused = judged(&request(server), &scene.pool, "no code").await.err();
    assert_eq!(refused.map(|error| error.message).as_deref(), Some(MISMATCH));
    used(server, &scene.pool, &told.await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_code_is_not_used_up_where_what_it_is_given_for_fails() {
    let scene = Scene::new().await;
    let code = send(&scene.server, &scene.pool).await;
    let ctx = request(&scene.server);
    let Ok(right) = judged(&ctx, &scene.pool, &code).await else {
        panic!("the code is right");
    };
    let impossible = Batch::new().put("given", Expect::Present, "{}");
    let refused = right.commit(&ctx, impossible).await.unwrap_err();
    assert_eq!(refused.message, "Rate exceeded");
    used(&scene.server, &scene.pool, &code).await.unwrap();
}
