//! The leader of three PostgreSQL servers is lost again and again, and another one takes over.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::cluster::Cluster;
use crate::world::nodes::Nodes;
use crate::world::storm::{Storm, unmarked};

pub const FAULT: Attack = Attack {
    id: "F-14",
    about: "three PostgreSQL servers under Patroni, with a synchronous standby: the leader and its Patroni are killed at random moments, another one takes over, the killed one joins again, while people sign up, in and out at three servers",
    when: When::Named("failover"),
    tests: &[
        "who_asks_a_database_that_is_away_waits_a_while_and_is_told",
        "a_demoted_server_is_left_for_the_one_that_takes_writes",
        "clients_of_a_database_that_is_killed_and_cut_off_hear_what_has_an_order",
    ],
    run: |arena| Box::pin(run(arena)),
};

/// Leaders killed, unless said otherwise.
const KILLS: usize = 20;
const PEOPLE: usize = 3;
const FACTS: usize = 15;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let kills = arena.kills.unwrap_or(KILLS);
    let mut cluster = Cluster::start(&arena).await?;
    let stores = [cluster.url(), cluster.url(), cluster.url()];
    let nodes = Nodes::start(&arena, &stores).await?;
    let mut random = arena.random();
    let storm = Storm::begin(&nodes.people(), PEOPLE, &unmarked());
    let (mut changed, mut leaderless, mut slowest) = (0, Duration::ZERO, Duration::ZERO);
    for _ in 0..kills {
        storm.grow(5 + random.below(FACTS)).await?;
        sleep(Duration::from_micros(random.next() % 20_000)).await;
        let killed = cluster.kill_leader().await?;
        let begun = Instant::now();
        cluster.next_leader().await?;
        let there = Instant::now();
        leaderless = leaderless.max(there - begun);
        storm.grow(1).await?;
        slowest = slowest.max(there.elapsed());
        changed += 1;
        cluster.rejoin(killed)?;
        cluster.whole().await?;
    }
    let ledger = storm.end().await?;
    let mut figures = nodes.people()[0]
        .compare(&ledger, &nodes.scene.server)
        .await?
        .figures(&ledger);
    figures.push(nodes.tell_of_the_store().await?);
    figures.push(Figure::exactly(
        "leaders killed, and followed by another",
        changed,
        kills,
    ));
    figures.push(Figure::measured(
        "the longest until a new leader acknowledged a write, which is Patroni's to say (20 s of silence, the promotion, a synchronous standby)",
        leaderless.as_secs_f64(),
        60.0,
        " s",
    ));
    figures.push(Figure::measured(
        "the longest until the servers acknowledged something again, from then",
        slowest.as_secs_f64(),
        5.0,
        " s",
    ));
    Ok(figures)
}
