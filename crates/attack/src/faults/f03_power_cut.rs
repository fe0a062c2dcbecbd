//! The power goes.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::disk::{self, Kept, Recording};
use crate::world::http::Connection;
use crate::world::scene::{Scene, settings_of};
use crate::world::server::{Launch, Server, configure};
use crate::world::storm::{Ledger, Mark, Person, Storm, Truth};
use crate::world::strace;
use crate::world::told::{Known, untold};

pub const FAULT: Attack = Attack {
    id: "F-03",
    about: "a power cut at 1,000 places of all that the server wrote and synced (recorded by strace) while people sign up, in and out: of what was not synced nothing, all, a prefix, a torn one, any sectors or the last writes are kept; each time the server starts on what is left",
    when: When::Named("power-cut"),
    tests: &[
        "the_writer_syncs_its_log_at_every_commit",
        "a_deferred_batch_is_not_synced_and_every_other_one_is",
    ],
    run: |arena| Box::pin(run(arena)),
};

const CUTS: usize = 1000;
const PEOPLE: usize = 4;
/// How long the storm lasts.
const FACTS: usize = 120;
/// Of the facts before a cut, the latest are looked at, which are in danger, and some earlier ones.
const LATEST: usize = 6;

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let record = arena.home.join("calls.txt");
    let mut scene = Scene::new(&arena).await?;
    scene.server.kill().await?;
    let base = disk::files(&scene.server.data)?;
    scene.server.restart_under(strace::recorder(&record)).await?;

    let mark = length_of(record.clone());
    let storm = Storm::begin(&[Person::at(&scene)], PEOPLE, &mark);
    storm.grow(FACTS).await?;
    let ledger = storm.end().await?;
    let mut on = scene.server.connect().await?;
    let subs = Person::at(&scene).subs(&mut on, &ledger).await?;
    scene.server.kill().await?;
    let recording = Recording::read(&fs::read_to_string(&record)?)?;
    fs::remove_file(&record)?;

    let mut random = arena.random();
    let (mut sound, mut started, mut judged) = (0, 0, 0);
    let mut truth = Truth::default();
    for cut in 0..CUTS {
        let kept = Kept::ALL[cut % Kept::ALL.len()];
        let acts = random.below(recording.len() + 1);
        let files = recording.cut(&base, acts, kept, &mut random);
        // A commit is acknowledged behind its sync: what was acknowledged before the next act is to be there.
        let before = recording.place(acts);
        let facts: Vec<_> = ledger.signed_in.iter().filter(|fact| fact.at <= before).collect();
        let earlier = facts.len().saturating_sub(LATEST);
        let chosen = facts[earlier..]
            .iter()
            .chain(facts.get(random.below(earlier.max(1))));
        let mut server = start_on(&arena, &scene, &files).await?;
        started += 1;
        let person = Person {
            server: server.address,
            ..Person::at(&scene)
        };
        let mut on = Connection::open(person.server).await?;
        let mut known = Known::default();
        for fact in chosen {
            person.hold(&mut on, fact, &mut truth).await?;
            known.signed_in.push(&fact.name);
        }
        judged += known.signed_in.len();
        truth.untold += untold(&server.audit(&person.pool).await?, &known, &subs);
        server.kill().await?;
        sound += usize::from(disk::is_sound(&server.data).await?);
    }
    let mut figures = figures(&ledger, &recording, &truth, (sound, started, judged));
    figures.push(control(&arena, &scene, &base, &ledger).await?);
    Ok(figures)
}

/// As if no sync had done anything: whether a loss would have been seen.
async fn control(arena: &Arena, scene: &Scene, base: &[Vec<u8>; 2], ledger: &Ledger) -> Outcome<Figure> {
    let server = start_on(arena, scene, base).await?;
    let person = Person {
        server: server.address,
        ..Person::at(scene)
    };
    let mut on = Connection::open(person.server).await?;
    let mut truth = Truth::default();
    for fact in ledger.signed_in.iter().rev().take(2 * LATEST) {
        person.hold(&mut on, fact, &mut truth).await?;
    }
    let what = "with every sync taken away, sign-ins would be lost";
    Ok(Figure::exactly(what, truth.lost > 0, true))
}

fn figures(
    ledger: &Ledger,
    recording: &Recording,
    truth: &Truth,
    (sound, started, judged): (usize, usize, usize),
) -> Vec<Figure> {
    let commits = ledger.facts();
    vec![
        Figure::exactly(
            format!(
                "{} acts were recorded, {} of them syncs, for {commits} acknowledged facts: at least one sync for four",
                recording.len(),
                recording.syncs()
            ),
            // People share commits; without a sync for each group there would be next to none.
            recording.syncs() * PEOPLE >= commits,
            true,
        ),
        Figure::exactly("databases that opened and were sound", sound, CUTS),
        Figure::exactly("servers that started on what was left", started, CUTS),
        Figure::exactly(format!("acknowledged sign-ins lost, of {judged}"), truth.lost, 0),
        Figure::exactly("of these, not in the audit log", truth.untold, 0),
        Figure::exactly("codes or sessions used twice", truth.twice, 0),
        Figure::exactly("there was something to lose", judged > CUTS, true),
    ]
}

/// How much has been recorded.
fn length_of(record: PathBuf) -> Mark {
    Arc::new(move || fs::metadata(&record).map_or(0, |file| file.len()))
}

/// A server on a folder with these files, and with the keys of the other.
async fn start_on(arena: &Arena, scene: &Scene, files: &[Vec<u8>; 2]) -> Outcome<Server> {
    let own = Arena {
        home: arena.home.join("after"),
        ..arena.clone()
    };
    configure(&own, &settings_of(scene.mail.address, ""))?;
    let data = own.home.join("data");
    disk::place(files, &data)?;
    fs::copy(scene.server.data.join("master.key"), data.join("master.key"))?;
    Server::join(&own, Launch::default(), Some(scene.server.key.clone())).await
}
