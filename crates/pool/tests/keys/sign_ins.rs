//! People who sign in while keys are rotated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use poolhouse_crypto::jwt::KeyBits;
use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::base::key_ring::{MASTER_HELD, RootKey};
use poolhouse_pool::keyring::KeySource;
use poolhouse_pool::keyring::signing::{self, Begins, FreshKeys, PUBLISHED_FIRST};
use poolhouse_pool::run::rotation::ROW_HELD;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::json;

use crate::{PASSWORD, Scene, outlive, work};

/// People at the same time.
const PEOPLE: usize = 4;

/// People who sign in with password and code over and over until they are stopped.
struct Load {
    stop: Arc<AtomicBool>,
    failed: Arc<AtomicBool>,
    done: Arc<[AtomicUsize; PEOPLE]>,
    people: tokio::task::JoinSet<()>,
}

/// Says when somebody gives up, whom nobody waits for yet.
struct Failed(Arc<AtomicBool>);

impl Drop for Failed {
    fn drop(&mut self) {
        self.0.fetch_or(std::thread::panicking(), Ordering::SeqCst);
    }
}

impl Load {
    fn start(scene: &Arc<Scene>) -> Load {
        let (stop, failed) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let done = Arc::default();
        let mut people = tokio::task::JoinSet::new();
        for person in 0..PEOPLE {
            let (scene, stop, done): (_, _, Arc<[AtomicUsize; PEOPLE]>) =
                (scene.clone(), stop.clone(), Arc::clone(&done));
            let failed = Failed(failed.clone());
            people.spawn(async move {
                let _failed = failed;
                while !stop.load(Ordering::SeqCst) {
                    let tokens = scene.sign_in(&format!("user{person}")).await;
                    assert!(tokens["AccessToken"].is_string());
                    done[person].fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        Load {
            stop,
            failed,
            done,
            people,
        }
    }

    /// Until everybody has begun and ended a sign-in after this call.
    async fn go_on(&self) {
        let now = |person: usize| self.done[person].load(Ordering::SeqCst);
        let before: [usize; PEOPLE] = std::array::from_fn(now);
        while (0..PEOPLE).any(|person| now(person) < before[person] + 2) {
            assert!(!self.failed.load(Ordering::SeqCst), "a sign-in failed");
            tokio::task::yield_now().await;
        }
    }

    /// How many sign-ins there were. Fails if one failed.
    async fn end(self) -> usize {
        self.stop.store(true, Ordering::SeqCst);
        self.people.join_all().await;
        self.done.iter().map(|done| done.load(Ordering::SeqCst)).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_sign_in_fails_while_all_three_keys_are_rotated() {
    let scene = Arc::new(Scene::new().await);
    for person in 0..PEOPLE {
        scene
            .server
            .user(&scene.pool, &format!("user{person}"), PASSWORD)
            .await;
    }
    let mut rotation = scene.rotation();
    for (round, byte) in [(2, 20), (3, 30)] {
        let load = Load::start(&scene);
        load.go_on().await;
        scene.announce(RootKey::Master, byte);
        scene.announce(RootKey::Code, byte + 1);
        let source: Arc<dyn KeySource> = Arc::new(FreshKeys);
        let platform = &scene.server.app().platform;
        let rotated = signing::rotate(
            platform,
            &source,
            KeyBits::Rsa2048,
            Begins::Announced,
            &scene.pool,
        );
        rotated.await.unwrap().unwrap();
        work(&mut rotation).await;
        load.go_on().await;
        assert_eq!(platform.keys().ring().master.current.epoch, round);
        assert!(load.end().await >= PEOPLE * 4);

        // Nobody is in the middle of a sign-in while time goes by. What one has written back as it was puts the end off.
        let mut passes = [PUBLISHED_FIRST.max(MASTER_HELD), ROW_HELD, ROW_HELD, ROW_HELD].into_iter();
        while scene.keys.ring().master.before.is_some() {
            scene.server.clock().advance_seconds(passes.next().unwrap());
            let load = Load::start(&scene);
            work(&mut rotation).await;
            load.go_on().await;
            assert!(load.end().await >= PEOPLE * 2);
        }
        assert!(scene.keys.ring().code.before.unwrap().resealed);
        assert_eq!(scene.older_rows().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_sign_in_that_began_before_a_rotation_ends_after_it() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let begin = json!({
        "AuthFlow": "CUSTOM_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": "mara", "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" },
    });
    let proof = scene.server.call("InitiateAuth", begin).await.ok();
    scene.announce(RootKey::Master, 2);
    scene.announce(RootKey::Code, 3);
    work(&mut rotation).await;
    let respond = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "Session": proof["Session"],
        "ChallengeResponses": srp.responses(&proof["ChallengeParameters"], scene.server.clock().now()),
    });
    let challenge = scene.server.call("RespondToAuthChallenge", respond).await.ok();
    assert!(scene.answer("mara", &challenge).await.ok()["AuthenticationResult"].is_object());

    // And one whose code was mailed before: both keys are rotated a second time once the first rotation is over.
    outlive(&scene.server, &mut rotation).await;
    let challenge = scene.challenge("mara").await.ok();
    scene.announce(RootKey::Master, 4);
    scene.announce(RootKey::Code, 5);
    work(&mut rotation).await;
    assert!(scene.answer("mara", &challenge).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn refresh_tokens_of_every_key_before_are_good_until_their_own_end() {
    let scene = Scene::new().await;
    let mut rotation = scene.rotation();
    let mut tokens = Vec::new();
    for byte in 2..5 {
        tokens.push(scene.sign_in("mara").await["RefreshToken"].clone());
        scene.announce(RootKey::Master, byte);
        work(&mut rotation).await;
        outlive(&scene.server, &mut rotation).await;
    }
    assert!(scene.keys.ring().master.before.is_none());
    for token in &tokens {
        assert!(scene.refresh(token).await.ok()["AuthenticationResult"].is_object());
    }
    // A key that somebody else has ends them.
    scene.announce(RootKey::Master, 9);
    scene.keys.command(|ring| ring.ends_refresh_tokens = true);
    work(&mut rotation).await;
    for token in &tokens {
        let refused = scene.refresh(token).await;
        refused.assert_error("NotAuthorizedException", "Invalid Refresh Token");
    }
    assert!(scene.keys.ring().refresh.is_empty() && !scene.keys.ring().ends_refresh_tokens);
}

#[tokio::test]
async fn locks_and_names_outlive_the_keys_they_were_made_with() {
    let scene = Scene::with_client(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let mut rotation = scene.rotation();
    let shown = async |name: &str| {
        let begin = json!({
            "AuthFlow": "CUSTOM_AUTH",
            "ClientId": scene.client,
            "AuthParameters": { "USERNAME": name, "SRP_A": "ab", "CHALLENGE_NAME": "SRP_A" },
        });
        let answer = scene.server.call("InitiateAuth", begin).await.ok();
        let parameters = &answer["ChallengeParameters"];
        (parameters["USER_ID_FOR_SRP"].clone(), parameters["SALT"].clone())
    };
    let (nobody, mara) = (shown("nobody").await, shown("mara").await);
    // Wrong codes: what is left of ten stays counted.
    let wrong = async || {
        let challenge = scene.challenge("mara").await.ok();
        scene.server.code_to("mara@example.com").await;
        let mut session = challenge["Session"].clone();
        for _ in 0..2 {
            let body = json!({
                "ChallengeName": "CUSTOM_CHALLENGE",
                "ClientId": scene.client,
                "Session": session,
                "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "00" },
            });
            session = scene.server.call("RespondToAuthChallenge", body).await.ok()["Session"].clone();
        }
    };
    wrong().await;
    let counted = async || {
        let row = format!("p/{}/user/{}/ledger", scene.pool, scene.sub_of("mara").await);
        let row = scene.server.app().platform.get(&row).await.unwrap().unwrap();
        let document: serde_json::Value = serde_json::from_str(&row.body).unwrap();
        let text = document["text"].as_str().unwrap().to_owned();
        let payload = text.split('.').nth(2).unwrap().to_owned();
        (row.version, payload)
    };
    let before = counted().await;
    for byte in [2, 4] {
        scene.announce(RootKey::Master, byte);
        scene.announce(RootKey::Code, byte + 1);
        work(&mut rotation).await;
        outlive(&scene.server, &mut rotation).await;
    }
    assert_eq!(
        counted().await,
        before,
        "the same counts, and no change to whoever has read them"
    );
    assert_eq!((shown("nobody").await, shown("mara").await), (nobody, mara));
    assert_eq!(scene.older_rows().await, Vec::<String>::new());
}
