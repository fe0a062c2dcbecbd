//! Connections that carry more than one mail, and those that must not.

use poolhouse_mail::smtp::{Class, Client, Connection, Deadlines};

use crate::support::{ScriptedRelay, Step, email, envelope, inbox, no_tls};

use Step::{Hear, HearMessage, Say};

const BANNER: Step = Say("220 relay.example ESMTP\r\n");
const PIPELINING: Step = Say("250-relay.example\r\n250 PIPELINING\r\n");

#[tokio::test]
async fn a_sound_connection_carries_many_mails_and_a_refused_recipient_does_not_spoil_it() {
    let pipelined = [Hear, Hear, Hear];
    let script = [
        vec![BANNER, Hear, PIPELINING],
        pipelined.to_vec(),
        vec![Say("250 ok\r\n550 5.1.1 no\r\n554 5.5.1 no recipients\r\n"), Hear],
        pipelined.to_vec(),
        vec![
            Say("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
            HearMessage,
            Say("250 one\r\n"),
            Hear,
        ],
        pipelined.to_vec(),
        vec![
            Say("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
            HearMessage,
            Say("250 two\r\n"),
        ],
    ]
    .concat();
    let relay = ScriptedRelay::start(vec![script]).await;
    let deadlines = Deadlines::default();
    let bytes = email().to_bytes().unwrap();
    let mut connection = Some(
        Connection::open(&relay.relay(""), &no_tls(), &deadlines)
            .await
            .unwrap(),
    );
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let sent = connection
            .take()
            .unwrap()
            .send(&envelope(), &bytes, &deadlines)
            .await;
        connection = sent.connection;
        outcomes.push(
            sent.outcome
                .map(|accepted| accepted.queue_text())
                .map_err(|error| error.class()),
        );
    }
    assert_eq!(
        outcomes,
        [Err(Class::Permanent), Ok("one".to_owned()), Ok("two".to_owned())]
    );
    drop(connection);
    assert_eq!(relay.heard().await[0].matches("RSET\r\n").count(), 2);
}

#[tokio::test]
async fn a_connection_in_doubt_is_never_used_again() {
    let doubtful = [
        // Says goodbye instead of answering.
        vec![
            BANNER,
            Hear,
            PIPELINING,
            Hear,
            Hear,
            Hear,
            Say("250 ok\r\n421 bye\r\n421 bye\r\n"),
        ],
        // Wants a message that has no recipient.
        vec![
            BANNER,
            Hear,
            PIPELINING,
            Hear,
            Hear,
            Hear,
            Say("250 ok\r\n550 no\r\n354 go\r\n"),
        ],
        // Says more than it was asked.
        vec![
            BANNER,
            Hear,
            PIPELINING,
            Hear,
            Hear,
            Hear,
            Say("250 ok\r\n250 ok\r\n354 go\r\n"),
            HearMessage,
            Say("250 ok\r\n250 and more\r\n"),
        ],
    ];
    for script in doubtful {
        let relay = ScriptedRelay::start(vec![script]).await;
        let connection = Connection::open(&relay.relay(""), &no_tls(), &Deadlines::default())
            .await
            .unwrap();
        let sent = connection
            .send(&envelope(), &email().to_bytes().unwrap(), &Deadlines::default())
            .await;
        assert!(sent.connection.is_none(), "{:?}", sent.outcome);
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_relay_closed_costs_a_new_one_and_no_mail() {
    let once = |id| {
        let replies = Say("250 ok\r\n250 ok\r\n354 go\r\n");
        vec![
            BANNER,
            Hear,
            PIPELINING,
            Hear,
            Hear,
            Hear,
            replies,
            HearMessage,
            Say(id),
        ]
    };
    // The first connection ends after its mail with a reset.
    let first = [once("250 one\r\n"), vec![Hear, Step::Reset]].concat();
    let relay = ScriptedRelay::start(vec![first, once("250 two\r\n")]).await;
    let client = Client::new(relay.relay(""), no_tls(), Deadlines::default(), 4);
    let bytes = email().to_bytes().unwrap();
    assert_eq!(
        client.send(&envelope(), &bytes).await.unwrap().queue_text(),
        "one"
    );
    assert_eq!(
        client.send(&envelope(), &bytes).await.unwrap().queue_text(),
        "two"
    );
    drop(client);
    let heard = relay.heard().await;
    assert_eq!(
        heard
            .iter()
            .map(|heard| heard.matches("Message-ID").count())
            .collect::<Vec<_>>(),
        [1, 1]
    );
}

#[tokio::test]
async fn a_refusal_on_a_kept_connection_is_the_answer_and_not_a_reason_to_try_another() {
    let replies = Say("250 ok\r\n250 ok\r\n354 go\r\n");
    let busy = Say("250 reset\r\n451 4.3.0 later\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n");
    let script = vec![
        BANNER,
        Hear,
        PIPELINING,
        Hear,
        Hear,
        Hear,
        replies,
        HearMessage,
        Say("250 one\r\n"),
    ];
    let relay = ScriptedRelay::start(vec![[script, vec![Hear, Hear, Hear, Hear, busy]].concat()]).await;
    let client = Client::new(relay.relay(""), no_tls(), Deadlines::default(), 4);
    let bytes = email().to_bytes().unwrap();
    client.send(&envelope(), &bytes).await.unwrap();
    let error = client.send(&envelope(), &bytes).await.unwrap_err();
    assert_eq!(
        (error.class(), error.to_string().as_str()),
        (
            Class::Transient,
            "the mail relay refused MAIL FROM with 451 4.3.0"
        )
    );
    drop(client);
    assert_eq!(relay.heard().await.len(), 1);
}

#[tokio::test]
async fn the_client_reuses_its_connection_to_the_inbox() {
    let (inbox, relay) = inbox().await;
    let client = Client::new(relay, no_tls(), Deadlines::default(), 2);
    let bytes = email().to_bytes().unwrap();
    for _ in 0..20 {
        client.send(&envelope(), &bytes).await.unwrap();
    }
    assert_eq!(inbox.list(None).len(), 20);
}
