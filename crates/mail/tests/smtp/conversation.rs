//! Whole conversations: what the client says, what it makes of the answers, and what the inbox's listener keeps.

use crate::support::{ScriptedRelay, Step, email, envelope, inbox, no_tls};
use poolhouse_mail::smtp::{self, Class, Deadlines, Phase, Relay};
use poolhouse_mail::{Address, Email, Envelope};

use Step::{Hear, HearMessage, Say, Stall};

const BANNER: Step = Say("220 relay.example ESMTP\r\n");
const GO: Step = Say("354 go\r\n");
const PIPELINING: Step = Say("250-relay.example\r\n250 PIPELINING\r\n");

async fn send(relay: &Relay, email: &Email) -> Result<smtp::Accepted, smtp::SendError> {
    let bytes = email.to_bytes().unwrap();
    smtp::send(relay, &no_tls(), &email.envelope(), &bytes, &Deadlines::default()).await
}

async fn send_scripted(script: Vec<Step>) -> (Result<smtp::Accepted, smtp::SendError>, String) {
    let relay = ScriptedRelay::start(vec![script]).await;
    let sent = send(&relay.relay(""), &email()).await;
    (sent, relay.heard().await.remove(0))
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let (inbox, relay) = inbox().await;
    let accepted = send(&relay, &email()).await.unwrap();
    assert_eq!(accepted.queue_text(), "2.6.0 Delivered to the inbox");
    let message = inbox.wait_for(|message| message.to == "ada@example.com").await;
    assert_eq!(message.subject, "Your sign-in code");
    assert_eq!(message.from, "no-reply@example.com");
    assert_eq!(
        message.text.replace("\r\n", "\n").trim_end(),
        "Your code is 123456.\n.\n.. dots"
    );
    assert_eq!(message.html.trim_end(), "<p>Your code is <b>123456</b>.</p>");
    assert_eq!(
        inbox.to_json(Some("ADA@example.com"))[0]["receivedAt"],
        "2025-11-22T15:00:00.123Z"
    );
    assert_eq!(inbox.to_json(Some("eve@example.com")), serde_json::json!([]));
}

#[tokio::test]
async fn utf8_addresses_subjects_and_bodies_survive_the_way() {
    let (inbox, relay) = inbox().await;
    let mut email = email();
    email.to = Address::parse("dörte@bücher.example").unwrap();
    email.subject = "Dein Anmelde-Code für Bücher 📚".to_owned();
    email.text = "コード 123456\n".repeat(40);
    send(&relay, &email).await.unwrap();
    let message = inbox.wait_for(|_| true).await;
    assert_eq!(message.to, "dörte@xn--bcher-kva.example");
    assert_eq!(message.subject, email.subject);
    assert_eq!(
        message.text.replace("\r\n", "\n").trim_end(),
        email.text.trim_end()
    );
}

#[tokio::test]
async fn the_listener_takes_any_credentials() {
    let (inbox, relay) = inbox().await;
    let signed_in = Relay::parse(&format!("smtp://any:thing@{relay}")).unwrap();
    send(&signed_in, &email()).await.unwrap();
    inbox.wait_for(|_| true).await;
}

#[tokio::test]
async fn with_pipelining_a_mail_takes_two_writes_and_one_without_takes_four() {
    let accept = Say("250 2.0.0 queued as 4711\r\n");
    let replies = Say("250 ok\r\n250 ok\r\n354 go\r\n");
    let (sent, heard) = send_scripted(vec![
        BANNER,
        Hear,
        PIPELINING,
        Hear,
        Hear,
        Hear,
        replies,
        HearMessage,
        accept.clone(),
    ])
    .await;
    assert_eq!(sent.unwrap().queue_text(), "2.0.0 queued as 4711");
    let lines: Vec<&str> = heard.split("\r\n").take(4).collect();
    assert_eq!(
        lines,
        [
            "EHLO [127.0.0.1]",
            "MAIL FROM:<no-reply@example.com>",
            "RCPT TO:<ada@example.com>",
            "DATA"
        ]
    );
    assert!(heard.ends_with("\r\n.\r\nQUIT\r\n"), "{heard}");

    let ok = Say("250 ok\r\n");
    let (sent, in_turn) = send_scripted(vec![
        BANNER,
        Hear,
        Say("250 relay.example\r\n"),
        Hear,
        ok.clone(),
        Hear,
        ok,
        Hear,
        GO,
        HearMessage,
        accept,
    ])
    .await;
    sent.unwrap();
    assert_eq!(in_turn, heard);
}

