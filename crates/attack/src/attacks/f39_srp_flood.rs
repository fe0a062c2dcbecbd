//! More arithmetic than the machine can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::world::api::request;
use crate::world::http::Connection;
use crate::world::now;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-39",
    about: "1,500 clients that begin SRP sign-ins without a pause, beside people whose sign-ins have begun before",
    when: When::Always,
    tests: &[
        "a_full_queue_is_answered_at_once_and_heals",
        "a_sign_in_under_way_goes_before_those_that_begin",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Several times as many as may wait for arithmetic.
const CLIENTS: usize = 1500;
const PEOPLE: usize = 200;
const LASTING: Duration = Duration::from_secs(20);
const NAMES: usize = 32;
const MOST_MS: f64 = 100.0;

/// What became of the flood.
#[derive(Default)]
struct Told {
    begun: usize,
    refused: usize,
    others: usize,
}

/// Begins sign-ins under made-up names until told to stop.
async fn flood(mut on: Connection, requests: Vec<Vec<u8>>, is_over: Arc<AtomicBool>) -> Outcome<Told> {
    let mut told = Told::default();
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let answer = on.exchange_again(&requests[number % requests.len()]).await?;
        match answer.status {
            200 => told.begun += 1,
            400 if answer
                .error()
                .is_some_and(|error| error.starts_with("TooManyRequests")) =>
            {
                told.refused += 1;
            }
            _ => told.others += 1,
        }
    }
    Ok(told)
}

/// Answers to the password challenges of people, made beforehand so that this side has no arithmetic to do meanwhile.
async fn proofs(scene: &Scene) -> Outcome<Vec<Vec<u8>>> {
    let mut on = scene.server.connect().await?;
    let mut proofs = Vec::new();
    for name in scene.users("person", PEOPLE).await? {
        let asked = scene.begin(&mut on, &name).await?;
        let body = json!({
            "ClientId": scene.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "Session": asked["Session"],
            "ChallengeResponses": scene.srp.responses(&asked["ChallengeParameters"], now()?),
        });
        let body = body.to_string();
        proofs.push(request(
            scene.server.address,
            "RespondToAuthChallenge",
            &[],
            body.as_bytes(),
        ));
    }
    Ok(proofs)
}

/// First steps of sign-ins under made-up names.
fn beginnings(scene: &Scene) -> Vec<Vec<u8>> {
    let body = |number: usize| -> Value {
        let name = format!("made-up-{number}");
        let parameters =
            json!({ "USERNAME": name, "CHALLENGE_NAME": "SRP_A", "SRP_A": scene.srp.public_a() });
        json!({ "AuthFlow": "CUSTOM_AUTH", "ClientId": scene.client, "AuthParameters": parameters })
    };
    let request = |number| {
        let body = body(number).to_string();
        request(scene.server.address, "InitiateAuth", &[], body.as_bytes())
    };
    (0..NAMES).map(request).collect()
}

/// What people notice: milliseconds of their proofs and of the key set, and how many were refused.
async fn people(scene: &Scene, proofs: &[Vec<u8>]) -> Outcome<([Vec<f64>; 2], usize)> {
    let path = format!("/{}/.well-known/jwks.json", scene.pool);
    let keys = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").into_bytes();
    let mut on = scene.server.connect().await?;
    let (mut times, mut failed) = ([Vec::new(), Vec::new()], 0);
    let pause = LASTING / u32::try_from(PEOPLE)?;
    for proof in proofs {
        for (request, times) in [proof, &keys].into_iter().zip(&mut times) {
            let sent = Instant::now();
            let answer = on.exchange(request).await?;
            times.push(ms(sent.elapsed()));
            failed += usize::from(answer.status != 200);
        }
        sleep(pause).await;
    }
    Ok((times, failed))
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let proofs = proofs(&scene).await?;
    let requests = beginnings(&scene);
    let is_over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let on = scene.server.connect().await?;
        clients.spawn(flood(on, requests.clone(), is_over.clone()));
    }
    // The flood is at its height before anybody else comes.
    sleep(Duration::from_secs(2)).await;
    let ([proved, keys], failed) = people(&scene, &proofs).await?;
    is_over.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    while let Some(done) = clients.join_next().await {
        let more = done??;
        told.begun += more.begun;
        told.refused += more.refused;
        told.others += more.others;
    }
    let flood = format!(
        "the flood was more than the machine takes ({} begun, {} refused)",
        told.begun, told.refused
    );
    let slowest = |times: &[f64]| quantile(times, 0.99);
    Ok(vec![
        Figure::exactly(flood, told.refused > 0, true),
        Figure::exactly("other answers to the flood", told.others, 0),
        Figure::exactly("people who were refused", failed, 0),
        Figure::measured(
            "99th percentile of their proofs",
            slowest(&proved),
            MOST_MS,
            " ms",
        ),
        Figure::measured("99th percentile of the key set", slowest(&keys), MOST_MS, " ms"),
    ])
}
