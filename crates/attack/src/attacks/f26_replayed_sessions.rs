//! Every session of a sign-in once more.

use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::Connection;
use crate::world::now;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-26",
    about: "every session string of a sign-in sent again after each later step, with the right password or code, before and after `kill -9`; 20 sign-ins",
    when: When::Always,
    tests: &[
        "a_password_proof_counts_once",
        "sixty_four_right_codes_at_once_give_one_set_of_tokens",
        "of_two_answers_to_one_block_at_the_same_moment_one_signs_in",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SIGN_INS: usize = 20;

/// The answers of one sign-in that have been used.
struct Used(Vec<Value>);

impl Used {
    /// Sends all of them again; returns how many were sent and how many got anywhere.
    async fn replay(&self, on: &mut Connection) -> Outcome<(usize, usize)> {
        let mut accepted = 0;
        for body in &self.0 {
            let answer = on.call("RespondToAuthChallenge", body).await?;
            accepted += usize::from(answer.status == 200);
        }
        Ok((self.0.len(), accepted))
    }
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let (mut replayed, mut accepted, mut signed_in) = (0, 0, 0);
    for (number, name) in scene.users("replayed", SIGN_INS).await?.into_iter().enumerate() {
        let mut on = scene.server.connect().await?;
        let asked = scene.begin(&mut on, &name).await?;
        let proof = json!({
            "ClientId": scene.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "Session": asked["Session"],
            "ChallengeResponses": scene.srp.responses(&asked["ChallengeParameters"], now()?),
        });
        let mut asked = on.call("RespondToAuthChallenge", &proof).await?.ok()?;
        let code = scene.code(&name).await?;
        let mut used = Used(vec![proof]);
        for is_last in [false, false, true] {
            let (sent, taken) = used.replay(&mut on).await?;
            (replayed, accepted) = (replayed + sent, accepted + taken);
            let typed = if is_last {
                code.clone()
            } else {
                random.code_other_than(&code)
            };
            let answer = scene.answer(&mut on, &name, &asked["Session"], &typed).await?;
            // The used session with the right code is what a thief would send.
            used.0.push(scene.code_answer(&name, &asked["Session"], &code));
            signed_in += usize::from(answer.has_tokens());
            asked = answer.json();
        }
        if number + 1 == SIGN_INS {
            scene.server.kill_and_restart().await?;
            on = scene.server.connect().await?;
        }
        let (sent, taken) = used.replay(&mut on).await?;
        (replayed, accepted) = (replayed + sent, accepted + taken);
    }
    Ok(vec![
        Figure::exactly(format!("replays accepted of {replayed}"), accepted, 0),
        Figure::exactly("sign-ins that the replays did not stop", signed_in, SIGN_INS),
    ])
}
