//! Bodies that are hard to read.

use serde_json::json;
use tokio::time::Instant;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{ms, quantile};
use crate::seed::Seeded;
use crate::world::api::{CONTENT_TYPE, request, target};
use crate::world::scene::Scene;

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

const WARM_UP: usize = 500;
const REPEATS: usize = 11;
const MUTATIONS: usize = 50_000;

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

/// Sends mutated bodies; returns how many were answered as the server's fault.
async fn fuzz(scene: &Scene, random: &mut Seeded) -> Outcome<usize> {
    let mut on = scene.server.connect().await?;
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
    let mut faults = 0;
    for number in 0..MUTATIONS {
        let request = &whole[number % whole.len()];
        let body = request
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_default()
            + 4;
        // Lengths stay, so that the connection goes on.
        let answer = on.exchange_again(&mutate(request, body, random)).await?;
        faults += usize::from(answer.status >= 500);
    }
    Ok(faults)
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
        format!("{head}transfer-encoding: chunked\r\ncontent-length: {length}\r\n\r\n{chunks}"),
    ]
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

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let mut on = scene.server.connect().await?;
    // What the first requests of any kind take, the database's cache for instance, is not the attack's.
    for number in 0..WARM_UP {
        scene.begin(&mut on, &format!("nobody-{number}")).await?;
    }
    let before = scene.server.resident_mib()?;
    let (mut refused, mut slowest) = (0, 0.0_f64);
    let hostile = bodies();
    for body in &hostile {
        let request = request(scene.server.address, "InitiateAuth", &[], body);
        let (mut times, mut is_refused) = (Vec::new(), true);
        for _ in 0..REPEATS {
            let started = Instant::now();
            let answer = on.exchange_again(&request).await?;
            times.push(ms(started.elapsed()));
            is_refused &= (400..500).contains(&answer.status);
        }
        refused += usize::from(is_refused);
        slowest = slowest.max(quantile(&times, 0.5));
    }
    let lies = lies(&scene);
    let lies_taken = taken(&scene, &lies).await?;
    let truths = truths(&scene);
    let truths_taken = taken(&scene, &truths).await?;
    let faults = fuzz(&scene, &mut random).await?;
    let grown = scene.server.peak_mib()? - before;
    let panics = scene.server.logged("panic")?.len();
    Ok(vec![
        Figure::exactly("hostile bodies refused", refused, hostile.len()),
        Figure::measured("the slowest of them, at the median", slowest, 5.0, " ms"),
        Figure::exactly(
            format!(
                "requests taken of {} that lie about their length or coding",
                lies.len()
            ),
            lies_taken,
            0,
        ),
        Figure::exactly("the same told truly and taken", truths_taken, truths.len()),
        Figure::exactly(format!("server's faults in {MUTATIONS} mutations"), faults, 0),
        Figure::exactly("panics", panics, 0),
        Figure::measured("memory more than before", grown, 8.0, " MiB"),
    ])
}
