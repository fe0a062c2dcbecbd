//! One wrong code for each of many people, and whether a restart forgets it.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-23",
    about: "one wrong code for each of 1,000 users whose passwords are known, `kill -9`, and another for each of the last 100",
    when: When::Always,
    tests: &["a_storm_of_wrong_codes_is_told_once_a_minute"],
    run: |arena| Box::pin(run(arena)),
};

const USERS: usize = 1000;
const AFTER_RESTART: usize = 100;
const CODES: f64 = 1e6;
/// How long the log may take to tell.
const ALARM: Duration = Duration::from_secs(60);
const WARNING: &str = "many wrong codes: somebody may be guessing at many users' codes";

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let mut on = scene.server.connect().await?;
    let names = scene.users("sprayed", USERS).await?;
    let started = Instant::now();
    let mut alarm = None;
    let (mut tokens, mut sessions) = (0, Vec::new());
    for name in names {
        let asked = scene.challenge(&mut on, &name).await?;
        let guess = format!("{:06}", random.below(1_000_000));
        let answer = scene.answer(&mut on, &name, &asked["Session"], &guess).await?;
        tokens += usize::from(answer.has_tokens());
        sessions.push((name, answer.json()["Session"].clone()));
        if alarm.is_none() && !scene.server.logged(WARNING)?.is_empty() {
            alarm = Some(started.elapsed());
        }
    }
    while alarm.is_none() && started.elapsed() < ALARM {
        sleep(Duration::from_millis(100)).await;
        if !scene.server.logged(WARNING)?.is_empty() {
            alarm = Some(started.elapsed());
        }
    }
    let evaluated = scene.server.wrong_codes()?;
    scene.server.kill_and_restart().await?;
    let mut on = scene.server.connect().await?;
    let mut kept = 0;
    for (name, session) in &sessions[USERS - AFTER_RESTART..] {
        let guess = format!("{:06}", random.below(1_000_000));
        let answer = scene.answer(&mut on, name, session, &guess).await?.json();
        let left = answer["ChallengeParameters"]["attemptsLeft"].as_str();
        kept += usize::from(left == Some("1") && answer["Session"] != Value::Null);
    }
    let seconds = alarm.map_or(f64::INFINITY, |alarm| alarm.as_secs_f64());
    Ok(vec![
        // Each once: a guess that is not judged tries nothing.
        Figure::exactly("guesses evaluated", evaluated, USERS),
        Figure::exactly("tokens", tokens, 0),
        Figure::measured(
            "sign-ins that such a spray breaks, on average",
            evaluated as f64 / CODES,
            0.001,
            "",
        ),
        Figure::exactly("counts kept over the restart", kept, AFTER_RESTART),
        Figure::measured("until the log warns", seconds, ALARM.as_secs_f64(), " s"),
    ])
}
