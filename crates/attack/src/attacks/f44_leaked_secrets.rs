//! Everything that the server writes, searched for everything that it must not write.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::Connection;
use crate::world::mail::Mail;
use crate::world::now;
use crate::world::scene::{Scene, address, password_sign_in};
use crate::world::server::Server;

pub const ATTACK: Attack = Attack {
    id: "F-44",
    about: "passwords, codes, sessions, proofs, tokens, keys and the relay's password, in five spellings, in the log at `trace` and in the data folder, after sign-ins, mistakes, a failing relay, a rotation and `kill -9`",
    when: When::Always,
    tests: &[
        "no_row_holds_a_code_or_a_session_in_the_clear",
        "the_database_tells_neither_the_code_nor_the_person_nor_whether_there_is_one",
        "a_request_is_logged_with_user_client_address_and_outcome_and_nothing_that_was_typed",
        "c2_the_code_is_in_the_mail_and_nowhere_else",
    ],
    run: |arena| Box::pin(run(arena)),
};

const RELAY_PASSWORD: &str = "Relay-Canary-31!";
const PASSWORD: &str = "Canary-Horse-17!";
const NEXT_PASSWORD: &str = "Canary-Staple-18!";
const WRONG_PASSWORD: &str = "Canary-Wrong-19!";
/// Long enough that no other number is one by chance.
const CODES: &str = "[confirm]\nCODE_LENGTH = 12\n";

/// Everything that was secret in this run, each with what it is.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn note(&mut self, what: &'static str, secret: &Value) {
        if let Some(text) = secret.as_str().filter(|text| text.len() >= 8) {
            self.0.push((what, text.to_owned()));
        }
    }

    /// Where any of them is found, in any spelling.
    fn found_in(&self, bytes: &[u8], place: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (what, secret) in &self.0 {
            for (spelling, text) in spellings(secret) {
                if contains(bytes, text.as_bytes()) {
                    found.push(format!("{what} ({spelling}) in {place}"));
                }
            }
        }
        found
    }
}

fn spellings(secret: &str) -> [(&'static str, String); 5] {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let escaped: String = secret
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    // Three bytes are four letters of base64: what is inside of something longer is found by its middle.
    let middle = &secret.as_bytes()[..secret.len() / 3 * 3];
    [
        ("as it is", secret.to_owned()),
        ("base64", STANDARD.encode(middle)),
        ("base64url", URL_SAFE_NO_PAD.encode(middle)),
        ("hexadecimal", hex),
        ("percent-encoded", escaped),
    ]
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(wanted) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// All files under a folder.
fn files(folder: &Path, into: &mut Vec<std::path::PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files(&entry.path(), into)?;
        } else if entry.file_type()?.is_file() {
            into.push(entry.path());
        }
    }
    Ok(())
}

/// A sign-in with mistakes; what was secret in it is noted.
async fn sign_in(scene: &Scene, on: &mut Connection, secrets: &mut Secrets) -> Outcome<Value> {
    let mailed = scene.mail.codes(&address("mara")).len();
    password_sign_in(on, &scene.client, "mara", WRONG_PASSWORD).await?;
    let asked = scene.begin(on, "mara").await?;
    secrets.note("a session", &asked["Session"]);
    let responses = scene.srp.responses(&asked["ChallengeParameters"], now()?);
    secrets.note("a proof", &responses["PASSWORD_CLAIM_SIGNATURE"]);
    let proof = json!({
        "ClientId": scene.client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "Session": asked["Session"],
        "ChallengeResponses": responses,
    });
    let asked = on.call("RespondToAuthChallenge", &proof).await?.ok()?;
    secrets.note("a session", &asked["Session"]);
    let code = scene.mail.code(&address("mara"), mailed).await?;
    secrets.note("a code", &json!(code));
    let wrong = "000000000000";
    let asked = scene.answer(on, "mara", &asked["Session"], wrong).await?.ok()?;
    secrets.note("a session", &asked["Session"]);
    let tokens =
        scene.answer(on, "mara", &asked["Session"], &code).await?.ok()?["AuthenticationResult"].clone();
    for (what, name) in [
        ("an access token", "AccessToken"),
        ("an id token", "IdToken"),
        ("a refresh token", "RefreshToken"),
    ] {
        secrets.note(what, &tokens[name]);
    }
    Ok(tokens)
}