#[tokio::test]
async fn a_relay_that_knows_only_helo_still_takes_mail() {
    let ok = Say("250 ok\r\n");
    let script = vec![
        BANNER,
        Hear,
        Say("502 what\r\n"),
        Hear,
        ok.clone(),
        Hear,
        ok.clone(),
        Hear,
        ok.clone(),
        Hear,
        GO,
        HearMessage,
        ok,
    ];
    let (sent, heard) = send_scripted(script).await;
    sent.unwrap();
    assert!(
        heard.starts_with("EHLO [127.0.0.1]\r\nHELO [127.0.0.1]\r\nMAIL"),
        "{heard}"
    );
}

/// A conversation that goes well until the relay refuses this step.
fn refused_at(phase: Phase, refusal: &'static str) -> Vec<Step> {
    let ok = Say("250 ok\r\n");
    let steps = [
        (Phase::Greeting, vec![]),
        (
            Phase::Mail,
            vec![BANNER, Hear, Say("250 relay.example\r\n"), Hear],
        ),
        (Phase::Recipient, vec![ok.clone(), Hear]),
        (Phase::Data, vec![ok, Hear]),
        (Phase::Accept, vec![GO, HearMessage]),
    ];
    let reached = steps.iter().position(|(step, _)| *step == phase).unwrap();
    let before = steps.into_iter().take(reached + 1).flat_map(|(_, steps)| steps);
    before.chain([Say(refusal)]).collect()
}

#[tokio::test]
async fn refusals_mean_what_they_are_about() {
    for (phase, refusal, class, codes) in [
        (Phase::Greeting, "554 not today\r\n", Class::Config, "554"),
        (Phase::Greeting, "421 busy\r\n", Class::Transient, "421"),
        (Phase::Mail, "451 4.3.0 later\r\n", Class::Transient, "451 4.3.0"),
        (Phase::Mail, "552 5.3.4 too big\r\n", Class::Config, "552 5.3.4"),
        (Phase::Mail, "553 5.7.1 not yours\r\n", Class::Config, "553 5.7.1"),
        (Phase::Mail, "530 5.7.0 sign in\r\n", Class::Config, "530 5.7.0"),
        (
            Phase::Recipient,
            "450 4.2.0 greylisted\r\n",
            Class::Transient,
            "450 4.2.0",
        ),
        (
            Phase::Recipient,
            "550 5.1.1 <ada@example.com>\r\n",
            Class::Permanent,
            "550 5.1.1",
        ),
        (
            Phase::Recipient,
            "550 relay not permitted\r\n",
            Class::Config,
            "550",
        ),
        (
            Phase::Recipient,
            "554 5.2.2 mailbox full\r\n",
            Class::Permanent,
            "554 5.2.2",
        ),
        (
            Phase::Recipient,
            "550 5.7.1 no relaying\r\n",
            Class::Config,
            "550 5.7.1",
        ),
        (Phase::Data, "554 5.5.1 no\r\n", Class::Config, "554 5.5.1"),
        (
            Phase::Accept,
            "454 4.3.0 throttled\r\n",
            Class::Transient,
            "454 4.3.0",
        ),
        (
            Phase::Accept,
            "554 5.6.0 123456 is spam\r\n",
            Class::Config,
            "554 5.6.0",
        ),
    ] {
        let (sent, _) = send_scripted(refused_at(phase, refusal)).await;
        let error = sent.unwrap_err();
        assert_eq!((error.phase(), error.class()), (phase, class), "{refusal}");
        assert_eq!(
            error.to_string(),
            format!("the mail relay refused {} with {codes}", phase.name())
        );
        assert!(!format!("{error:?}").contains("ada"), "{error:?}");
    }
}

