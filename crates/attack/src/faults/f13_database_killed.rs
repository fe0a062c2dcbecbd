//! PostgreSQL is killed again and again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::database::Database;
use crate::world::nodes::Nodes;
use crate::world::storm::{Storm, unmarked};

pub const FAULT: Attack = Attack {
    id: "F-13",
    about: "PostgreSQL is ended as by a power cut and started again, or one of its sessions killed, at 20 random moments while people sign up, in and out at three servers",
    when: When::Named("database-killed"),
    tests: &[
        "a_server_that_is_killed_again_and_again_loses_nothing_and_applies_nothing_twice",
        "clients_of_a_database_that_is_killed_and_cut_off_hear_what_has_an_order",
        "who_asks_a_database_that_is_away_waits_a_while_and_is_told",
    ],
    run: |arena| Box::pin(run(arena)),
};

const KILLS: usize = 20;
const PEOPLE: usize = 3;
const FACTS: usize = 15;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let database = Database::start(&arena).await?;
    let nodes = Nodes::three(&arena, &database).await?;
    let mut random = arena.random();
    let storm = Storm::begin(&nodes.people(), PEOPLE, &unmarked());
    let mut slowest = Duration::ZERO;
    for kill in 0..KILLS {
        storm.grow(5 + random.below(FACTS)).await?;
        sleep(Duration::from_micros(random.next() % 20_000)).await;
        if kill % 2 == 0 {
            database.crash().await?;
            database.go_on().await?;
        } else {
            database.kill_a_session().await?;
            database.wait().await?;
        }
        let there = Instant::now();
        storm.grow(1).await?;
        slowest = slowest.max(there.elapsed());
    }
    let ledger = storm.end().await?;
    let mut figures = nodes.people()[0]
        .compare(&ledger, &nodes.scene.server)
        .await?
        .figures(&ledger);
    figures.push(nodes.tell_of_the_store().await?);
    figures.push(Figure::measured(
        "the longest until something was acknowledged again, from when the database took connections",
        slowest.as_secs_f64(),
        3.0,
        " s",
    ));
    Ok(figures)
}
