//! Thousands of clients that keep the server waiting.
//!
//! They come from this machine, whose connections no limit counts, as if they came through a proxy: so many are open at a time.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::world::api::request;
use crate::world::http::Connection;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-36",
    about: "2,000 heads, 500 bodies that come byte by byte and 500 connections that say nothing, beside 200 requests a second of others",
    when: When::Always,
    tests: &[
        "a_head_that_does_not_end_is_cut_off",
        "a_body_that_does_not_come_is_answered_and_the_connection_closed",
        "an_idle_connection_is_closed_and_one_that_was_used_again_is_not",
        "heads_and_bodies_that_do_not_come_keep_nobody_out",
    ],
    run: |arena| Box::pin(run(arena)),
};

const HEADS: usize = 2000;
const BODIES: usize = 500;
const IDLE: usize = 500;
const RATE: u64 = 200;
const QUIET: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(70);
/// Between a limit and the moment at which this side sees it.
const GRACE_SECONDS: f64 = 1.0;
const HEAD_SECONDS: f64 = 10.0;
const BODY_SECONDS: f64 = 15.0;
const IDLE_SECONDS: f64 = 60.0;

/// What a slow client says at first and then each second.
#[derive(Clone)]
struct Slow {
    first: String,
    then: &'static str,
}

/// Seconds until the server hung up.
async fn dawdle(mut on: Connection, slow: Slow) -> f64 {
    let started = Instant::now();
    // A connection that is closed already cannot be written to, which is seen at once.
    let _ = on.send(slow.first.as_bytes()).await;
    while started.elapsed() < LONGEST {
        tokio::select! {
            () = on.closed() => return started.elapsed().as_secs_f64(),
            () = sleep(Duration::from_secs(1)) => {}
        }
        let _ = on.send(slow.then.as_bytes()).await;
    }
    f64::INFINITY
}

async fn crowd(scene: &Scene, count: usize, slow: &Slow, into: &mut JoinSet<f64>) -> Outcome {
    for _ in 0..count {
        into.spawn(dawdle(scene.server.connect().await?, slow.clone()));
    }
    Ok(())
}

/// What others notice: their slowest hundredth in milliseconds, and how many got no answer.
async fn others(scene: &Scene, lasting: Duration) -> Outcome<(f64, usize)> {
    let mut on = scene.server.connect().await?;
    let parameters = json!({
        "USERNAME": "nobody",
        "CHALLENGE_NAME": "SRP_A",
        "SRP_A": scene.srp.public_a(),
    });
    let body = json!({ "AuthFlow": "CUSTOM_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    let requests = [
        request(
            scene.server.address,
            "InitiateAuth",
            &[],
            body.to_string().as_bytes(),
        ),
        b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        format!(
            "GET /{}/.well-known/jwks.json HTTP/1.1\r\nhost: a\r\n\r\n",
            scene.pool
        )
        .into_bytes(),
    ];
    let (mut times, mut failed) = (Vec::new(), 0);
    let mut ticks = interval(Duration::from_millis(1000 / RATE));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let started = Instant::now();
    for number in 0.. {
        ticks.tick().await;
        if started.elapsed() >= lasting {
            break;
        }
        let sent = Instant::now();
        let answer = on.exchange(&requests[number % requests.len()]).await;
        times.push(ms(sent.elapsed()));
        if !answer.is_ok_and(|answer| answer.status == 200) {
            failed += 1;
            on = scene.server.connect().await?;
        }
    }
    Ok((quantile(&times, 0.99), failed))
}

/// When clients of a kind were hung up on.
struct Closed {
    last: f64,
    /// Those that were hung up on before their time: they kept nobody waiting.
    early: usize,
}

async fn closed(mut clients: JoinSet<f64>, limit: f64) -> Outcome<Closed> {
    let (mut last, mut early) = (0.0_f64, 0);
    while let Some(seconds) = clients.join_next().await {
        let seconds = seconds?;
        last = last.max(seconds);
        early += usize::from(seconds < limit - GRACE_SECONDS);
    }
    Ok(Closed { last, early })
}

/// When heads, bodies and connections that say nothing were hung up on.
fn closing((heads, bodies, idle): &(Closed, Closed, Closed)) -> Vec<Figure> {
    let last = |what: &str, closed: &Closed, limit: f64| {
        Figure::measured(what, closed.last, limit + GRACE_SECONDS, " s")
    };
    vec![
        last("the last unfinished head closed after", heads, HEAD_SECONDS),
        last("the last unfinished body", bodies, BODY_SECONDS),
        last("the last idle connection", idle, IDLE_SECONDS),
        Figure::exactly(
            "connections that were not held until then",
            heads.early + bodies.early + idle.early,
            0,
        ),
    ]
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let (quiet, _) = others(&scene, QUIET).await?;
    let (mut heads, mut bodies, mut idle) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    let head = Slow {
        first: "POST / HTTP/1.1\r\nhost: a\r\nx-padding: ".to_owned(),
        then: "x",
    };
    let body = Slow {
        first: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{".to_owned(),
        then: " ",
    };
    let nothing = Slow {
        first: String::new(),
        then: "",
    };
    let before = scene.server.resident_mib_from_now()?;
    crowd(&scene, HEADS, &head, &mut heads).await?;
    crowd(&scene, BODIES, &body, &mut bodies).await?;
    crowd(&scene, IDLE, &nothing, &mut idle).await?;
    let (slow, (flooded, failed)) = tokio::try_join!(
        async {
            Ok((
                closed(heads, HEAD_SECONDS).await?,
                closed(bodies, BODY_SECONDS).await?,
                closed(idle, IDLE_SECONDS).await?,
            ))
        },
        others(&scene, LONGEST),
    )?;
    let grown = scene.server.peak_mib()? - before;
    let mut figures = closing(&slow);
    figures.extend([
        Figure::exactly("requests of others that failed", failed, 0),
        Figure::measured(
            format!("99th percentile of others, against {quiet:.2} ms when quiet"),
            flooded / quiet,
            2.0,
            "×",
        ),
        Figure::measured("memory more than before", grown, 64.0, " MiB"),
    ]);
    Ok(figures)
}
