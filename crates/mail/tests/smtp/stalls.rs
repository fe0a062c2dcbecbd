//! Relays that stall, drip, flood, lie or vanish: each costs a known time and ends in the right class.
//!
//! The clock is paused: when nothing can proceed, time jumps to the next deadline. The deadlines are the real ones.

use std::time::Duration;

use crate::support::{ScriptedRelay, Step, email, envelope, no_tls};
use poolhouse_mail::smtp::{self, Class, Deadlines, Phase, SendError};
use tokio::time::Instant;

use Step::{Drip, Flood, Hear, HearMessage, Reset, Say, Stall};

const BANNER: Step = Say("220 relay.example ESMTP\r\n");
const PLAIN_OFFER: Step = Say("250 relay.example\r\n");
const PIPELINING: Step = Say("250-relay.example\r\n250 PIPELINING\r\n");
const OK: Step = Say("250 ok\r\n");
const GO: Step = Say("354 go\r\n");

/// Sends one mail and tells how long that took by the paused clock.
async fn send(script: Vec<Step>, parameters: &str) -> (Result<smtp::Accepted, SendError>, Duration) {
    let relay = ScriptedRelay::start(vec![script]).await;
    let start = Instant::now();
    let bytes = email().to_bytes().unwrap();
    let sent = smtp::send(
        &relay.relay(parameters),
        &no_tls(),
        &envelope(),
        &bytes,
        &Deadlines::default(),
    )
    .await;
    (sent, start.elapsed())
}

/// Sends one mail that must fail.
async fn fail(script: Vec<Step>) -> (Phase, Class, u64) {
    let (sent, took) = send(script, "").await;
    let error = sent.unwrap_err();
    (error.phase(), error.class(), took.as_secs())
}

/// The conversation up to a point, command by command.
fn up_to(phase: Phase) -> Vec<Step> {
    let steps = [
        (Phase::Greeting, vec![BANNER]),
        (Phase::Hello, vec![Hear, PLAIN_OFFER]),
        (Phase::Mail, vec![Hear, OK]),
        (Phase::Recipient, vec![Hear, OK]),
        (Phase::Data, vec![Hear, GO]),
        (Phase::Accept, vec![HearMessage, OK]),
    ];
    steps
        .into_iter()
        .take_while(|(step, _)| *step != phase)
        .flat_map(|(_, steps)| steps)
        .collect()
}

const PHASES: [(Phase, Class, u64); 6] = [
    (Phase::Greeting, Class::Transient, 5),
    (Phase::Hello, Class::Transient, 5),
    (Phase::Mail, Class::Transient, 5),
    (Phase::Recipient, Class::Transient, 5),
    (Phase::Data, Class::Transient, 5),
    (Phase::Accept, Class::Unknown, 20),
];

