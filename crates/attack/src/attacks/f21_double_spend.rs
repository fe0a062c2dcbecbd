//! The right code, many times at once.

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::request;
use crate::world::crowd::Crowd;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-21",
    about: "the right code 64 times at once, for 1,000 challenges; in every tenth half of the connections are cut before an answer",
    when: When::Always,
    tests: &[
        "sixty_four_right_codes_at_once_give_one_set_of_tokens",
        "of_two_right_codes_at_the_same_moment_one_signs_in",
        "test_64_right_answers_at_once_give_one_set_of_tokens",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CHALLENGES: usize = 1000;
const ANSWERS: usize = 64;
const CUT_EVERY: usize = 10;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut on = scene.server.connect().await?;
    let mut crowd = Crowd::open(scene.server.address, ANSWERS).await?;
    let (mut once, mut whole, mut cut_twice, mut again) = (0, 0, 0, 0);
    for (number, name) in scene.users("spent", CHALLENGES).await?.into_iter().enumerate() {
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        let body = scene.code_answer(&name, &asked["Session"], &code).to_string();
        let answer = request(
            scene.server.address,
            "RespondToAuthChallenge",
            &[],
            body.as_bytes(),
        );
        let is_cut = number % CUT_EVERY == 0;
        let answers = if is_cut {
            crowd.repeat_and_leave(&answer, ANSWERS / 2).await?
        } else {
            crowd.repeat(&answer, ANSWERS).await?
        };
        let signed_in = answers.iter().filter(|answer| answer.has_tokens()).count();
        if is_cut {
            cut_twice += usize::from(signed_in > 1);
        } else {
            whole += 1;
            once += usize::from(signed_in == 1);
        }
        again += usize::from(on.exchange(&answer).await?.has_tokens());
    }
    Ok(vec![
        Figure::exactly("challenges with exactly one set of tokens", once, whole),
        Figure::exactly("cut challenges with more than one", cut_twice, 0),
        Figure::exactly("tokens for the same answer afterwards", again, 0),
    ])
}
