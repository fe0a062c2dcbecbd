//! Requests that are too large to be read.

use tokio::task::JoinSet;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::api::target;
use crate::world::http::Connection;
use crate::world::scene::Scene;

pub const ATTACK: Attack = Attack {
    id: "F-37",
    about: "bodies that announce 65 KiB to 1 GiB or never end, heads of 16 to 600 KiB or 1,000 fields, another version of HTTP; 50 of each at once",
    when: When::Always,
    tests: &[
        "a_body_that_announces_too_much_is_refused_before_it_comes",
        "a_body_that_says_nothing_of_its_size_is_cut_off_at_the_limit",
        "a_head_of_more_than_16_kib_is_refused",
        "while_large_bodies_take_all_the_room_small_ones_get_through",
    ],
    run: |arena| Box::pin(run(arena)),
};

const AT_ONCE: usize = 50;
/// More of a body than a refusal needs to be seen.
const PIECES: usize = 200;
const PIECE: usize = 16 << 10;

/// What a request begins with, and what is sent of it while nobody has hung up.
#[derive(Clone)]
struct Large {
    what: &'static str,
    head: String,
    piece: Vec<u8>,
    /// The status that refuses it; 0 where the connection may close without a word.
    status: u16,
}

fn requests(scene: &Scene) -> Vec<Large> {
    let api = format!(
        "POST / HTTP/1.1\r\nhost: {}\r\nx-amz-target: {}\r\n",
        scene.server.address,
        target("InitiateAuth")
    );
    let announced = |what, bytes: u64| Large {
        what,
        head: format!("{api}content-length: {bytes}\r\n\r\n"),
        piece: vec![b' '; PIECE],
        status: 413,
    };
    let head_of = |what, head: String| Large {
        what,
        head,
        piece: Vec::new(),
        status: 431,
    };
    let padded = |kib: usize| format!("{api}x-padding: {}\r\n\r\n", "x".repeat(kib << 10));
    let fields: String = (0..1000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let mut chunk = format!("{PIECE:x}\r\n").into_bytes();
    chunk.extend(vec![b' '; PIECE]);
    chunk.extend(b"\r\n");
    vec![
        announced("65 KiB", 65 << 10),
        announced("1 MiB", 1 << 20),
        announced("1 GiB", 1 << 30),
        announced("all that there is", u64::MAX >> 1),
        Large {
            what: "a body without an end",
            head: format!("{api}transfer-encoding: chunked\r\n\r\n"),
            piece: chunk,
            status: 413,
        },
        head_of("a head of 17 KiB", padded(17)),
        head_of("a head of 64 KiB", padded(64)),
        head_of("a head of 600 KiB", padded(600)),
        head_of("1,000 fields", format!("{api}{fields}\r\n")),
        Large {
            status: 0,
            ..head_of("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned())
        },
    ]
}

/// The status of the refusal; 0 for a closed connection.
async fn send(mut on: Connection, large: &Large) -> u16 {
    let mut taken = 0;
    // What is refused may be closed before all of it was sent.
    let _ = on.send(large.head.as_bytes()).await;
    while taken < PIECES && !large.piece.is_empty() && on.send(&large.piece).await.is_ok() {
        taken += 1;
    }
    on.read().await.map_or(0, |answer| answer.status)
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let before = scene.server.resident_mib_from_now()?;
    let (mut sent, mut refused, mut wrong) = (0, 0, Vec::new());
    for large in requests(&scene) {
        let mut under_way = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (on, large) = (scene.server.connect().await?, large.clone());
            under_way.spawn(async move { send(on, &large).await });
        }
        while let Some(done) = under_way.join_next().await {
            let status = done?;
            sent += 1;
            // A refusal can be lost when the server closes with unread bytes on their way. No other answer is one.
            if status == large.status || status == 0 {
                refused += 1;
            } else {
                wrong.push(format!("{} {status}", large.what));
            }
        }
    }
    let grown = scene.server.peak_mib()? - before;
    let is_alive = scene
        .server
        .connect()
        .await?
        .exchange(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n")
        .await?;
    Ok(vec![
        Figure::exactly(format!("refused {}", wrong.join(", ")).trim_end(), refused, sent),
        Figure::measured("memory more than before", grown, 32.0, " MiB"),
        Figure::exactly("the server answers afterwards", is_alive.status, 200),
    ])
}