/// A server at `trace` whose first relay is not there, and has a password that must not be told when that is logged.
async fn scene(arena: &Arena) -> Outcome<Scene> {
    let mail = Mail::open().await?;
    let settings = format!(
        "[mail]\nrelays = [\"smtp://relay:{RELAY_PASSWORD}@127.0.0.1:1\", \"smtp://{}\"]\n\
         from = \"Attack <no-reply@example.com>\"\n\n{CODES}",
        mail.address
    );
    let server = Server::start_logging(arena, &settings, "trace").await?;
    let mut scene = Scene::on(server, mail, json!({})).await?;
    scene.srp = Arc::new(SrpClient::new(&scene.pool, PASSWORD));
    scene.user("mara").await?;
    let set =
        json!({ "UserPoolId": scene.pool, "Username": "mara", "Password": PASSWORD, "Permanent": true });
    scene.operate("AdminSetUserPassword", &set).await?;
    Ok(scene)
}

/// Requests that fail with a secret in them.
async fn fail(scene: &Scene, on: &mut Connection, tokens: &Value) -> Outcome {
    for token in ["AccessToken", "IdToken", "RefreshToken"] {
        let broken = json!(format!("{}x", tokens[token].as_str().unwrap_or_default()));
        let revoke = json!({ "ClientId": scene.client, "Token": broken });
        let answer = scene.code_answer("mara", &broken, PASSWORD);
        on.call("GetUser", &json!({ "AccessToken": broken })).await?;
        on.call("RevokeToken", &revoke).await?;
        on.call("RespondToAuthChallenge", &answer).await?;
    }
    let muddled = json!({ "AuthFlow": PASSWORD, "ClientId": PASSWORD, "AuthParameters": PASSWORD });
    on.call("InitiateAuth", &muddled).await.map(drop)
}

/// What was left after the run: where secrets were found, how much was searched, and whether it was what should be.
struct Searched {
    found: Vec<String>,
    what: String,
    is_whole: bool,
}

fn search(scene: &Scene, secrets: &Secrets) -> Outcome<Searched> {
    let written = scene.server.log()?;
    let mut found = secrets.found_in(written.as_bytes(), "the log");
    let mut stored = Vec::new();
    files(&scene.server.data, &mut stored)?;
    for file in &stored {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        found.extend(secrets.found_in(&fs::read(file)?, &name));
    }
    found.sort();
    found.dedup();
    Ok(Searched {
        what: format!(
            "found of {} secrets in {} KiB of log and {} files {}",
            secrets.0.len(),
            written.len() >> 10,
            stored.len(),
            found.join("; ")
        ),
        found,
        // The log tells of the relay that was not there, and there is a database.
        is_whole: written.contains("127.0.0.1:1") && !stored.is_empty() && secrets.0.len() > 12,
    })
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = scene(&arena).await?;
    let mut secrets = Secrets::default();
    secrets.note("the relay's password", &json!(RELAY_PASSWORD));
    secrets.note("a password", &json!(PASSWORD));
    secrets.note("a password", &json!(NEXT_PASSWORD));
    secrets.note("a wrong password", &json!(WRONG_PASSWORD));
    secrets.note("an access key", &json!(scene.server.key.secret));
    let mut on = scene.server.connect().await?;
    let tokens = sign_in(&scene, &mut on, &mut secrets).await?;
    scene.server.run(&["keys", "rotate", "master"]).await?;
    let refresh = json!({ "ClientId": scene.client, "RefreshToken": tokens["RefreshToken"] });
    let refreshed = on.call("GetTokensFromRefreshToken", &refresh).await?.ok()?;
    let refreshed = &refreshed["AuthenticationResult"]["AccessToken"];
    secrets.note("an access token", refreshed);
    let change = json!({
        "AccessToken": tokens["AccessToken"],
        "PreviousPassword": PASSWORD,
        "ProposedPassword": NEXT_PASSWORD,
    });
    on.call("ChangePassword", &change).await?.ok()?;
    fail(&scene, &mut on, &tokens).await?;
    scene.server.kill_and_restart().await?;
    let searched = search(&scene, &secrets)?;
    Ok(vec![
        Figure::exactly(searched.what.trim_end(), searched.found.len(), 0),
        Figure::exactly("the run wrote what was to be searched", searched.is_whole, true),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let mut secrets = Secrets::default();
        secrets.note("a password", &json!("Canary-Horse-17!"));
        let found = |text: &str| secrets.found_in(text.as_bytes(), "a log").len();
        assert_eq!(found("nothing"), 0);
        assert_eq!(found("Canary-Horse-17!"), 1);
        assert_eq!(found("Q2FuYXJ5LUhvcnNlLTE3IQ=="), 2, "both alphabets");
        assert_eq!(found("43616e6172792d486f7273652d313721"), 1);
        assert_eq!(found("Canary-Horse-17%21"), 1);
    }
}
