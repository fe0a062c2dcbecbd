//! The steps that anybody can take under any name, known or not.

use serde_json::json;

use super::api::request;
use super::http::{Answer, Connection};
use super::scene::Pool;
use super::timestamp;
use crate::attack::Outcome;

/// Every flow that ends at a wrong password, up to its first answer or its second.
pub const SIGN_IN: [&str; 6] = [
    "USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "USER_SRP_AUTH, proof",
    "CUSTOM_AUTH with SRP_A",
    "CUSTOM_AUTH with SRP_A, proof",
    "CUSTOM_AUTH",
];

/// What people do who have forgotten their password or have just signed up: they ask for a code, and type a wrong one. A sign-up
/// is for somebody who is not confirmed.
pub const SELF_SERVICE: [&str; 4] = [
    "ForgotPassword",
    "ConfirmForgotPassword",
    "ResendConfirmationCode",
    "ConfirmSignUp",
];

/// What sign-ins begin with where people choose, up to a wrong password or to the code that is asked for.
pub const FIRST_FACTORS: [&str; 4] = [
    "USER_AUTH",
    "USER_AUTH with PASSWORD",
    "USER_AUTH with PASSWORD_SRP, proof",
    "USER_AUTH with EMAIL_OTP",
];

/// The request of a step, once what goes before it is done. Passwords and codes are wrong, and so are proofs: made of nothing, so
/// that their arithmetic is the server's alone.
pub async fn request_of(on: &mut Connection, pool: &Pool, step: &str, name: &str) -> Outcome<Vec<u8>> {
    if SELF_SERVICE.contains(&step) {
        return self_service(on, pool, step, name).await;
    }
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
        "USER_PASSWORD_AUTH" | "USER_AUTH with PASSWORD" => parameters["PASSWORD"] = json!("Wrong-Horse-9!"),
        "CUSTOM_AUTH" | "USER_AUTH" | "USER_AUTH with EMAIL_OTP" => {}
        _ => parameters["SRP_A"] = json!(pool.srp.public_a()),
    }
    if let Some(("CUSTOM_AUTH", _)) = step.split_once(" with ") {
        parameters["CHALLENGE_NAME"] = json!("SRP_A");
    }
    if let Some(("USER_AUTH", preferred)) = step.split_once(" with ") {
        parameters["PREFERRED_CHALLENGE"] = json!(preferred.trim_end_matches(", proof"));
    }
    let flow = step.split([' ', ',']).next();
    let body = json!({ "AuthFlow": flow, "ClientId": pool.client, "AuthParameters": parameters });
    request(on.server, "InitiateAuth", &[], body.to_string().as_bytes())
}

/// A code is wrong, and there is one: it was asked for before, for a name that nobody has as well.
async fn self_service(on: &mut Connection, pool: &Pool, step: &str, name: &str) -> Outcome<Vec<u8>> {
    let mut body = json!({ "ClientId": pool.client, "Username": name });
    let asks = match step {
        "ConfirmForgotPassword" => Some("ForgotPassword"),
        "ConfirmSignUp" => Some("ResendConfirmationCode"),
        _ => None,
    };
    if let Some(operation) = asks {
        on.call(operation, &body).await?.ok()?;
        body["ConfirmationCode"] = json!("wrong");
    }
    if step == "ConfirmForgotPassword" {
        body["Password"] = json!("Another-Horse-9!");
    }
    Ok(request(on.server, step, &[], body.to_string().as_bytes()))
}

/// Checks that the step was answered as it is for everybody: else it would be another step that is compared.
pub fn check(step: &str, answer: &Answer) -> Outcome {
    let error = match step {
        // Functions that ask for a code do not begin without a password.
        "USER_PASSWORD_AUTH" | "USER_AUTH with PASSWORD" | "CUSTOM_AUTH" => {
            Some("Incorrect username or password")
        }
        step if step.ends_with("proof") => Some("Incorrect username or password"),
        "ConfirmForgotPassword" | "ConfirmSignUp" => Some("Invalid verification code provided"),
        _ => None,
    };
    let is_right = match (error, answer.error()) {
        (None, None) => true,
        (Some(expected), Some(said)) => said.contains(expected),
        _ => false,
    };
    match is_right {
        true => Ok(()),
        false => Err(format!("{step} was answered with {}", answer.text()).into()),
    }
}
