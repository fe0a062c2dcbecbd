//! Public numbers and proofs that no honest client sends.

use poolhouse_pool::testing::srp::N;
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::{Answer, Connection};
use crate::world::now;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-28",
    about: "`SRP_A` that makes the key known or is no number, in both flows; proofs with a foreign, used, cut or invented part, and times out of range",
    when: When::Always,
    tests: &[
        "a_public_number_that_makes_the_key_known_is_refused_before_any_arithmetic",
        "a_proof_that_is_not_whole_says_what_is_wrong_with_it",
        "a_proof_of_something_else_is_a_wrong_password",
        "a_secret_block_of_somebody_else_or_of_nobody_is_a_wrong_password",
        "a_clock_may_be_half_an_hour_wrong_and_no_more",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Each number is sent so often. What counts is CPU, for the answers wait for their moment.
const REPEATS: usize = 21;
const FLOWS: [&str; 2] = ["USER_SRP_AUTH", "CUSTOM_AUTH"];

/// Numbers that are 0 modulo the prime, or none.
fn numbers() -> Vec<Value> {
    let doubled = sum(N, N);
    let mut numbers = vec![
        Value::Null,
        json!(""),
        json!("0"),
        json!("00"),
        json!(N),
        json!(N.to_uppercase()),
        json!(sum(&doubled, N)),
        json!(doubled),
        json!(format!("0000{N}")),
        json!(format!("1{N}")),
        json!("-1"),
        json!("0x2f"),
        json!("zz"),
        json!("ff "),
        json!("\u{0}"),
        json!("f".repeat(771)),
        json!("f".repeat(60_000)),
    ];
    // 16, 256 and 4,096 times the prime.
    numbers.extend((1..4).map(|zeros| json!(format!("{N}{}", "0".repeat(zeros)))));
    numbers
}

/// The sum of two hexadecimal numbers of one length or nearly.
fn sum(a: &str, b: &str) -> String {
    let digits = |text: &str| -> Vec<u32> {
        let digits = text.chars().rev().map(|c| c.to_digit(16).unwrap_or_default());
        digits.chain([0, 0]).collect()
    };
    let (a, b) = (digits(a), digits(b));
    let mut carry = 0;
    let mut out = Vec::new();
    for at in 0..a.len().max(b.len()) {
        let value = a.get(at).unwrap_or(&0) + b.get(at).unwrap_or(&0) + carry;
        out.push(char::from_digit(value % 16, 16).unwrap_or('0'));
        carry = value / 16;
    }
    let text: String = out.into_iter().rev().collect();
    text.trim_start_matches('0').to_owned()
}

async fn begin(scene: &Scene, on: &mut Connection, flow: &str, number: &Value) -> Outcome<Answer> {
    let mut parameters = json!({ "USERNAME": "mara" });
    if flow == "CUSTOM_AUTH" {
        parameters["CHALLENGE_NAME"] = json!("SRP_A");
    }
    if !number.is_null() {
        parameters["SRP_A"] = number.clone();
    }
    let body = json!({ "AuthFlow": flow, "ClientId": scene.client, "AuthParameters": parameters });
    on.call("InitiateAuth", &body).await
}

/// A right proof for this user with these members over it.
async fn prove(scene: &Scene, on: &mut Connection, name: &str, over: Value) -> Outcome<(Answer, Value)> {
    let asked = scene.begin(on, name).await?;
    let mut responses = scene.srp.responses(&asked["ChallengeParameters"], now()?);
    for (member, value) in over.as_object().into_iter().flatten() {
        responses[member] = value.clone();
    }
    let body = json!({
        "ClientId": scene.client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "Session": asked["Session"],
        "ChallengeResponses": responses,
    });
    let answer = on.call("RespondToAuthChallenge", &body).await?;
    Ok((
        answer,
        body["ChallengeResponses"]["PASSWORD_CLAIM_SECRET_BLOCK"].clone(),
    ))
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    scene.open_door().await?;
    let mut on = scene.server.connect().await?;
    for name in ["mara", "noel"] {
        scene.user(name).await?;
    }
    let (mut sent, mut refused, mut slowest, mut honest_numbers) = (0, 0, 0.0_f64, 0);
    for flow in FLOWS {
        // A flow that refuses everything would prove nothing.
        let honest = begin(&scene, &mut on, flow, &json!(scene.srp.public_a())).await?;
        honest_numbers += usize::from(honest.status == 200);
        for number in numbers() {
            let mut is_refused = true;
            let before = scene.server.cpu_ms()?;
            for _ in 0..REPEATS {
                let answer = begin(&scene, &mut on, flow, &number).await?;
                is_refused &= answer.status == 400;
            }
            let took = (scene.server.cpu_ms()? - before) / REPEATS as f64;
            sent += 1;
            refused += usize::from(is_refused);
            slowest = slowest.max(took);
        }
    }
    let (answer, foreign) = prove(&scene, &mut on, "noel", json!({})).await?;
    let honest = answer.status == 200;
    let proofs = [
        json!({ "PASSWORD_CLAIM_SECRET_BLOCK": foreign }),
        json!({ "PASSWORD_CLAIM_SECRET_BLOCK": "" }),
        json!({ "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA" }),
        json!({ "PASSWORD_CLAIM_SIGNATURE": "" }),
        json!({ "PASSWORD_CLAIM_SIGNATURE": "AA==" }),
        json!({ "PASSWORD_CLAIM_SIGNATURE": "A".repeat(44) }),
        json!({ "PASSWORD_CLAIM_SIGNATURE": "A".repeat(4000) }),
        json!({ "TIMESTAMP": "Thu Jan 1 00:00:00 UTC 1970" }),
        json!({ "TIMESTAMP": "Fri Dec 31 23:59:59 UTC 9999" }),
        json!({ "TIMESTAMP": "2026-01-02T03:04:05Z" }),
        json!({ "TIMESTAMP": "" }),
        json!({ "USERNAME": "noel" }),
        json!({ "USERNAME": "" }),
    ];
    let (mut tried, mut taken) = (0, 0);
    for over in proofs {
        // A user for each, so that no lock answers.
        let name = format!("proof-{tried}");
        scene.user(&name).await?;
        tried += 1;
        let (answer, _) = prove(&scene, &mut on, &name, over).await?;
        taken += usize::from(answer.status == 200);
    }
    Ok(vec![
        Figure::exactly("public numbers refused", refused, sent),
        Figure::measured("CPU of the server for one, at most", slowest, 2.0, " ms"),
        Figure::exactly(format!("proofs taken of {tried}"), taken, 0),
        Figure::exactly("honest numbers taken", honest_numbers, FLOWS.len()),
        Figure::exactly("an honest proof is taken", honest, true),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_numbers_are_added() {
        assert_eq!(sum("ff", "1"), "100");
        assert_eq!(sum("8", "8"), "10");
        assert_eq!(sum(N, N).len(), N.len() + 1);
    }
}
