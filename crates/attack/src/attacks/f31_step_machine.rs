//! Every sequence of steps that the server goes along with.

use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::{Answer, Connection};
use crate::world::now;
use crate::world::scene::{PASSWORD, Scene};

pub const ATTACK: Attack = Attack {
    id: "F-31",
    about: "all sequences of up to six steps (seven ways to begin, twelve answers), each for a user of its own; what is refused is not gone on with",
    when: When::Always,
    tests: &[
        "d1_every_list_to_length_six_gives_tokens_only_for_password_pair_then_right_code",
        "d1_what_was_refused_stays_refused_whatever_follows",
        "door_every_flow_without_a_code_is_refused_in_words_that_name_the_one_with",
        "without_the_password_there_is_no_code",
    ],
    run: |arena| Box::pin(run(arena)),
};

const LONGEST: usize = 6;

const BEGINNINGS: [&str; 7] = [
    "CUSTOM_AUTH with SRP_A",
    "CUSTOM_AUTH",
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "USER_AUTH",
    "REFRESH_TOKEN_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
];

const ANSWERS: [&str; 12] = [
    "right password",
    "wrong password",
    "right code",
    "wrong code",
    "no code",
    "right code with resend",
    "right code with wait",
    "new password",
    "SELECT_MFA_TYPE",
    "SMS_MFA",
    "EMAIL_OTP",
    "SRP_A again",
];

/// One walk through a sequence.
struct Walk<'a> {
    scene: &'a Scene,
    on: Connection,
    user: String,
    last: Value,
}

impl Walk<'_> {
    async fn begin(&mut self, how: &str) -> Outcome<Answer> {
        let srp_a = self.scene.srp.public_a();
        let mut parameters = json!({ "USERNAME": self.user, "PASSWORD": PASSWORD, "SRP_A": srp_a });
        match how {
            "CUSTOM_AUTH with SRP_A" => parameters["CHALLENGE_NAME"] = json!("SRP_A"),
            "USER_AUTH" => parameters["PREFERRED_CHALLENGE"] = json!("PASSWORD"),
            "REFRESH_TOKEN_AUTH" => parameters["REFRESH_TOKEN"] = json!("made up"),
            _ => {}
        }
        let flow = how.split(' ').next();
        let mut body =
            json!({ "AuthFlow": flow, "ClientId": self.scene.client, "AuthParameters": parameters });
        if how.starts_with("ADMIN") {
            body["UserPoolId"] = json!(self.scene.pool);
            return self
                .on
                .signed(&self.scene.server.key, "AdminInitiateAuth", &body)
                .await;
        }
        self.on.call("InitiateAuth", &body).await
    }

    async fn answer(&mut self, how: &str) -> Outcome<Answer> {
        let mut responses = json!({ "USERNAME": self.user });
        let mut metadata = Value::Null;
        let challenge = match how {
            "right password" | "wrong password" => {
                self.prove(&mut responses, how == "wrong password")?;
                "PASSWORD_VERIFIER"
            }
            "new password" => {
                responses["NEW_PASSWORD"] = json!("Battery-Staple-1");
                "NEW_PASSWORD_REQUIRED"
            }
            "SELECT_MFA_TYPE" | "SMS_MFA" | "EMAIL_OTP" => {
                responses["ANSWER"] = json!("EMAIL_OTP");
                responses[format!("{how}_CODE")] = json!(self.code().await?);
                how
            }
            "SRP_A again" => {
                responses["SRP_A"] = json!(self.scene.srp.public_a());
                "CUSTOM_CHALLENGE"
            }
            _ => {
                responses["ANSWER"] = match how {
                    "wrong code" => json!("wrong"),
                    "no code" => json!(""),
                    _ => json!(self.code().await?),
                };
                metadata = match how {
                    "right code with resend" => json!({ "action": "resend" }),
                    "right code with wait" => json!({ "action": "wait" }),
                    _ => Value::Null,
                };
                "CUSTOM_CHALLENGE"
            }
        };
        let mut body = json!({
            "ClientId": self.scene.client,
            "ChallengeName": challenge,
            "Session": self.last["Session"],
            "ChallengeResponses": responses,
        });
        if !metadata.is_null() {
            body["ClientMetadata"] = metadata;
        }
        self.on.call("RespondToAuthChallenge", &body).await
    }

    /// The proof for the challenge that was asked last, as far as one was.
    fn prove(&self, responses: &mut Value, is_wrong: bool) -> Outcome {
        if self.last["ChallengeName"] != "PASSWORD_VERIFIER" {
            return Ok(());
        }
        *responses = self
            .scene
            .srp
            .responses(&self.last["ChallengeParameters"], now()?);
        if is_wrong {
            responses["PASSWORD_CLAIM_SIGNATURE"] = json!("A".repeat(43) + "=");
        }
        Ok(())
    }

    /// The user's code, where one was mailed.
    async fn code(&self) -> Outcome<String> {
        match self.last["ChallengeName"].as_str() {
            Some("CUSTOM_CHALLENGE") => self.scene.code(&self.user).await,
            _ => Ok("000000".to_owned()),
        }
    }
}

/// What became of a sequence.
enum End {
    GoesOn,
    Refused,
    Tokens,
}

async fn walk(scene: &Scene, number: usize, steps: &[&str]) -> Outcome<End> {
    let user = format!("walker-{number}");
    scene.user(&user).await?;
    let mut walk = Walk {
        scene,
        on: scene.server.connect().await?,
        user,
        last: Value::Null,
    };
    for (at, step) in steps.iter().enumerate() {
        let answer = match at {
            0 => walk.begin(step).await?,
            _ => walk.answer(step).await?,
        };
        if answer.status >= 500 {
            return Err(format!("{steps:?} was answered with {}", answer.status).into());
        }
        if answer.has_tokens() {
            return Ok(End::Tokens);
        }
        if answer.status != 200 {
            return Ok(End::Refused);
        }
        walk.last = answer.json();
    }
    Ok(End::GoesOn)
}

/// Whether a sequence has the password proved first and ends with the right code.
fn is_entitled(steps: &[&str]) -> bool {
    matches!(
        steps,
        ["CUSTOM_AUTH with SRP_A", "right password", .., "right code"]
    )
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut live: Vec<Vec<&str>> = vec![Vec::new()];
    let (mut walked, mut entitled, mut others) = (0, 0, Vec::new());
    for length in 1..=LONGEST {
        let next: &[&str] = if length == 1 { &BEGINNINGS } else { &ANSWERS };
        let mut still = Vec::new();
        for before in &live {
            for step in next {
                let mut steps = before.clone();
                steps.push(step);
                walked += 1;
                match walk(&scene, walked, &steps).await? {
                    End::GoesOn => still.push(steps),
                    End::Tokens if is_entitled(&steps) => entitled += 1,
                    End::Tokens => others.push(steps.join(", ")),
                    End::Refused => {}
                }
            }
        }
        live = still;
    }
    Ok(vec![
        Figure::exactly(
            format!(
                "tokens without password, then code, of {walked} sequences {}",
                others.join("; ")
            )
            .trim_end(),
            others.len(),
            0,
        ),
        Figure::exactly("some sequences with both get tokens", entitled > 0, true),
    ])
}
