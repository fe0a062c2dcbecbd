//! Many answers to one challenge at the same moment.

use std::sync::Arc;

use crate::{Scene, other_than};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_right_codes_at_once_give_one_set_of_tokens() {
    let scene = Arc::new(Scene::new().await);
    let session = scene.challenge().await["Session"].clone();
    let code = scene.code().await;
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (scene, session, code) = (scene.clone(), session.clone(), code.clone());
        answers.spawn(async move { scene.answer(&session, &code).await });
    }
    let answers = answers.join_all().await;
    let (signed_in, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(signed_in.len(), 1);
    for answer in refused {
        answer.assert_error(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_wrong_codes_at_once_are_evaluated_once() {
    let scene = Arc::new(Scene::new().await);
    let session = scene.challenge().await["Session"].clone();
    let code = scene.code().await;
    let wrong = other_than(&code);
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let (scene, session, wrong) = (scene.clone(), session.clone(), wrong.clone());
        answers.spawn(async move { scene.answer(&session, &wrong).await });
    }
    let answers = answers.join_all().await;
    let evaluated: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(evaluated.len(), 1);
    assert_eq!(evaluated[0]["ChallengeParameters"]["attemptsLeft"], "2");
    let next = scene.answer(&evaluated[0]["Session"], &code).await;
    assert!(next.ok()["AuthenticationResult"].is_object());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_wrong_passwords_at_once_are_judged_five_times() {
    let scene = Arc::new(Scene::new().await);
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let scene = scene.clone();
        answers.spawn(async move {
            scene
                .server
                .password_sign_in(&scene.client, "mara", "Wrong-Horse-9!")
                .await
        });
    }
    let judged = answers.join_all().await;
    let judged = judged
        .iter()
        .filter(|answer| answer["message"] == crate::WRONG)
        .count();
    assert_eq!(judged, 5);
}
