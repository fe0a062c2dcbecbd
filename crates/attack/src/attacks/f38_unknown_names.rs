//! Sign-ins under names that nobody has, as many as there is time for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::world::scene::{PASSWORD, Scene, password_sign_in};

pub const ATTACK: Attack = Attack {
    id: "F-38",
    about: "wrong passwords for names that nobody has, each another, for two minutes as fast as they go and for one at half of that",
    when: When::Always,
    tests: &[
        "a_flood_of_unknown_names_is_gone_with_one_round_and_what_still_counts_stays",
        "a_name_that_nobody_has_costs_what_a_user_costs",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CONNECTIONS: usize = 32;
const FULL: Duration = Duration::from_secs(120);
const HALF: Duration = Duration::from_secs(60);
const QUIET: Duration = Duration::from_secs(15);
const WRONG: &str = "Wrong-Horse-9!";
const JUDGED: &str = "Incorrect username or password";

/// What became of the flood.
#[derive(Default)]
struct Told {
    /// Names whose wrong password was judged.
    names: AtomicU64,
    /// Any other answer, a refusal unread for instance: such a name has cost nothing.
    others: AtomicU64,
}

/// Wrong passwords for new names until the time is over; notes what came of them and returns how many were judged.
async fn flood(
    scene: &Scene,
    (lasting, rate): (Duration, Option<f64>),
    prefix: &str,
    told: &Arc<Told>,
) -> Outcome<u64> {
    let before = told.names.load(Ordering::Relaxed);
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CONNECTIONS {
        let mut on = scene.server.connect().await?;
        let (told, client_id, prefix) = (told.clone(), scene.client.clone(), prefix.to_owned());
        clients.spawn(async move {
            for number in 0_u64.. {
                if started.elapsed() >= lasting {
                    break;
                }
                let due = rate.map(|rate| Duration::from_secs_f64(number as f64 * CONNECTIONS as f64 / rate));
                if let Some(rest) = due.and_then(|due| due.checked_sub(started.elapsed())) {
                    sleep(rest).await;
                }
                let name = format!("{prefix}-{client}-{number}");
                let answer = password_sign_in(&mut on, &client_id, &name, WRONG).await?;
                let is_judged = answer.error().is_some_and(|error| error.contains(JUDGED));
                let count = if is_judged { &told.names } else { &told.others };
                count.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    Ok(told.names.load(Ordering::Relaxed) - before)
}

/// The slowest hundredth of a user's right sign-ins by password, in milliseconds.
async fn sign_ins(scene: &Scene, lasting: Duration) -> Outcome<f64> {
    let mut on = scene.server.connect().await?;
    let mut ticks = interval(Duration::from_millis(25));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut times, started) = (Vec::new(), Instant::now());
    while started.elapsed() < lasting {
        ticks.tick().await;
        let begun = Instant::now();
        let answer = password_sign_in(&mut on, &scene.client, "mara", PASSWORD).await?;
        times.push(ms(begun.elapsed()));
        if !answer.has_tokens() {
            return Err(format!("a right password was refused: {}", answer.text()).into());
        }
    }
    Ok(quantile(&times, 0.99))
}

/// What is said of a wrong password of noel's. Minutes lie between one and the next, longer than the server keeps a
/// connection that says nothing: each has a connection of its own.
async fn wrong(scene: &Scene) -> Outcome<String> {
    let mut on = scene.server.connect().await?;
    let answer = password_sign_in(&mut on, &scene.client, "noel", WRONG).await?;
    Ok(answer.error().unwrap_or_default())
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    scene.open_door().await?;
    for name in ["mara", "noel"] {
        scene.user(name).await?;
    }
    for _ in 0..5 {
        wrong(&scene).await?;
    }
    let quiet = sign_ins(&scene, QUIET).await?;
    let before = scene.server.resident_mib()?;
    let told = Arc::new(Told::default());
    let sent = flood(&scene, (FULL, None), "full", &told).await?;
    let grown = scene.server.resident_mib()? - before;
    let rate = sent as f64 / FULL.as_secs_f64() / 2.0;
    let (half, beside) = tokio::try_join!(
        flood(&scene, (HALF, Some(rate)), "half", &told),
        sign_ins(&scene, HALF),
    )?;
    // Five wrong passwords lock for a second, the sixth in the same quarter of an hour for two.
    wrong(&scene).await?;
    let remembered = wrong(&scene).await?.contains("Password attempts exceeded");
    Ok(vec![
        Figure::exactly(
            "names whose password was not judged",
            told.others.load(Ordering::Relaxed),
            0,
        ),
        Figure::measured(
            format!("memory more than before, after {sent} names"),
            grown,
            64.0,
            " MiB",
        ),
        Figure::measured(
            format!(
                "99th percentile of a user's sign-ins beside {half} more names, against {quiet:.2} ms when quiet"
            ),
            beside / quiet,
            2.0,
            "×",
        ),
        Figure::exactly("a user's own wrong passwords are still counted", remembered, true),
    ])
}
