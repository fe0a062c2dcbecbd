//! Whether an answer tells who exists, byte by byte.

use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::http::{Answer, Connection};
use crate::world::scene::{PASSWORD, Pool, Scene, make_pool, operate};
use crate::world::server::Server;
use crate::world::steps::{FIRST_FACTORS, SELF_SERVICE, SIGN_IN, check, request_of};

pub const ATTACK: Attack = Attack {
    id: "F-41",
    about: "answers about known and unknown names compared in three kinds of pools and fourteen steps; salts asked for again and again, over `kill -9` and a rotation of keys",
    when: When::Always,
    tests: &[
        "blocks_and_sessions_have_one_length_whoever_signs_in_and_wherever",
        "a_name_and_the_id_shown_for_it_look_the_same_tried_in_turn",
        "the_first_answer_to_an_unknown_user_has_the_members_of_a_known_ones",
        "locks_and_names_outlive_the_keys_they_were_made_with",
    ],
    run: |arena| Box::pin(run(arena)),
};

const REPEATS: usize = 100;
/// Members that differ from one answer to the next: only their form may be compared.
const RANDOM: [&str; 8] = [
    "Session",
    "SECRET_BLOCK",
    "SRP_B",
    "SALT",
    "USER_ID_FOR_SRP",
    "USERNAME",
    "Destination",
    "CODE_DELIVERY_DESTINATION",
];

/// The answer to one step, with a wrong password or code.
async fn step(on: &mut Connection, pool: &Pool, step: &str, name: &str) -> Outcome<Answer> {
    let request = request_of(on, pool, step, name).await?;
    let answer = on.exchange(&request).await?;
    check(step, &answer)?;
    Ok(answer)
}

/// What of an answer must be the same for everybody: the head without what counts requests, and the body with the random
/// members by their form. The name stands for itself.
fn shape(answer: &Answer, name: &str) -> String {
    let mut shape = String::new();
    for line in answer.head.lines() {
        let header = line.split(':').next().unwrap_or_default();
        let is_random = ["date", "x-amzn-requestid", "content-length"].contains(&header);
        shape.push_str(if is_random { header } else { line });
        shape.push('\n');
    }
    let mut body = answer.json();
    mask(&mut body);
    shape + &body.to_string().replace(name, "NAME")
}

fn mask(value: &mut Value) {
    let Some(members) = value.as_object_mut() else {
        return;
    };
    for (name, value) in members {
        mask(value);
        if let (true, Some(text)) = (RANDOM.contains(&name.as_str()), value.as_str()) {
            *value = json!(match name.as_str() {
                // Numbers: a leading zero is left out now and then, for known and unknown alike.
                "SRP_B" | "SALT" => "a number".to_owned(),
                // Where a name is no address, its letters are some that stay the same.
                "Destination" | "CODE_DELIVERY_DESTINATION" => masked(text),
                // The name itself, or the form of a UUID.
                "USER_ID_FOR_SRP" | "USERNAME" => form(text),
                _ => format!("{} characters", text.len()),
            });
        }
    }
}

/// The form of a UUID; anything else is as it is.
fn form(text: &str) -> String {
    let is_uuid = text.len() == 36 && text.matches('-').count() == 4;
    if is_uuid {
        "a UUID".to_owned()
    } else {
        text.to_owned()
    }
}

/// A masked address without its two letters; anything else is as it is.
fn masked(text: &str) -> String {
    let letters = |part: &str| part.len() == 4 && part.ends_with("***");
    match text.split_once('@') {
        Some((local, domain)) if letters(local) && letters(domain) => "a masked address".to_owned(),
        _ => text.to_owned(),
    }
}

/// A pool in which passwords alone sign in: otherwise every flow but one is refused before anybody is looked up.
async fn open_pool(server: &Server, members: Value) -> Outcome<Pool> {
    let pool = make_pool(server, members, json!({})).await?;
    server.run(&["door", "open", "--user-pool-id", &pool.id]).await?;
    Ok(pool)
}

async fn salt(on: &mut Connection, pool: &Pool, name: &str) -> Outcome<Value> {
    let answer = step(on, pool, "USER_SRP_AUTH", name).await?.ok()?;
    Ok(answer["ChallengeParameters"]["SALT"].clone())
}

