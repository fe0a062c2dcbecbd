//! One of three servers stops where it stands, for longer than its leases, and goes on.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::request;
use crate::world::database::Database;
use crate::world::http::Connection;
use crate::world::nodes::Nodes;
use crate::world::scene::{Scene, address};
use crate::world::server::Server;

pub const FAULT: Attack = Attack {
    id: "F-15",
    about: "one of three servers is stopped (SIGSTOP) for 45 s with 30 answers to codes on their way to it, which are given to the others, and goes on",
    when: When::Named("paused-node"),
    tests: &[
        "servers_that_share_an_outbox_send_every_mail_once",
        "mail_that_its_server_gets_to_too_late_goes_back_among_what_is_due",
        "of_two_right_codes_at_the_same_moment_one_signs_in",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SIGN_INS: usize = 30;
/// Longer than the lease on a mail, which is 30 s.
const PAUSE: Duration = Duration::from_secs(45);
/// By then mails that have left are noted.
const NOTED: Duration = Duration::from_secs(1);
/// For what comes too late.
const GRACE: Duration = Duration::from_secs(5);

/// A server says that it runs more often than that.
const SILENCE_MS: u64 = 40_000;
/// What is asked of the one that stops, and what it answers when it goes on.
const ANSWER: &str = "RespondToAuthChallenge";
const TOO_LATE: &str = "NotAuthorizedException";

/// An answer that has been sent to the server that stands still.
struct Stuck {
    name: String,
    session: Value,
    code: String,
    on: Connection,
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let database = Database::start(&arena).await?;
    let nodes = Nodes::three(&arena, &database).await?;
    let scene = &nodes.scene;
    let paused = &nodes.others[0];
    let mut stuck = asked(scene, paused).await?;
    // That a mail has left is noted within a tenth of a second; what comes of those that are not yet, F-09 asks.
    sleep(NOTED).await;
    paused.pause(true).await?;
    for one in &mut stuck {
        let body = answer_of(scene, one);
        one.on.send(&body).await?;
    }
    let late = scene.users("late", SIGN_INS).await?;
    let (mut elsewhere, mut mailed) = (0, 0);
    let mut on = scene.server.connect().await?;
    for one in &stuck {
        let answer = scene.answer(&mut on, &one.name, &one.session, &one.code).await?;
        elsewhere += usize::from(answer.has_tokens());
    }
    for name in &late {
        scene.challenge(&mut on, name).await?;
        mailed += usize::from(scene.code(name).await.is_ok());
    }
    sleep(PAUSE).await;
    let silent = silent(&scene.server).await?;
    paused.pause(false).await?;
    let mut twice = 0;
    for one in &mut stuck {
        // What it says of an answer that another has taken meanwhile; nothing, if it gave up on the connection.
        twice += usize::from(one.on.read().await.is_ok_and(|answer| answer.has_tokens()));
    }
    sleep(GRACE).await;
    let names = stuck.iter().map(|one| &one.name).chain(&late);
    let doubled = names.filter(|name| scene.mail.count(&address(name)) != 1).count();
    let mut on = paused.connect().await?;
    let back = scene.sign_in(&mut on, &late[0]).await.is_ok();
    Ok(vec![
        Figure::exactly(
            "servers of which `poolhouse nodes` tells meanwhile that they are not heard of",
            silent,
            1,
        ),
        told_too_late(paused).await?,
        Figure::exactly(
            "sign-ins that ended, by the audit log",
            ended(scene).await?,
            elsewhere + usize::from(back),
        ),
        Figure::exactly("codes taken by the others meanwhile", elsewhere, SIGN_INS),
        Figure::exactly("codes that others mailed meanwhile", mailed, SIGN_INS),
        Figure::exactly("codes taken again by the one that went on", twice, 0),
        Figure::exactly("mails that came twice or not at all", doubled, 0),
        Figure::exactly("it signs people in again", back, true),
    ])
}

/// People whom the server that will stop has sent their codes, each on a connection to it.
async fn asked(scene: &Scene, paused: &Server) -> Outcome<Vec<Stuck>> {
    let mut stuck = Vec::new();
    for name in scene.users("stuck", SIGN_INS).await? {
        let mut on = paused.connect().await?;
        let asked = scene.challenge(&mut on, &name).await?;
        let code = scene.code(&name).await?;
        stuck.push(Stuck {
            session: asked["Session"].clone(),
            on,
            name,
            code,
        });
    }
    Ok(stuck)
}

/// Whether the one that went on tells, by its metrics and its log, of answers that came too late.
async fn told_too_late(paused: &Server) -> Outcome<Figure> {
    let labels = format!("operation=\"{ANSWER}\",outcome=\"{TOO_LATE}\"");
    let counted = paused
        .counted(&format!("poolhouse_requests_total{{{labels}}}"))
        .await?;
    let is_such = |line: &&Value| line["operation"] == ANSWER && line["outcome"] == TOO_LATE;
    let logged = paused.logged("request")?.iter().filter(is_such).count();
    Ok(Figure::exactly(
        "it tells of answers that came too late, by `poolhouse_requests_total` and in the log",
        counted > 0.0 && logged > 0,
        true,
    ))
}

/// How many sign-ins have ended with tokens, by the audit log.
async fn ended(scene: &Scene) -> Outcome<usize> {
    let entries = scene.server.audit(&scene.pool).await?;
    let tokens = entries.iter().filter(|entry| entry["outcome"] == "tokens");
    Ok(tokens.count())
}

/// How many servers have not been heard of for nearly as long as the pause.
async fn silent(beside: &Server) -> Outcome<usize> {
    let shown: Value = serde_json::from_str(&beside.run(&["nodes", "--output", "json"]).await?)?;
    let servers = shown["Servers"]
        .as_array()
        .ok_or("poolhouse nodes shows no servers")?;
    let ages = servers
        .iter()
        .filter_map(|server| server["LastHeardOfMs"].as_u64());
    Ok(ages.filter(|age| *age > SILENCE_MS).count())
}

fn answer_of(scene: &Scene, one: &Stuck) -> Vec<u8> {
    let body = scene.code_answer(&one.name, &one.session, &one.code).to_string();
    request(one.on.server, ANSWER, &[], body.as_bytes())
}
