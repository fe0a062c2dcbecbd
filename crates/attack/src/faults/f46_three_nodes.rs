//! Guesses, right answers and revocations, spread over three servers on one database.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::request;
use crate::world::crowd::Crowd;
use crate::world::database::Database;
use crate::world::http::Answer;
use crate::world::nodes::Nodes;

pub const FAULT: Attack = Attack {
    id: "F-46",
    about: "three servers: 2,000 wrong codes at once for every session of a sign-in, the right code 64 times at once for 50 sign-ins, and 20 sign-outs that all of them must know of",
    when: When::Named("three-nodes"),
    tests: &[
        "five_hundred_wrong_codes_at_once_are_evaluated_once",
        "sixty_four_right_codes_at_once_give_one_set_of_tokens",
        "of_two_right_codes_at_the_same_moment_one_signs_in",
    ],
    run: |arena| Box::pin(run(arena)),
};

const GUESSED: usize = 5;
const GUESSES: usize = 2000;
/// More rounds than a sign-in has attempts.
const ROUNDS: usize = 5;
/// Connections to each server.
const CONNECTIONS: usize = 40;
const RIGHT: usize = 50;
const ANSWERS: usize = 64;
const REVOKED: usize = 20;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let database = Database::start(&arena).await?;
    let nodes = Nodes::three(&arena, &database).await?;
    let mut crowds = Vec::new();
    for person in nodes.people() {
        crowds.push(Crowd::open(person.server, CONNECTIONS).await?);
    }
    let mut figures = guesses(&nodes, &mut crowds, &arena).await?;
    figures.extend(right_answers(&nodes, &mut crowds).await?);
    figures.push(revocations(&nodes).await?);
    Ok(figures)
}

/// Sends one body at once by all of them, so often in all.
async fn everywhere(
    crowds: &mut Vec<Crowd>,
    nodes: &Nodes,
    body: &Value,
    times: usize,
) -> Outcome<Vec<Answer>> {
    let mut under_way = JoinSet::new();
    let people = nodes.people();
    let count = crowds.len();
    for (number, (mut crowd, person)) in crowds.drain(..).zip(people).enumerate() {
        let sent = request(
            person.server,
            "RespondToAuthChallenge",
            &[],
            body.to_string().as_bytes(),
        );
        let share = times / count + usize::from(number < times % count);
        under_way.spawn(async move {
            let answers = crowd.repeat(&sent, share).await?;
            Outcome::Ok((number, crowd, answers))
        });
    }
    let (mut back, mut answers) = (Vec::new(), Vec::new());
    while let Some(done) = under_way.join_next().await {
        let (number, crowd, more) = done??;
        back.push((number, crowd));
        answers.extend(more);
    }
    back.sort_by_key(|(number, _)| *number);
    crowds.extend(back.into_iter().map(|(_, crowd)| crowd));
    Ok(answers)
}

async fn guesses(nodes: &Nodes, crowds: &mut Vec<Crowd>, arena: &Arena) -> Outcome<Vec<Figure>> {
    let scene = &nodes.scene;
    let mut random = arena.random();
    let mut on = scene.server.connect().await?;
    let (mut most, mut tokens, mut right_taken) = (0, 0, 0);
    for name in scene.users("guessed", GUESSED).await? {
        let before = nodes.wrong_codes()?;
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        let mut session = asked["Session"].clone();
        for _ in 0..ROUNDS {
            let wrong = random.code_other_than(&code);
            let body = scene.code_answer(&name, &session, &wrong);
            let answers = everywhere(crowds, nodes, &body, GUESSES).await?;
            tokens += answers.iter().filter(|answer| answer.has_tokens()).count();
            let next = answers.iter().find(|answer| answer.status == 200);
            let Some(next @ Value::String(_)) = next.map(|next| next.json()["Session"].clone()) else {
                break;
            };
            session = next;
        }
        most = most.max(nodes.wrong_codes()? - before);
        let answer = scene.answer(&mut on, &name, &session, &code).await?;
        right_taken += usize::from(answer.has_tokens());
    }
    let told = scene.server.wrong_codes_told(&scene.pool).await?;
    let as_many = told.values().filter(|count| **count == 3).count();
    Ok(vec![
        Figure::exactly("wrong codes evaluated in a sign-in, by all three", most, 3),
        Figure::exactly(
            format!("users of {GUESSED} of whom the audit log tells as many"),
            as_many,
            GUESSED,
        ),
        Figure::exactly("tokens for guesses", tokens, 0),
        Figure::exactly("right codes taken afterwards", right_taken, 0),
    ])
}

async fn right_answers(nodes: &Nodes, crowds: &mut Vec<Crowd>) -> Outcome<Vec<Figure>> {
    let scene = &nodes.scene;
    let mut on = scene.server.connect().await?;
    let mut once = 0;
    for name in scene.users("right", RIGHT).await? {
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        let body = scene.code_answer(&name, &asked["Session"], &code);
        let answers = everywhere(crowds, nodes, &body, ANSWERS).await?;
        once += usize::from(answers.iter().filter(|answer| answer.has_tokens()).count() == 1);
    }
    Ok(vec![Figure::exactly(
        "sign-ins with exactly one set of tokens for 64 right answers",
        once,
        RIGHT,
    )])
}

async fn revocations(nodes: &Nodes) -> Outcome<Figure> {
    let scene = &nodes.scene;
    let mut on = scene.server.connect().await?;
    let mut slowest = Duration::ZERO;
    for name in scene.users("revoked", REVOKED).await? {
        let tokens = scene.sign_in(&mut on, &name).await?;
        let body = json!({ "AccessToken": tokens["AccessToken"] });
        on.call("GlobalSignOut", &body).await?.ok()?;
        let begun = Instant::now();
        for server in &nodes.others {
            let mut there = server.connect().await?;
            while there.call("GetUser", &body).await?.status == 200 {
                sleep(Duration::from_millis(5)).await;
            }
        }
        slowest = slowest.max(begun.elapsed());
    }
    Ok(Figure::measured(
        "a sign-out is known everywhere after, at most",
        slowest.as_secs_f64(),
        1.0,
        " s",
    ))
}
