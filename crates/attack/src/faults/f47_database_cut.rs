//! The connection to the database is cut wherever in a commit it is.

use std::time::Duration;

use tokio::time::sleep;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::database::Database;
use crate::world::nodes::Nodes;
use crate::world::proxy::Proxy;
use crate::world::storm::{Storm, unmarked};

pub const FAULT: Attack = Attack {
    id: "F-47",
    about: "a server's connection to PostgreSQL is cut behind a random byte of what it asks or of what it hears, 200 times, while people sign up, in and out",
    when: When::Named("database-cut"),
    tests: &[
        "a_commit_whose_connection_is_cut_at_any_byte_is_told_apart",
        "a_batch_that_proves_nothing_is_not_taken_for_refused",
        "clients_of_a_database_that_is_killed_and_cut_off_hear_what_has_an_order",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CUTS: usize = 200;
const PEOPLE: usize = 6;
/// A few statements of each way lie within so many bytes.
const BYTES: usize = 6000;
const GLANCE: Duration = Duration::from_millis(2);

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let database = Database::start(&arena).await?;
    let proxy = Proxy::start(database.port()).await?;
    let nodes = Nodes::start(&arena, &[database.url_by(proxy.port)]).await?;
    let mut random = arena.random();
    let storm = Storm::begin(&nodes.people(), PEOPLE, &unmarked());
    for cut in 0..CUTS {
        proxy.cut_after(cut, random.below(BYTES));
        while proxy.made() <= cut {
            sleep(GLANCE).await;
        }
        if cut % 10 == 9 {
            storm.grow(1).await?;
        }
    }
    storm.grow(1).await?;
    let ledger = storm.end().await?;
    let mut figures = nodes.people()[0]
        .compare(&ledger, &nodes.scene.server)
        .await?
        .figures(&ledger);
    figures.push(nodes.tell_of_the_store().await?);
    figures.push(Figure::exactly("connections cut", proxy.made(), CUTS));
    Ok(figures)
}
