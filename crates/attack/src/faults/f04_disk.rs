//! The disk is full, fails, or takes its time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::disk::FILES;
use crate::world::scene::Scene;
use crate::world::storm::{Person, Storm, Truth, unmarked};
use crate::world::strace;

pub const FAULT: Attack = Attack {
    id: "F-04",
    about: "the disk is full for 60 writes, then every sync fails, then every sync takes 20 ms, while people sign up, in and out (strace in between)",
    when: When::Always,
    tests: &[
        "without_room_writes_are_refused_reads_go_on_and_room_heals_it",
        "after_a_failed_commit_the_store_answers_nothing_until_it_is_opened_again",
    ],
    run: |arena| Box::pin(run(arena)),
};

const PEOPLE: usize = 4;
/// Acknowledged facts before and after.
const SOME: usize = 12;
/// How long a server that cannot write is left alone with its users.
const WHILE: Duration = Duration::from_secs(2);
const FULL: &str = "write,pwrite64:error=ENOSPC:when=300..360";
const BROKEN: &str = "fsync,fdatasync:error=EIO:when=40+";
/// What counts that the store failed, and what the log then says of a request.
const FAILED: &str = "poolhouse_store_errors_total{call=\"commit\"}";
const SAID: &str = "request failed";
const SLOW: &str = "fsync,fdatasync:delay_enter=20000";
/// What tells of a slow disk: how long commits take, on average (in seconds), and requests, in the log.
const COMMITS: &str = "poolhouse_store_seconds";
const SLOW_COMMIT: f64 = 0.01;
const SLOW_REQUEST_MICROS: u64 = 20_000;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut figures = full(&mut scene).await?;
    figures.extend(broken(&mut scene).await?);
    figures.extend(slow(&mut scene).await?);
    Ok(figures)
}

/// Starts the server anew, with this wrong with its log.
async fn with(scene: &mut Scene, inject: &str) -> Outcome {
    scene.server.kill().await?;
    let log = scene.server.data.join(FILES[1]);
    scene.server.restart_under(strace::injector(&log, inject)).await
}

async fn full(scene: &mut Scene) -> Outcome<Vec<Figure>> {
    with(scene, FULL).await?;
    let storm = Storm::begin(&[Person::at(scene)], PEOPLE, &unmarked());
    let refused = refusals(&storm).await?;
    let begun = Instant::now();
    storm.grow(SOME).await?;
    let back = begun.elapsed();
    let ledger = storm.end().await?;
    let truth = Person::at(scene).compare(&ledger, &scene.server).await?;
    Ok(vec![
        told("full", scene).await?,
        Figure::exactly("full: steps were refused", refused, true),
        Figure::measured(
            "full: served again, without a restart, after",
            back.as_secs_f64(),
            5.0,
            " s",
        ),
        wrong("full", &truth, ledger.twice),
    ])
}

async fn broken(scene: &mut Scene) -> Outcome<Vec<Figure>> {
    with(scene, BROKEN).await?;
    let storm = Storm::begin(&[Person::at(scene)], PEOPLE, &unmarked());
    let refused = refusals(&storm).await?;
    sleep(WHILE).await;
    let before = storm.ledger().facts();
    sleep(WHILE).await;
    // It does not trust its file any more: what would be acknowledged now might not be there after a restart.
    let acknowledged = storm.ledger().facts() - before;
    let tells = told("broken", scene).await?;
    scene.server.kill().await?;
    let begun = Instant::now();
    scene.server.restart_under(Vec::new()).await?;
    storm.grow(SOME).await?;
    let back = begun.elapsed();
    let ledger = storm.end().await?;
    let truth = Person::at(scene).compare(&ledger, &scene.server).await?;
    Ok(vec![
        tells,
        Figure::exactly("broken: steps were refused", refused, true),
        Figure::exactly(
            "broken: facts acknowledged by a server that is fenced",
            acknowledged,
            0,
        ),
        Figure::measured(
            "broken: served again after a restart within",
            back.as_secs_f64(),
            5.0,
            " s",
        ),
        wrong("broken", &truth, ledger.twice),
    ])
}

async fn slow(scene: &mut Scene) -> Outcome<Vec<Figure>> {
    with(scene, SLOW).await?;
    let storm = Storm::begin(&[Person::at(scene)], PEOPLE, &unmarked());
    storm.grow(4 * SOME).await?;
    let ledger = storm.end().await?;
    let truth = Person::at(scene).compare(&ledger, &scene.server).await?;
    let tells = tells_of_slowness(scene).await?;
    scene.server.kill().await?;
    scene.server.restart_under(Vec::new()).await?;
    Ok(vec![
        tells,
        Figure::exactly("slow: steps that failed", ledger.failed, 0),
        Figure::measured(
            "slow: the longest sign-up and sign-in, of nine commits and a mail",
            ledger.slowest.as_secs_f64(),
            3.0,
            " s",
        ),
        wrong("slow", &truth, ledger.twice),
    ])
}

/// Whether metrics and log tell of a disk that takes its time.
async fn tells_of_slowness(scene: &Scene) -> Outcome<Figure> {
    let of_commits = |what: &str| format!("{COMMITS}_{what}{{call=\"commit\"}}");
    let seconds = scene.server.counted(&of_commits("sum")).await?;
    let commits = scene.server.counted(&of_commits("count")).await?;
    let requests = scene.server.logged_since_start("request")?;
    let took = requests.iter().filter_map(|line| line["micros"].as_u64());
    let slow = took.filter(|micros| *micros > SLOW_REQUEST_MICROS).count();
    Ok(Figure::exactly(
        format!("slow: told by `{COMMITS}` and by the times of requests in the log"),
        seconds > SLOW_COMMIT * commits && slow > 0,
        true,
    ))
}

/// Waits until a step has failed.
async fn refusals(storm: &Storm) -> Outcome<bool> {
    for _ in 0..1000 {
        if storm.ledger().failed > 0 {
            return Ok(true);
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(false)
}

/// Whether metrics and log tell of it.
async fn told(what: &str, scene: &Scene) -> Outcome<Figure> {
    let figure = scene.server.tells(FAILED, SAID).await?;
    Ok(Figure {
        what: format!("{what}: {}", figure.what),
        ..figure
    })
}

fn wrong(what: &str, truth: &Truth, twice: usize) -> Figure {
    Figure::exactly(
        format!("{what}: facts lost or not in the audit log, codes used twice, ended sign-ins that live"),
        truth.lost + truth.untold + truth.twice + truth.revived + twice,
        0,
    )
}
