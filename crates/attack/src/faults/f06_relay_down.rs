//! The mail relay is away for ten minutes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::world::mail::Mail;
use crate::world::scene::{Scene, address, settings_of};

pub const FAULT: Attack = Attack {
    id: "F-06",
    about: "nobody listens at the mail relay for ten minutes, in which somebody new asks for a code every two seconds; then it is back",
    when: When::Named("relay-down"),
    tests: &[
        "a_relay_that_is_down_costs_mail_no_attempt",
        "expired_mail_is_never_sent",
        "test_a_dead_relay_does_not_slow_the_sign_in_down",
    ],
    run: |arena| Box::pin(run(arena)),
};

const AWAY: Duration = Duration::from_secs(600);
const GLANCE: Duration = Duration::from_millis(50);
const EVERY: Duration = Duration::from_secs(2);
/// How many ask before, as far apart: whom a machine has waited for is served later than who comes at once.
const BASE: usize = 100;
/// How long a code is good for: as long as the session that asks for it.
const CODE: Duration = Duration::from_secs(180);
/// What is due leaves within this time. The relay is looked for again half a minute after it was last found away.
const SOON: Duration = Duration::from_secs(40);
/// When all that is good must have left, in seconds after the relay is back.
const LATEST: f64 = 10.0;

/// What counts that nobody took a mail, and what the log says of it.
const DEFERRED: &str = "poolhouse_mail_attempts_total{outcome=\"deferred\"}";
const SAID: &str = "mail not accepted";

/// Somebody who waits for a code.
struct Waiting {
    name: String,
    asked: Instant,
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut base = Vec::new();
    for name in scene.users("before", BASE).await? {
        base.push(ms(scene.timed_challenge(&name).await?));
        sleep(EVERY).await;
    }
    let place = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    scene.server.reconfigure(&settings_of(place, "")).await?;
    let (during, waiting) = outage(&scene).await?;
    let slower = quantile(&during, 0.99) - quantile(&base, 0.99);
    let mut figures = vec![Figure::measured(
        "99th percentile of the answer to the password, more than before",
        slower,
        5.0,
        " ms",
    )];
    figures.push(scene.server.tells(DEFERRED, SAID).await?);
    figures.extend(recovery(place, &waiting).await?);
    Ok(figures)
}

/// Nobody takes mail. How long the answers to passwords took, and who waits.
async fn outage(scene: &Scene) -> Outcome<(Vec<f64>, Vec<Waiting>)> {
    let count = usize::try_from(AWAY.as_secs() / EVERY.as_secs())?;
    let names = scene.users("during", count).await?;
    let (mut during, mut waiting) = (Vec::new(), Vec::new());
    for name in names {
        during.push(ms(scene.timed_challenge(&name).await?));
        let asked = Instant::now();
        waiting.push(Waiting { name, asked });
        sleep(EVERY).await;
    }
    Ok((during, waiting))
}

/// The relay is back.
async fn recovery(place: SocketAddr, waiting: &[Waiting]) -> Outcome<Vec<Figure>> {
    let mail = Mail::open_at(place).await?;
    let back = Instant::now();
    // Those that end while the relay is looked for again may or may not come.
    let is_fresh = |one: &&Waiting| one.asked.elapsed() + SOON < CODE;
    let fresh: Vec<&Waiting> = waiting.iter().filter(is_fresh).collect();
    let is_missing = |one: &&&Waiting| mail.count(&address(&one.name)) == 0;
    while fresh.iter().filter(is_missing).count() > 0 && back.elapsed() < SOON {
        sleep(GLANCE).await;
    }
    let (arrived, missing) = (back.elapsed(), fresh.iter().filter(is_missing).count());
    sleep(SOON).await;
    let has_ended = |one: &&Waiting| back.duration_since(one.asked) > CODE;
    let ended = waiting.iter().filter(has_ended);
    let expired = ended.filter(|one| mail.count(&address(&one.name)) > 0).count();
    Ok(vec![
        Figure::exactly("some codes were still good", !fresh.is_empty(), true),
        Figure::exactly(format!("of {} of them did not come", fresh.len()), missing, 0),
        Figure::measured("the last of them after", arrived.as_secs_f64(), LATEST, " s"),
        Figure::exactly("expired codes that were sent", expired, 0),
    ])
}
