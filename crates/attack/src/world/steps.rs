//! The steps of a sign-in that anybody can take under any name, known or not.

use serde_json::{Value, json};

use super::api::request;
use super::http::Connection;
use super::scene::Pool;
use super::timestamp;
use crate::attack::Outcome;

/// Every flow that ends at a wrong password, up to its first answer or its second.
pub const STEPS: [&str; 6] = [
    "USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "USER_SRP_AUTH, proof",
    "CUSTOM_AUTH with SRP_A",
    "CUSTOM_AUTH with SRP_A, proof",
    "CUSTOM_AUTH",
];

/// The request of a step, once what goes before it is done. A password is wrong, and so is a proof: made of nothing, so that
/// its arithmetic is the server's alone.
pub async fn request_of(on: &mut Connection, pool: &Pool, step: &str, name: &str) -> Outcome<Vec<u8>> {
    let begin = beginning(on, pool, step, name);
    if !step.ends_with("proof") {
        return Ok(begin);
    }
    let asked = on.exchange(&begin).await?.ok()?;
    let mut body = json!({
        "ClientId": pool.client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": {
            "USERNAME": asked["ChallengeParameters"]["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": asked["ChallengeParameters"]["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": "A".repeat(43) + "=",
            "TIMESTAMP": timestamp()?,
        },
    });
    if asked["Session"].is_string() {
        body["Session"] = asked["Session"].clone();
    }
    Ok(request(
        on.server,
        "RespondToAuthChallenge",
        &[],
        body.to_string().as_bytes(),
    ))
}

fn beginning(on: &Connection, pool: &Pool, step: &str, name: &str) -> Vec<u8> {
    let mut parameters = json!({ "USERNAME": name });
    match step {
        "USER_PASSWORD_AUTH" => parameters["PASSWORD"] = json!("Wrong-Horse-9!"),
        "CUSTOM_AUTH" => {}
        _ => parameters["SRP_A"] = json!(pool.srp.public_a()),
    }
    if step.contains("with SRP_A") {
        parameters["CHALLENGE_NAME"] = json!("SRP_A");
    }
    let flow = step.split([' ', ',']).next();
    let body: Value = json!({ "AuthFlow": flow, "ClientId": pool.client, "AuthParameters": parameters });
    request(on.server, "InitiateAuth", &[], body.to_string().as_bytes())
}
