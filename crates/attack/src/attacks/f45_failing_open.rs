//! Errors where an answer is decided: whether one of them lets somebody in.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::request;
use crate::world::failing::Failing;
use crate::world::scene::{PASSWORD, Scene};

pub const ATTACK: Attack = Attack {
    id: "F-45",
    about: "the store fails at each of its calls in turn, in five sign-ins that must not succeed and one that may (the pool in process); then headers that nobody can read, with a wrong password and a wrong code",
    when: When::Always,
    tests: &[
        "a_store_that_fails_is_an_internal_error_without_its_reason",
        "a_function_that_answers_nonsense_denies",
        "a_sign_in_that_was_not_committed_is_told_as_unavailable_and_works_the_next_time",
    ],
    run: |arena| Box::pin(run(arena)),
};

const WRONG: &str = "Wrong-Horse-9!";
/// More calls than any sign-in takes.
const MOST_CALLS: usize = 60;

/// A sign-in, by what is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    WrongPassword,
    WrongProof,
    WrongProofBeforeCode,
    WrongCode,
    NoCode,
    Right,
}

const KINDS: [Kind; 6] = [
    Kind::WrongPassword,
    Kind::WrongProof,
    Kind::WrongProofBeforeCode,
    Kind::WrongCode,
    Kind::NoCode,
    Kind::Right,
];

struct Bench {
    store: Failing,
    server: TestPool,
    pool: String,
    client: String,
    /// Where sign-ins need no code.
    open: (String, String),
}

impl Bench {
    async fn new() -> Bench {
        let store = Failing::new();
        let server = TestPool::on(Arc::new(store.clone()), 7, |_| {}).await;
        server.ignore_mail();
        let pool = server.confirm_pool().await;
        let client = server.client(&pool).await;
        let open = server.open_confirm_pool().await;
        let open_client = server.client(&open).await;
        Bench {
            store,
            server,
            pool,
            client,
            open: (open, open_client),
        }
    }

    /// Calls an operation, and once more if the server could not.
    async fn insist(&self, operation: &str, body: Value) -> Answer {
        let answer = self.server.call_alone(operation, body.clone()).await;
        match answer.status {
            500.. => self.server.call_alone(operation, body).await,
            _ => answer,
        }
    }

    async fn prove(&self, flow: &str, (pool, client): (&str, &str), user: &str, password: &str) -> Answer {
        let srp = SrpClient::new(pool, password);
        let mut parameters = json!({ "USERNAME": user, "SRP_A": srp.public_a() });
        if flow == "CUSTOM_AUTH" {
            parameters["CHALLENGE_NAME"] = json!("SRP_A");
        }
        let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": parameters });
        let asked = self.insist("InitiateAuth", body).await;
        if asked["ChallengeName"] != "PASSWORD_VERIFIER" {
            return asked;
        }
        let mut body = json!({
            "ClientId": client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": srp.responses(&asked["ChallengeParameters"], self.server.clock().now()),
        });
        if asked["Session"].is_string() {
            body["Session"] = asked["Session"].clone();
        }
        self.insist("RespondToAuthChallenge", body).await
    }

