//! A restart is no new start for somebody who guesses.

use serde_json::Value;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::Scene;

pub const FAULT: Attack = Attack {
    id: "F-02",
    about: "wrong codes with a `kill -9` behind each of them, then the right code at every session that there was; ten sign-ins",
    when: When::Always,
    tests: &[
        "test_500_wrong_answers_in_pursuit_of_every_new_session_are_evaluated_three_times",
        "ten_wrong_codes_in_a_quarter_of_an_hour_lock_the_code_step",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SIGN_INS: usize = 10;
/// More than a sign-in has attempts.
const GUESSES: usize = 5;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let (mut most, mut least, mut tokens) = (0, GUESSES, 0);
    for name in scene.users("patient", SIGN_INS).await? {
        let before = scene.server.wrong_codes()?;
        let mut on = scene.server.connect().await?;
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        let mut sessions = vec![asked["Session"].clone()];
        for _ in 0..GUESSES {
            let Some(session) = sessions.last().cloned() else {
                break;
            };
            let wrong = random.code_other_than(&code);
            let answer = scene.answer(&mut on, &name, &session, &wrong).await?;
            tokens += usize::from(answer.has_tokens());
            scene.server.kill_and_restart().await?;
            on = scene.server.connect().await?;
            match answer.json()["Session"].clone() {
                next @ Value::String(_) => sessions.push(next),
                _ => break,
            }
        }
        let evaluated = scene.server.wrong_codes()? - before;
        (most, least) = (most.max(evaluated), least.min(evaluated));
        for session in &sessions {
            let answer = scene.answer(&mut on, &name, session, &code).await?;
            tokens += usize::from(answer.has_tokens());
        }
    }
    let told = scene.server.wrong_codes_told(&scene.pool).await?;
    let as_many = told.values().filter(|count| **count == 3).count();
    Ok(vec![
        Figure::exactly("wrong codes evaluated in a sign-in, at most", most, 3),
        Figure::exactly("at least", least, 3),
        Figure::exactly("tokens", tokens, 0),
        Figure::exactly(
            format!("users of {SIGN_INS} of whom the audit log tells as many"),
            as_many,
            SIGN_INS,
        ),
    ])
}
