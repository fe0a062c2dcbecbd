//! Bodies that are hard to read.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::seed::Seeded;
use crate::world::api::{CONTENT_TYPE, request, target};
use crate::world::scene::{Scene, begin};

pub const ATTACK: Attack = Attack {
    id: "F-32",
    about: "bodies that are deep, long, doubled, not text, not what their headers say; then 50,000 mutated requests",
    when: When::Always,
    tests: &[
        "a_body_of_empty_lists_is_given_up_after_two_thousand_of_them",
        "what_nobody_signed_has_at_most_64_kib",
        "d4_a_hundred_thousand_mutated_events_panic_nothing_and_mint_nothing",
    ],
    run: |arena| Box::pin(run(arena)),
};

const WARM_UP: usize = 1000;
/// Bytes of an honest request that is nearly as large as one may be.
const LARGE: usize = 60_000;
const REPEATS: usize = 11;
const MUTATIONS: usize = 50_000;
/// Connections that they go by.
const LANES: usize = 8;

/// Bodies that no client sends, each of which must be refused.
fn bodies() -> Vec<Vec<u8>> {
    let keys: Vec<String> = (0..5000).map(|number| format!("\"k{number}\":0")).collect();
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        vec![],
        text("{"),
        text("[]"),
        text("null"),
        text("\"x\""),
        text("{}{}"),
        text("[".repeat(60_000).as_str()),
        text("{\"AuthParameters\":".repeat(3000).as_str()),
        text(&format!(
            "{{\"AuthFlow\":{}{}}}",
            "[".repeat(100),
            "]".repeat(100)
        )),
        text(&format!("{{{}}}", keys.join(","))),
        text(&format!("{{\"AuthFlow\":[{}]}}", vec!["[]"; 20_000].join(","))),
        text(&format!("{{\"AuthFlow\":\"{}\"}}", "x".repeat(60_000))),
        text("{\"AuthFlow\":1e400}"),
        text("{\"AuthFlow\":123456789012345678901234567890}"),
        text("{\"AuthFlow\":\"\\ud800\"}"),
        text("{\"AuthFlow\":\"\\udfff\\ud800\"}"),
        text("{\"AuthFlow\":\"\u{0}\"}"),
        text("{\"AuthFlow\":NaN}"),
        text("{'AuthFlow':'x'}"),
        b"{\"AuthFlow\":\"\xff\xfe\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec(),
        b"{\x00\"AuthFlow\"\x00}".to_vec(),
    ]
}

/// A request with one to four of its bytes changed.
fn mutate(request: &[u8], from: usize, random: &mut Seeded) -> Vec<u8> {
    let mut mutated = request.to_vec();
    for _ in 0..=random.below(4) {
        let at = from + random.below(mutated.len().saturating_sub(from));
        let Some(byte) = mutated.get(at).copied() else {
            continue;
        };
        match random.below(3) {
            0 => mutated[at] = random.next().to_le_bytes()[0],
            1 => mutated[at] = b"{}[]\",:\\0"[random.below(9)],
            _ => mutated[at] = byte ^ (1 << random.below(8)),
        }
    }
    mutated
}

/// Sends mutated bodies; returns how many were answered as the server's fault. On many connections, for every answer waits for its
/// moment.
async fn fuzz(scene: &Scene, random: &mut Seeded) -> Outcome<usize> {
    let respond = scene.code_answer("nobody", &json!("x".repeat(900)), "123456");
    let whole = [
        request(
            scene.server.address,
            "InitiateAuth",
            &[],
            beginning(scene).as_bytes(),
        ),
        request(
            scene.server.address,
            "RespondToAuthChallenge",
            &[],
            respond.to_string().as_bytes(),
        ),
    ];
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let mut on = scene.server.connect().await?;
        let (whole, mut random) = (whole.clone(), Seeded::new(random.next()));
        lanes.spawn(async move {
            let mut faults = 0;
            for number in 0..MUTATIONS / LANES {
                let request = &whole[number % whole.len()];
                // Lengths stay, so that the connection goes on.
                let mutated = mutate(request, body_of(request), &mut random);
                let answer = on.exchange_again(&mutated).await?;
                faults += usize::from(answer.status >= 500);
            }
            Outcome::Ok(faults)
        });
    }
    let mut faults = 0;
    while let Some(of_lane) = lanes.join_next().await {
        faults += of_lane??;
    }
    Ok(faults)
}

/// Where the body begins.
fn body_of(request: &[u8]) -> usize {
    let ends = request.windows(4).position(|four| four == b"\r\n\r\n");
    ends.map_or(0, |ends| ends + 4)
}