/// Makes a user of this name with an address.
async fn make_user(server: &Server, pool: &Pool, name: &str, number: usize) -> Outcome {
    let user = json!({
        "UserPoolId": pool.id,
        "Username": name,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": format!("known-{number}@example.com") },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    operate(server, "AdminCreateUser", &user).await?;
    let password =
        json!({ "UserPoolId": pool.id, "Username": name, "Password": PASSWORD, "Permanent": true });
    operate(server, "AdminSetUserPassword", &password).await.map(drop)
}

/// Somebody who has signed up and typed no code yet.
async fn sign_up(on: &mut Connection, pool: &Pool, name: &str, number: usize) -> Outcome {
    let user = json!({
        "ClientId": pool.client,
        "Username": name,
        "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": format!("known-{number}@example.com") }],
    });
    on.call("SignUp", &user).await?.ok().map(drop)
}

fn steps() -> impl Iterator<Item = &'static str> {
    SIGN_IN.into_iter().chain(SELF_SERVICE).chain(FIRST_FACTORS)
}

/// The steps that answer differently about a user and about nobody, in this kind of pool.
async fn differing(server: &Server, kind: &Value) -> Outcome<Vec<String>> {
    let mut members = kind.clone();
    members["AutoVerifiedAttributes"] = json!(["email"]);
    members["Policies"] = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = open_pool(server, members).await?;
    let mut on = server.connect().await?;
    // By an alias, the username is shown: only one that is a UUID tells nothing, as SECURITY.md says.
    let is_by_address = kind.as_object().is_some_and(|kind| !kind.is_empty());
    let is_alias = kind.get("AliasAttributes").is_some();
    let mut differing = Vec::new();
    for (number, what) in steps().enumerate() {
        // An address is an alias once it is verified: until then the username is typed.
        let is_signed_up = ["ResendConfirmationCode", "ConfirmSignUp"].contains(&what);
        let uuid = |first: &str| format!("{first}-0000-4000-8000-{number:012}");
        let [known, unknown] = match (is_by_address, is_alias && is_signed_up) {
            (_, true) => ["6f1c2a9e", "7a0d3b8f"].map(uuid),
            (true, _) => ["known", "other"].map(|who| format!("{who}-{number}@example.com")),
            _ => ["known", "other"].map(|who| format!("{who}-{number}")),
        };
        let name = if is_alias { uuid("6f1c2a9e") } else { known.clone() };
        if is_signed_up {
            sign_up(&mut on, &pool, &name, number).await?;
        } else {
            make_user(server, &pool, &name, number).await?;
        }
        let seen = shape(&step(&mut on, &pool, what, &known).await?, &known);
        let other = shape(&step(&mut on, &pool, what, &unknown).await?, &unknown);
        if seen != other {
            differing.push(format!("{what} {kind}"));
        }
    }
    Ok(differing)
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let kinds = [
        json!({}),
        json!({ "UsernameAttributes": ["email"] }),
        json!({ "AliasAttributes": ["email"] }),
    ];
    let mut told = Vec::new();
    for kind in &kinds {
        told.extend(differing(&scene.server, kind).await?);
    }
    let compared = kinds.len() * steps().count();
    let first = open_pool(&scene.server, json!({})).await?;
    let second = open_pool(&scene.server, json!({})).await?;
    let mut on = scene.server.connect().await?;
    let before = salt(&mut on, &first, "nobody").await?;
    let mut changed = 0;
    for _ in 0..REPEATS {
        changed += usize::from(salt(&mut on, &first, "nobody").await? != before);
    }
    let is_another_elsewhere = salt(&mut on, &second, "nobody").await? != before;
    scene.server.kill_and_restart().await?;
    for key in ["master", "code"] {
        scene.server.run(&["keys", "rotate", key]).await?;
    }
    let mut on = scene.server.connect().await?;
    changed += usize::from(salt(&mut on, &first, "nobody").await? != before);
    let differ = format!("answers that differ, of {compared} {}", told.join("; "));
    Ok(vec![
        Figure::exactly(differ.trim_end(), told.len(), 0),
        Figure::exactly(format!("changed salts of {}", REPEATS + 1), changed, 0),
        Figure::exactly("another pool shows another salt", is_another_elsewhere, true),
    ])
}
