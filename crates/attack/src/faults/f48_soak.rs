//! Nothing goes wrong, for an hour.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::slope;
use crate::world::disk;
use crate::world::memory::{open_files, resident_mib};
use crate::world::scene::{Scene, address, password_sign_in};

pub const FAULT: Attack = Attack {
    id: "F-48",
    about: "nothing goes wrong for an hour, behind ten minutes that do not count: five times a second somebody signs in with a code and refreshes, and now and then types a wrong code, a name that is nobody's, or signs out everywhere",
    when: When::Named("soak"),
    tests: &[
        "a_flood_of_unknown_names_is_gone_with_one_round_and_what_still_counts_stays",
        "connections_are_kept_for_the_next_reads_and_after_a_burst_not_all_of_them",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Caches fill until then.
const WARM_UP: Duration = Duration::from_secs(600);
const LASTS: Duration = Duration::from_secs(3600);
const EVERY: Duration = Duration::from_millis(200);
/// So many that nobody comes back within the pause between two mails.
const PEOPLE: usize = 2000;
/// How often the process is looked at.
const GLANCE: Duration = Duration::from_secs(10);
const WRONG_EVERY: usize = 10;
const NOBODY_EVERY: usize = 10;
const SIGNED_OUT_EVERY: usize = 20;

/// What is counted meanwhile.
#[derive(Default)]
struct Course {
    sign_ins: usize,
    failed: usize,
    /// Hours since the warm-up, and MiB.
    memory: Vec<(f64, f64)>,
    /// Hours since the warm-up, and open files.
    files: Vec<(f64, f64)>,
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let people = scene.users("soak", PEOPLE).await?;
    let warm = course(&scene, &people, WARM_UP).await?;
    let before = disk::database_bytes(&scene.server.data)?;
    let course = course(&scene, &people, LASTS).await?;
    let grown = disk::database_bytes(&scene.server.data)?.saturating_sub(before);
    let kib = grown as f64 / 1024.0 / course.sign_ins.max(1) as f64;
    let memory = resident_mib(scene.server.pid())?;
    let errors = scene.server.log()?.matches("\"level\":\"ERROR\"").count();
    Ok(vec![
        Figure::exactly(
            format!(
                "{} people signed in: nine of ten that wanted to, at least",
                course.sign_ins
            ),
            course.sign_ins * 10 >= wanted(LASTS) * 9,
            true,
        ),
        Figure::exactly("steps that failed", warm.failed + course.failed, 0),
        Figure::measured(
            format!("resident memory, by the hour ({memory:.1} MiB in the end)"),
            slope(&course.memory),
            1.0,
            " MiB",
        ),
        Figure::measured("open files, by the hour", slope(&course.files), 1.0, ""),
        Figure::measured("the database, by the sign-in", kib, 8.0, " KiB"),
        Figure::exactly("errors in the log", errors, 0),
    ])
}

fn wanted(lasts: Duration) -> usize {
    usize::try_from(lasts.as_millis() / EVERY.as_millis()).unwrap_or(usize::MAX)
}

/// People sign in one after the other, a new one with every tick.
async fn course(scene: &Scene, people: &[String], lasts: Duration) -> Outcome<Course> {
    let (begun, mut course) = (Instant::now(), Course::default());
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked = begun;
    for (turn, name) in people.iter().cycle().enumerate() {
        ticks.tick().await;
        if begun.elapsed() >= lasts {
            break;
        }
        match turn_of(scene, name, turn).await {
            Ok(()) => course.sign_ins += 1,
            Err(_) => course.failed += 1,
        }
        if looked.elapsed() >= GLANCE {
            looked = Instant::now();
            let (hours, pid) = (begun.elapsed().as_secs_f64() / 3600.0, scene.server.pid());
            course.memory.push((hours, resident_mib(pid)?));
            course.files.push((hours, open_files(pid)? as f64));
        }
    }
    Ok(course)
}

/// Somebody signs in and refreshes.
async fn turn_of(scene: &Scene, name: &str, turn: usize) -> Outcome {
    let mut on = scene.server.connect().await?;
    if turn.is_multiple_of(NOBODY_EVERY) {
        let nobody = format!("nobody-{turn}");
        let answer = password_sign_in(&mut on, &scene.client, &nobody, "Wrong-Horse-9!").await?;
        if answer.status == 200 {
            return Err("somebody who does not exist was let in".into());
        }
    }
    let mailed = scene.mail.codes(&address(name)).len();
    let mut asked = scene.challenge(&mut on, name).await?;
    let code = scene.mail.code(&address(name), mailed).await?;
    if turn.is_multiple_of(WRONG_EVERY) {
        let wrong = if code == "000000" { "000001" } else { "000000" };
        asked = scene
            .answer(&mut on, name, &asked["Session"], wrong)
            .await?
            .ok()?;
    }
    let answer = scene
        .answer(&mut on, name, &asked["Session"], &code)
        .await?
        .ok()?;
    let tokens = &answer["AuthenticationResult"];
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
    });
    on.call("InitiateAuth", &refresh).await?.ok()?;
    if turn.is_multiple_of(SIGNED_OUT_EVERY) {
        let body = json!({ "AccessToken": tokens["AccessToken"] });
        on.call("GlobalSignOut", &body).await?.ok()?;
    }
    Ok(())
}
