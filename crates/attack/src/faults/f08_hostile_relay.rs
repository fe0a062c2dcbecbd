//! The mail relay means ill.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::world::hostile::{Hostile, Mood};
use crate::world::mail::Mail;
use crate::world::scene::{Scene, address, settings_of};
use crate::world::server::Server;

pub const FAULT: Attack = Attack {
    id: "F-08",
    about: "the relay never greets, greets a byte a second, in a line or in lines without end, with what is no SMTP, or hangs up: 15 s each, with ten codes asked for; then it behaves",
    when: When::Named("hostile-relay"),
    tests: &[
        "test_no_step_holds_the_server_up_loses_or_doubles_a_mail_or_fills_its_memory",
        "test_the_next_person_gets_one_mail_after_somebody_elses_has_stalled",
        "test_a_dead_relay_does_not_slow_the_sign_in_down",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CODES: usize = 10;
const BASE: usize = 30;
const EACH: Duration = Duration::from_secs(15);
/// For the last connection to end.
const GRACE: Duration = Duration::from_secs(35);
/// What waits is tried again at most so long after the relay behaves.
const SOON: f64 = 75.0;

/// What counts that it took no mail.
const DEFERRED: &str = "poolhouse_mail_attempts_total{outcome=\"deferred\"}";

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mail = Mail::open().await?;
    let hostile = Hostile::open(mail.address).await?;
    let server = Server::start(&arena, &settings_of(hostile.address, "")).await?;
    let scene = Scene::on(server, mail, json!({})).await?;
    let base = before(&scene).await?;
    let memory = scene.server.resident_mib_from_now()?;
    let (mut during, mut waiting) = (Vec::new(), Vec::new());
    for (number, mood) in Mood::ALL.into_iter().enumerate() {
        let names = scene.users(&format!("during-{number}"), CODES).await?;
        hostile.be(Some(mood));
        for name in &names {
            during.push(ms(scene.timed_challenge(name).await?));
        }
        waiting.extend(names);
        sleep(EACH).await;
    }
    hostile.be(None);
    let begun = Instant::now();
    for name in &waiting {
        scene.code(name).await?;
    }
    let arrived = begun.elapsed();
    sleep(GRACE).await;
    let doubled = waiting.iter().filter(|name| scene.mail.count(&address(name)) > 1);
    let (connections, longest) = hostile.had();
    let told = scene.server.tells(DEFERRED, "mail not accepted").await?;
    Ok(vec![
        Figure::exactly(
            format!("it had {connections} connections: some"),
            connections > 0,
            true,
        ),
        Figure::measured("the longest of them", longest.as_secs_f64(), 30.0, " s"),
        Figure::measured(
            "memory more than before",
            scene.server.peak_mib()? - memory,
            16.0,
            " MiB",
        ),
        Figure::measured(
            "median of the answer to the password, more than before",
            quantile(&during, 0.5) - quantile(&base, 0.5),
            5.0,
            " ms",
        ),
        Figure::measured(
            format!("all of {} codes came after it behaved, after", waiting.len()),
            arrived.as_secs_f64(),
            SOON,
            " s",
        ),
        Figure::exactly("codes that came twice", doubled.count(), 0),
        told,
    ])
}

/// How long answers to passwords take while it behaves.
async fn before(scene: &Scene) -> Outcome<Vec<f64>> {
    let mut base = Vec::new();
    for name in scene.users("before", BASE).await? {
        base.push(ms(scene.timed_challenge(&name).await?));
    }
    Ok(base)
}
