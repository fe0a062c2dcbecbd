//! Whether a sign-in tells by its time what becomes of its mail.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{auc, ms, quantile};
use crate::world::http::Connection;
use crate::world::scene::{Scene, prove, settings_of};

pub const ATTACK: Attack = Attack {
    id: "F-42",
    about: "the answer to the password, 400 times beside a relay that takes mail and 400 times beside one that never says a word, in turn",
    when: When::Always,
    tests: &["test_no_step_holds_the_server_up_loses_or_doubles_a_mail_or_fills_its_memory"],
    run: |arena| Box::pin(run(arena)),
};

const SAMPLES: usize = 400;
/// Sign-ins before the first that counts.
const WARM_UP: usize = 20;
/// Milliseconds that the medians may lie apart: a commit to the disk takes several.
const APART_MS: f64 = 0.25;

/// Milliseconds until the answer to a right password.
async fn sample(scene: &Scene, on: &mut Connection, name: &str) -> Outcome<f64> {
    let asked = scene.begin(on, name).await?;
    let started = Instant::now();
    let answer = prove(on, &scene.client, &scene.srp, &asked).await?;
    let time = ms(started.elapsed());
    answer.ok().map(|_| time)
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    // Connections are taken by the system and never read.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let at = |name: &str| Arena {
        home: arena.home.join(name),
        ..arena.clone()
    };
    let quick = Scene::new(&at("quick")).await?;
    let mut slow = Scene::new(&at("slow")).await?;
    slow.server
        .reconfigure(&settings_of(silent.local_addr()?, ""))
        .await?;
    let mut on = [quick.server.connect().await?, slow.server.connect().await?];
    let names = quick.users("mailed", SAMPLES + WARM_UP).await?;
    slow.users("mailed", SAMPLES + WARM_UP).await?;
    let mut times = [Vec::new(), Vec::new()];
    for (number, name) in names.iter().enumerate() {
        // Each of the two goes first as often as the other.
        for which in if number % 2 == 0 { [0, 1] } else { [1, 0] } {
            let scene = [&quick, &slow][which];
            let time = sample(scene, &mut on[which], name).await?;
            if number >= WARM_UP {
                times[which].push(time);
            }
        }
    }
    let [quick, slow] = &times;
    let apart = (quantile(quick, 0.5) - quantile(slow, 0.5)).abs();
    Ok(vec![
        Figure::measured(
            format!("between the medians, of {:.2} ms", quantile(quick, 0.5)),
            apart,
            APART_MS,
            " ms",
        ),
        Figure::between("AUC", auc(quick, slow), (0.4, 0.6)),
    ])
}
