//! The server is killed again and again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::disk;
use crate::world::scene::Scene;
use crate::world::storm::{Person, Storm, unmarked};

pub const FAULT: Attack = Attack {
    id: "F-01",
    about: "`kill -9` at 50 random moments while eight people at a time sign up, in and out",
    when: When::Always,
    tests: &[
        "test_no_acknowledged_user_is_lost_by_twenty_kills",
        "a_killed_process_loses_no_acknowledged_row",
        "the_writer_syncs_its_log_at_every_commit",
    ],
    run: |arena| Box::pin(run(arena)),
};

const KILLS: usize = 50;
/// When the server began, by which an operator knows that it was gone.
const STARTED: &str = "poolhouse_start_time_seconds";
const PEOPLE: usize = 8;
/// Facts between two kills, at most.
const FACTS: usize = 12;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let storm = Storm::begin(&[Person::at(&scene)], PEOPLE, &unmarked());
    let (mut sound, mut slowest) = (0, Duration::ZERO);
    let (mut told, mut begun_at) = (0, scene.server.counted(STARTED).await?);
    for _ in 0..KILLS {
        storm.grow(1 + random.below(FACTS)).await?;
        sleep(Duration::from_micros(random.next() % 20_000)).await;
        scene.server.kill().await?;
        // Looked at in a copy: what a look changes, the server must do for itself.
        let copy = arena.home.join("copy");
        disk::place(&disk::files(&scene.server.data)?, &copy)?;
        sound += usize::from(disk::is_sound(&copy).await?);
        let begun = Instant::now();
        scene.server.restart().await?;
        slowest = slowest.max(begun.elapsed());
        let again = scene.server.counted(STARTED).await?;
        told += usize::from(again > begun_at);
        begun_at = again;
    }
    storm.grow(1).await?;
    let ledger = storm.end().await?;
    let truth = Person::at(&scene).compare(&ledger, &scene.server).await?;
    let mut figures = truth.figures(&ledger);
    figures.extend([
        Figure::exactly("databases that were sound after a kill", sound, KILLS),
        Figure::exactly(format!("starts that `{STARTED}` tells of"), told, KILLS),
        Figure::measured("slowest start", slowest.as_secs_f64(), 1.0, " s"),
    ]);
    Ok(figures)
}
