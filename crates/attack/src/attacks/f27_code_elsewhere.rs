//! A code and a session of one sign-in, used for another one.

use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::{Answer, Connection};
use crate::world::scene::{self, Pool, Scene, address, make_client, make_pool, make_users};

pub const ATTACK: Attack = Attack {
    id: "F-27",
    about: "session, code or both of a sign-in used for another user, client, pool or challenge, and through the administrator's operation",
    when: When::Always,
    tests: &[
        "a_session_is_one_clients_alone",
        "a_session_is_one_users_alone",
        "a_session_answers_the_challenge_it_was_issued_for",
        "a_code_of_another_sign_in_is_wrong_and_counts",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Challenges that the session was not issued for.
const CHALLENGES: [&str; 10] = [
    "PASSWORD_VERIFIER",
    "NEW_PASSWORD_REQUIRED",
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "SELECT_CHALLENGE",
    "MFA_SETUP",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
];

/// A place to sign in, and who does.
struct Seat<'a> {
    pool: &'a Pool,
    client: &'a str,
    user: &'a str,
}

impl Seat<'_> {
    fn answer(&self, challenge: &str, session: &Value, code: &str) -> Value {
        json!({
            "ClientId": self.client,
            "ChallengeName": challenge,
            "Session": session,
            "ChallengeResponses": {
                "USERNAME": self.user,
                "ANSWER": code,
                "NEW_PASSWORD": "Battery-Staple-1",
                "SMS_MFA_CODE": code,
                "EMAIL_OTP_CODE": code,
                "SOFTWARE_TOKEN_MFA_CODE": code,
            },
        })
    }

    async fn challenge(&self, on: &mut Connection) -> Outcome<Value> {
        scene::challenge(on, self.client, &self.pool.srp, self.user).await
    }
}

async fn respond(on: &mut Connection, body: &Value) -> Outcome<Answer> {
    on.call("RespondToAuthChallenge", body).await
}

/// Sends session, code or both where they do not belong; returns what was answered.
async fn misuse(
    scene: &Scene,
    on: &mut Connection,
    (own, others): (&Seat<'_>, &[Seat<'_>]),
    session: &Value,
    code: &str,
) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    for challenge in CHALLENGES {
        answers.push(respond(on, &own.answer(challenge, session, code)).await?);
    }
    for other in others {
        answers.push(respond(on, &other.answer("CUSTOM_CHALLENGE", session, code)).await?);
    }
    // Every other sign-in of the same person shares the name and no code.
    for other in others {
        let theirs = other.challenge(on).await?;
        let answer = other.answer("CUSTOM_CHALLENGE", &theirs["Session"], code);
        answers.push(respond(on, &answer).await?);
    }
    let elsewhere = others
        .iter()
        .map(|other| &other.pool.id)
        .find(|id| **id != own.pool.id);
    let mut body = own.answer("CUSTOM_CHALLENGE", session, code);
    body["UserPoolId"] = json!(elsewhere);
    let answer = on
        .signed(&scene.server.key, "AdminRespondToAuthChallenge", &body)
        .await?;
    answers.push(answer);
    Ok(answers)
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut on = scene.server.connect().await?;
    let mut pools = Vec::new();
    for _ in 0..2 {
        let pool = make_pool(&scene.server, json!({}), json!({})).await?;
        let other = make_client(&scene.server, &pool.id, json!({})).await?;
        pools.push((pool, other));
    }
    let users = ["mara", "noel"];
    let mut seats = Vec::new();
    for (index, (pool, other)) in pools.iter().enumerate() {
        // Everybody has an address of their own, so that a code is somebody's.
        let names = users.map(|user| format!("{user}-{index}"));
        make_users(&scene.server, &pool.id, &names).await?;
        for client in [pool.client.as_str(), other] {
            seats.extend(names.clone().map(|user| (pool, client, user)));
        }
    }
    let seats: Vec<Seat<'_>> = seats
        .iter()
        .map(|(pool, client, user)| Seat { pool, client, user })
        .collect();
    let (own, others) = seats.split_first().ok_or("there is nobody")?;
    let asked = own.challenge(&mut on).await?;
    let code = scene.mail.code(&address(own.user), 0).await?;
    let session = &asked["Session"];
    let answers = misuse(&scene, &mut on, (own, others), session, &code).await?;
    let (tried, accepted) = (
        answers.len(),
        answers.iter().filter(|answer| answer.has_tokens()).count(),
    );
    let is_left = respond(&mut on, &own.answer("CUSTOM_CHALLENGE", session, &code))
        .await?
        .has_tokens();
    Ok(vec![
        Figure::exactly(format!("accepted of {tried} combinations"), accepted, 0),
        // Otherwise nothing was proved: a broken sign-in refuses everything.
        Figure::exactly("the code's own sign-in still ends in tokens", is_left, true),
    ])
}