#[tokio::test]
async fn replies_that_are_off_by_one_never_become_an_acceptance() {
    let out_of_turn =
        |phase: &str| format!("the mail relay broke the protocol at {phase}: the relay spoke out of turn");
    // A second, unasked 250 would be taken for the answer to the next command, and so on to the end.
    for (script, phase) in [
        (vec![BANNER, Hear, Say("250 a\r\n250 b\r\n"), Stall], "MAIL FROM"),
        (
            vec![BANNER, Hear, Say("250-a\r\n250 PIPELINING\r\n250 b\r\n"), Stall],
            "MAIL FROM",
        ),
        (
            vec![
                BANNER,
                Hear,
                Say("250 a\r\n"),
                Hear,
                Say("250 b\r\n250 c\r\n"),
                Stall,
            ],
            "RCPT TO",
        ),
    ] {
        let (sent, _) = send_scripted(script).await;
        let error = sent.unwrap_err();
        assert_eq!(
            (error.class(), error.to_string()),
            (Class::Transient, out_of_turn(phase))
        );
    }
    // One that comes late is found where only 354 fits.
    let late = Say("250 b\r\n250 c\r\n250 d\r\n");
    let (sent, _) = send_scripted(vec![BANNER, Hear, PIPELINING, Hear, Hear, Hear, late, Stall]).await;
    let error = sent.unwrap_err();
    assert_eq!((error.phase(), error.class()), (Phase::Data, Class::Transient));
    assert_eq!(
        error.to_string(),
        "the mail relay broke the protocol at DATA: the reply belongs to another command"
    );
    // The reply to the dot is already there before the message is sent.
    let replies = Say("250 ok\r\n250 ok\r\n354 go\r\n250 accepted\r\n");
    let (sent, heard) = send_scripted(vec![BANNER, Hear, PIPELINING, Hear, Hear, Hear, replies]).await;
    assert_eq!(sent.unwrap_err().class(), Class::Transient);
    assert!(!heard.contains("Your code"), "{heard}");
}

#[tokio::test]
async fn what_the_relay_lacks_is_found_before_anything_private_is_said() {
    let mut foreign = email();
    foreign.to = Address::parse("dörte@example.com").unwrap();
    let cases = [
        (
            "250-a\r\n250 8BITMIME\r\n",
            foreign,
            "the mail relay does not offer SMTPUTF8, which this address needs",
        ),
        (
            "250-a\r\n250 SIZE 100\r\n",
            email(),
            "the mail relay does not offer room for a message of this size",
        ),
    ];
    for (offer, email, words) in cases {
        let relay = ScriptedRelay::start(vec![vec![BANNER, Hear, Say(offer)]]).await;
        let error = send(&relay.relay(""), &email).await.unwrap_err();
        assert_eq!(
            (error.class(), error.to_string().as_str()),
            (Class::Config, words)
        );
        assert_eq!(relay.heard().await, ["EHLO [127.0.0.1]\r\nQUIT\r\n"]);
    }
}

#[tokio::test]
async fn messages_that_could_smuggle_another_are_refused_before_connecting() {
    // Nothing listens there: a connection attempt would be another error.
    let relay = Relay::parse("smtp://127.0.0.1:9").unwrap();
    for bytes in [
        b"Subject: a\n\nb\r\n".as_slice(),
        b"a\r\n.\n\r\nMAIL FROM:<eve@example.com>\r\n",
        b"a\r\n.\r.\r\n",
    ] {
        let error = smtp::send(&relay, &no_tls(), &envelope(), bytes, &Deadlines::default())
            .await
            .unwrap_err();
        assert_eq!((error.phase(), error.class()), (Phase::Check, Class::Permanent));
    }
    let elsewhere = Relay::parse("smtp://relay.example").unwrap();
    let to_localhost = Envelope {
        to: Address::parse("dev@localhost").unwrap(),
        ..envelope()
    };
    let bytes = email().to_bytes().unwrap();
    let error = smtp::send(
        &elsewhere,
        &no_tls(),
        &to_localhost,
        &bytes,
        &Deadlines::default(),
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail was not sent: the recipient's domain is a local name"
    );
}