/// The first step of a sign-in, which is answered with a challenge.
fn beginning(scene: &Scene) -> String {
    let parameters =
        json!({ "USERNAME": "nobody", "SRP_A": scene.srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
    let body = json!({ "AuthFlow": "CUSTOM_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    body.to_string()
}

/// The start of a request of the API that says nothing of its body yet.
fn head(scene: &Scene) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: {CONTENT_TYPE}\r\nx-amz-target: {}\r\n",
        scene.server.address,
        target("InitiateAuth")
    )
}

/// Requests whose headers say something else than their bodies are. Told truly, each would be answered with a challenge.
fn lies(scene: &Scene) -> Vec<String> {
    let (head, body) = (head(scene), beginning(scene));
    let length = body.len();
    let chunks = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    vec![
        format!("{head}content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n{body}"),
        format!(
            "{head}content-length: {length}\r\ncontent-length: {}\r\n\r\n{body}x",
            length + 1
        ),
        format!("{head}content-length: -{length}\r\n\r\n{body}"),
        format!("{head}content-length: {length}x\r\n\r\n{body}"),
        format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n"),
        format!("{head}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{body}\r\n0\r\n\r\n"),
        format!("{head}transfer-encoding: gzip, chunked\r\n\r\n{chunks}"),
    ]
}

/// A request of two lengths, and another behind it. The chunks count, as HTTP has it; what a proxy that counts otherwise takes for
/// the rest of the body must not become a request.
fn smuggled(scene: &Scene) -> String {
    let (head, body) = (head(scene), beginning(scene));
    let length = body.len();
    let hidden = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    format!(
        "{head}transfer-encoding: chunked\r\ncontent-length: {length}\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n{hidden}"
    )
}

/// The same told truly, in both framings.
fn truths(scene: &Scene) -> [String; 2] {
    let (head, body) = (head(scene), beginning(scene));
    let length = body.len();
    [
        format!("{head}content-length: {length}\r\n\r\n{body}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"),
    ]
}

/// How many of these are answered as if nothing were wrong with them.
async fn taken(scene: &Scene, requests: &[String]) -> Outcome<usize> {
    let mut taken = 0;
    for request in requests {
        // Closing without a word is a refusal as well.
        let mut on = scene.server.connect().await?;
        let answer = on.exchange(request.as_bytes()).await;
        taken += usize::from(answer.is_ok_and(|answer| answer.status == 200));
    }
    Ok(taken)
}

/// What the first requests of any kind and length take on every thread, and the database's cache, is not the attack's.
async fn warm_up(scene: &Scene) -> Outcome {
    let mut large: Value = serde_json::from_str(&beginning(scene))?;
    large["ClientMetadata"] = json!({ "padding": "x".repeat(LARGE) });
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        let mut on = scene.server.connect().await?;
        let (client, srp, large) = (scene.client.clone(), scene.srp.clone(), large.clone());
        lanes.spawn(async move {
            for number in 0..WARM_UP / LANES {
                begin(&mut on, &client, &srp, &format!("nobody-{lane}-{number}")).await?;
                on.call("InitiateAuth", &large).await?.ok()?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(warm) = lanes.join_next().await {
        warm??;
    }
    Ok(())
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let mut on = scene.server.connect().await?;
    warm_up(&scene).await?;
    let before = scene.server.resident_mib_from_now()?;
    let (mut refused, mut slowest) = (0, 0.0_f64);
    let hostile = bodies();
    for body in &hostile {
        let request = request(scene.server.address, "InitiateAuth", &[], body);
        let mut is_refused = true;
        let cpu_before = scene.server.cpu_ms()?;
        for _ in 0..REPEATS {
            let answer = on.exchange_again(&request).await?;
            is_refused &= (400..500).contains(&answer.status);
        }
        refused += usize::from(is_refused);
        slowest = slowest.max((scene.server.cpu_ms()? - cpu_before) / REPEATS as f64);
    }
    let lies = lies(&scene);
    let lies_taken = taken(&scene, &lies).await?;
    let mut behind = scene.server.connect().await?;
    behind.exchange(smuggled(&scene).as_bytes()).await?;
    let is_smuggled = behind.read().await.is_ok();
    let truths = truths(&scene);
    let truths_taken = taken(&scene, &truths).await?;
    let faults = fuzz(&scene, &mut random).await?;
    let grown = scene.server.peak_mib()? - before;
    let panics = scene.server.logged("panic")?.len();
    Ok(vec![
        Figure::exactly("hostile bodies refused", refused, hostile.len()),
        Figure::measured("CPU of the server for one, at most", slowest, 5.0, " ms"),
        Figure::exactly(
            format!(
                "requests taken of {} that lie about their length or coding",
                lies.len()
            ),
            lies_taken,
            0,
        ),
        Figure::exactly(
            "a request behind one of two lengths is answered",
            is_smuggled,
            false,
        ),
        Figure::exactly("the same told truly and taken", truths_taken, truths.len()),
        Figure::exactly(format!("server's faults in {MUTATIONS} mutations"), faults, 0),
        Figure::exactly("panics", panics, 0),
        Figure::measured("memory more than before", grown, 8.0, " MiB"),
    ])
}
