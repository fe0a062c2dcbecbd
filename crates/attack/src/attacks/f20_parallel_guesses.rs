//! Thousands of wrong codes at once, for every session that a sign-in has.

use serde_json::Value;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::request;
use crate::world::crowd::Crowd;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-20",
    about: "2,000 wrong codes at once on 500 connections, again for each session that comes of it, then the right code; 20 sign-ins",
    when: When::Always,
    tests: &[
        "five_hundred_wrong_codes_at_once_are_evaluated_once",
        "test_500_wrong_answers_in_pursuit_of_every_new_session_are_evaluated_three_times",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SIGN_INS: usize = 20;
const GUESSES: usize = 2000;
const CONNECTIONS: usize = 500;
/// Rounds of guesses: more than a sign-in has attempts.
const ROUNDS: usize = 5;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let mut on = scene.server.connect().await?;
    let mut crowd = Crowd::open(scene.server.address, CONNECTIONS).await?;
    let (mut most, mut tokens, mut right_taken, mut sent) = (0, 0, 0, 0);
    for name in scene.users("guessed", SIGN_INS).await? {
        let before = scene.server.wrong_codes()?;
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        let mut sessions = vec![asked["Session"].clone()];
        let mut session = asked["Session"].clone();
        for _ in 0..ROUNDS {
            let wrong = random.code_other_than(&code);
            let body = scene.code_answer(&name, &session, &wrong).to_string();
            let guess = request(
                scene.server.address,
                "RespondToAuthChallenge",
                &[],
                body.as_bytes(),
            );
            let answers = crowd.repeat(&guess, GUESSES).await?;
            sent += answers.len();
            tokens += answers.iter().filter(|answer| answer.has_tokens()).count();
            let next = answers
                .iter()
                .find(|answer| answer.status == 200)
                .map(|answer| answer.json());
            let Some(Value::String(next)) = next.map(|next| next["Session"].clone()) else {
                break;
            };
            session = Value::String(next);
            sessions.push(session.clone());
        }
        most = most.max(scene.server.wrong_codes()? - before);
        for session in sessions {
            let answer = scene.answer(&mut on, &name, &session, &code).await?;
            right_taken += usize::from(answer.has_tokens());
        }
    }
    Ok(vec![
        Figure::at_most("wrong codes evaluated in a sign-in", most, 3),
        // A server that judges none would be safe and useless.
        Figure::exactly("of them at least one", most > 0, true),
        Figure::exactly(format!("tokens for {sent} guesses"), tokens, 0),
        Figure::exactly("right codes taken afterwards", right_taken, 0),
    ])
}