    async fn type_code(&self, user: &str, asked: &Answer, code: &str) -> Answer {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": user, "ANSWER": code },
        });
        self.insist("RespondToAuthChallenge", body).await
    }

    /// Signs in while the store fails at this call; returns the last answer and how many calls there were.
    async fn sign_in(&self, kind: Kind, user: &str, call: usize) -> (Answer, usize) {
        let (open, guarded) = ((&*self.open.0, &*self.open.1), (&*self.pool, &*self.client));
        self.server
            .user(
                if kind == Kind::WrongPassword || kind == Kind::WrongProof {
                    open.0
                } else {
                    guarded.0
                },
                user,
                PASSWORD,
            )
            .await;
        self.store.fail_at(call);
        let answer = match kind {
            Kind::WrongPassword => {
                let parameters = json!({ "USERNAME": user, "PASSWORD": WRONG });
                let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": open.1, "AuthParameters": parameters });
                self.insist("InitiateAuth", body).await
            }
            Kind::WrongProof => self.prove("USER_SRP_AUTH", open, user, WRONG).await,
            Kind::WrongProofBeforeCode => self.prove("CUSTOM_AUTH", guarded, user, WRONG).await,
            Kind::NoCode => self.prove("USER_SRP_AUTH", guarded, user, PASSWORD).await,
            Kind::WrongCode | Kind::Right => {
                let asked = self.prove("CUSTOM_AUTH", guarded, user, PASSWORD).await;
                if asked["ChallengeName"] == "CUSTOM_CHALLENGE" {
                    let calls = self.store.heal();
                    self.server.deliver_mail().await;
                    let code = match kind {
                        Kind::Right => self.server.code_to(&format!("{user}@example.com")).await,
                        _ => "wrong".to_owned(),
                    };
                    // Where the call has failed already, nothing more does.
                    self.store.fail_at(call.checked_sub(calls).unwrap_or(usize::MAX));
                    let answer = self.type_code(user, &asked, &code).await;
                    return (answer, calls + self.store.heal());
                }
                asked
            }
        };
        let calls = self.store.heal();
        (answer, calls)
    }
}

/// Headers that no proxy writes, and that must not be an exit.
fn headers() -> Vec<(&'static str, &'static str)> {
    let mut headers = Vec::new();
    for name in [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "x-forwarded-host",
        "x-forwarded-proto",
        "cookie",
        "origin",
        "via",
    ] {
        for value in [
            "",
            "unknown",
            "999.999.999.999",
            "127.0.0.1, ,",
            "::ffff:127.0.0.1%eth0",
            "for=\"_x\";;",
            ";;;",
            "\u{ff}",
            "a=b; c",
        ] {
            headers.push((name, value));
        }
    }
    headers
}

async fn unreadable_headers(arena: &Arena) -> Outcome<(usize, usize)> {
    let scene = Scene::with(arena, "[http]\nproxies = [\"127.0.0.1\"]\n", json!({})).await?;
    scene.open_door().await?;
    let headers = headers();
    let users = scene.users("mara", headers.len()).await?;
    let mut on = scene.server.connect().await?;
    let (mut sent, mut tokens) = (0, 0);
    // A user for each, so that no lock answers before anybody looks at the password or the code.
    for (header, user) in headers.into_iter().zip(&users) {
        let asked = scene.challenge(&mut on, user).await?;
        let password = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": scene.client,
            "AuthParameters": { "USERNAME": user, "PASSWORD": WRONG },
        });
        let code = scene.code_answer(user, &asked["Session"], "wrong");
        for (operation, body) in [("InitiateAuth", password), ("RespondToAuthChallenge", code)] {
            let body = body.to_string();
            let request = request(scene.server.address, operation, &[header], body.as_bytes());
            let answer = on.exchange_again(&request).await?;
            sent += 1;
            tokens += usize::from(answer.has_tokens());
        }
    }
    Ok((sent, tokens))
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let bench = Bench::new().await;
    let (mut points, mut open, mut right, mut right_points) = (0, 0, 0, 0);
    for (number, kind) in KINDS.into_iter().enumerate() {
        for call in 0..MOST_CALLS {
            let user = format!("user-{number}-{call}");
            let (answer, calls) = bench.sign_in(kind, &user, call).await;
            let has_tokens = answer["AuthenticationResult"].is_object();
            if kind != Kind::Right {
                open += usize::from(has_tokens);
            }
            if call >= calls {
                break;
            }
            points += 1;
            if kind == Kind::Right {
                right += usize::from(has_tokens);
                right_points += 1;
            }
        }
    }
    let (sent, tokens) = unreadable_headers(&arena).await?;
    Ok(vec![
        Figure::exactly(
            format!("tokens in sign-ins that must fail, at {points} failing calls"),
            open,
            0,
        ),
        Figure::exactly(
            format!("some right ones succeed the next time ({right} of {right_points})"),
            right > 0,
            true,
        ),
        Figure::exactly(
            format!("tokens for {sent} requests with unreadable headers"),
            tokens,
            0,
        ),
    ])
}
