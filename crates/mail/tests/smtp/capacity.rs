//! Relays that take only so many connections, and the end of those that are no longer needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use poolhouse_mail::smtp::{Client, Deadlines, Relay};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use crate::support::{ScriptedRelay, Step, email, envelope, no_tls};

use Step::{Hear, HearMessage, Say};

/// A relay with a limit on connections: one beyond it is sent away with 421.
struct Limited {
    relay: Relay,
    sent_away: Arc<AtomicUsize>,
    most_open: Arc<AtomicUsize>,
}

/// `meeting`: where the first connections wait for each other before they are greeted, so that they are open at once.
async fn limited(limit: usize, meeting: usize) -> Limited {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = Relay::parse(&format!("smtp://{}", listener.local_addr().unwrap())).unwrap();
    let (sent_away, most_open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (away, most) = (sent_away.clone(), most_open.clone());
    tokio::spawn(async move {
        let (open, barrier) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(meeting)));
        let mut come = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            come += 1;
            let (open, away, most, barrier) = (open.clone(), away.clone(), most.clone(), barrier.clone());
            tokio::spawn(async move {
                let now_open = open.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now_open.min(limit), Ordering::SeqCst);
                if come <= meeting {
                    barrier.wait().await;
                }
                if now_open > limit {
                    away.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"421 4.7.0 too many connections\r\n").await;
                } else {
                    serve(stream).await;
                }
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    Limited {
        relay,
        sent_away,
        most_open,
    }
}

async fn serve(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let mut reply = "220 relay.example\r\n";
    let mut line = String::new();
    let mut in_message = false;
    loop {
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        loop {
            line.clear();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if !in_message || line == ".\r\n" {
                break;
            }
        }
        (in_message, reply) = match line.as_str() {
            "DATA\r\n" => (true, "354 go\r\n"),
            _ => (false, "250 ok\r\n"),
        };
    }
}

#[tokio::test]
async fn a_relay_with_too_many_connections_gets_fewer_and_all_of_the_mail() {
    let limited = limited(1, 4).await;
    let client = Client::new(limited.relay.clone(), no_tls(), Deadlines::default(), 4);
    let bytes = email().to_bytes().unwrap();
    let envelope = envelope();
    let send = || client.send(&envelope, &bytes);
    let (one, two, three, four) = tokio::join!(send(), send(), send(), send());
    for sent in [one, two, three, four] {
        sent.unwrap();
    }
    assert_eq!((client.limit(), limited.sent_away.load(Ordering::SeqCst)), (1, 3));
    for _ in 0..5 {
        send().await.unwrap();
    }
    assert_eq!(
        (
            limited.most_open.load(Ordering::SeqCst),
            limited.sent_away.load(Ordering::SeqCst)
        ),
        (1, 3),
        "nobody is sent away any more"
    );
}

#[tokio::test]
async fn one_connection_that_is_sent_away_is_told_as_it_is() {
    let limited = limited(0, 1).await;
    let client = Client::new(limited.relay.clone(), no_tls(), Deadlines::default(), 4);
    let bytes = email().to_bytes().unwrap();
    let error = client.send(&envelope(), &bytes).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail relay refused greeting with 421 4.7.0"
    );
    assert_eq!(client.limit(), 4, "it is not about how many there are");
}

#[tokio::test]
async fn a_connection_that_is_no_longer_needed_ends_with_quit() {
    let ok = || Say("250 ok\r\n");
    let script = vec![
        Say("220 relay.example\r\n"),
        Hear,
        ok(),
        Hear,
        ok(),
        Hear,
        ok(),
        Hear,
        Say("354 go\r\n"),
        HearMessage,
        ok(),
    ];
    let relay = ScriptedRelay::start(vec![script]).await;
    let client = Client::new(relay.relay(""), no_tls(), Deadlines::default(), 4);
    client
        .send(&envelope(), &email().to_bytes().unwrap())
        .await
        .unwrap();
    tokio::time::pause();
    client.close_idle().await;
    tokio::time::advance(std::time::Duration::from_secs(8)).await;
    client.close_idle().await;
    tokio::time::resume();
    assert!(relay.heard().await[0].ends_with("\r\n.\r\nQUIT\r\n"));
}