fn hears(phase: Phase) -> Option<Step> {
    match phase {
        Phase::Greeting => None,
        Phase::Accept => Some(HearMessage),
        _ => Some(Hear),
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_relay_costs_the_limit_of_the_step_it_is_silent_in() {
    for (phase, class, seconds) in PHASES {
        let mut script = up_to(phase);
        script.push(Stall);
        assert_eq!(fail(script).await, (phase, class, seconds), "{phase:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_is_no_progress() {
    for (phase, class, seconds) in PHASES {
        let mut script = up_to(phase);
        script.extend(hears(phase));
        script.push(Drip("250-this goes on and on\r\n"));
        assert_eq!(fail(script).await, (phase, class, seconds), "{phase:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_line_and_an_endless_reply_are_cut_off() {
    for flood in [
        "2502502502502502502502502502502502502502502502502502",
        "250-more\r\n",
    ] {
        for (phase, class, _) in PHASES {
            let mut script = up_to(phase);
            script.extend(hears(phase));
            script.push(Flood(flood));
            assert_eq!(fail(script).await, (phase, class, 0), "{phase:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_relay_that_hangs_up_or_resets_has_the_mail_only_perhaps_after_the_dot() {
    for (phase, class, _) in PHASES {
        for end in [Say("25"), Reset] {
            let mut script = up_to(phase);
            script.extend(hears(phase));
            // A script that ends waits for the client's end, so both ways of leaving are resets of the socket.
            script.extend([end, Reset]);
            assert_eq!(fail(script).await, (phase, class, 0), "{phase:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_steps_together_cannot_exceed_the_whole_limit() {
    // Each reply takes 4 s, inside its own limit of 5 s; the whole limit of 13 s is what stops it.
    let deadlines = Deadlines {
        total: Duration::from_secs(13),
        ..Deadlines::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = smtp::Relay::parse(&format!("smtp://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        for reply in [
            "220 a\r\n",
            "250 b\r\n",
            "250 c\r\n",
            "250 d\r\n",
            "354 e\r\n",
            "250 f\r\n",
        ] {
            tokio::time::sleep(Duration::from_secs(4)).await;
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    let start = Instant::now();
    let bytes = email().to_bytes().unwrap();
    let error = smtp::send(&relay, &no_tls(), &envelope(), &bytes, &deadlines)
        .await
        .unwrap_err();
    assert_eq!((error.phase(), start.elapsed().as_secs()), (Phase::Recipient, 13));
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn stalls_in_starttls_and_auth_are_bounded_too() {
    let starttls = vec![
        BANNER,
        Hear,
        Say("250-relay.example\r\n250 STARTTLS\r\n"),
        Hear,
        Stall,
    ];
    let (sent, took) = send(starttls, "?tls=starttls").await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.phase(), error.class(), took.as_secs()),
        (Phase::StartTls, Class::Transient, 5)
    );

    let auth = vec![
        BANNER,
        Hear,
        Say("250-relay.example\r\n250 AUTH PLAIN\r\n"),
        Hear,
        Stall,
    ];
    let relay = ScriptedRelay::start(vec![auth]).await;
    let signed_in = smtp::Relay::parse(&format!("smtp://ada:hunter2@{}", relay.address)).unwrap();
    let start = Instant::now();
    let bytes = email().to_bytes().unwrap();
    let sent = smtp::send(&signed_in, &no_tls(), &envelope(), &bytes, &Deadlines::default()).await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.phase(), error.class(), start.elapsed().as_secs()),
        (Phase::Auth, Class::Transient, 5)
    );
}

#[tokio::test(start_paused = true)]
async fn with_pipelining_a_stall_is_found_in_the_same_steps() {
    for (replies, phase) in [
        ("", Phase::Mail),
        ("250 ok\r\n", Phase::Recipient),
        ("250 ok\r\n250 ok\r\n", Phase::Data),
    ] {
        let script = vec![BANNER, Hear, PIPELINING, Hear, Hear, Hear, Say(replies), Stall];
        assert_eq!(fail(script).await, (phase, Class::Transient, 5));
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_tarpits_at_once_hold_nobody_else_up() {
    let tarpit = ScriptedRelay::start(vec![vec![Stall]; 50]).await;
    let healthy = ScriptedRelay::start(vec![[up_to(Phase::Accept), vec![HearMessage, OK]].concat()]).await;
    let client = std::sync::Arc::new(smtp::Client::new(
        tarpit.relay(""),
        no_tls(),
        Deadlines::default(),
        4,
    ));
    let start = Instant::now();
    let mut stuck = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = std::sync::Arc::clone(&client);
        stuck.spawn(async move {
            let bytes = email().to_bytes().unwrap();
            client.send(&envelope(), &bytes).await.unwrap_err().class()
        });
    }
    let bytes = email().to_bytes().unwrap();
    smtp::send(
        &healthy.relay(""),
        &no_tls(),
        &envelope(),
        &bytes,
        &Deadlines::default(),
    )
    .await
    .unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    let classes = stuck.join_all().await;
    assert!(classes.iter().all(|class| *class == Class::Transient));
    assert_eq!((classes.len(), start.elapsed().as_secs()), (50, 30));
}
