//! What the inbox keeps, and what its SMTP side says to clients of every kind.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::session::Session;
use super::*;

/// Everything that is answered to a client that says `said` at once and hangs up, and the inbox after it.
async fn converse(said: &[u8]) -> (String, Inbox) {
    let inbox = Inbox::new(10);
    let (ours, theirs) = duplex(1 << 23);
    let (mut reader, mut writer) = tokio::io::split(theirs);
    writer.write_all(said).await.unwrap();
    writer.shutdown().await.unwrap();
    Session::new(ours, &inbox, &|| 0).run().await.unwrap();
    let mut answers = String::new();
    reader.read_to_string(&mut answers).await.unwrap();
    (answers, inbox)
}

/// The codes of the answers, without the greeting's and the hello's.
async fn codes(commands: &str) -> Vec<String> {
    let (answers, _) = converse(format!("EHLO there\r\n{commands}").as_bytes()).await;
    let codes = answers
        .lines()
        .filter(|line| line.as_bytes().get(3) == Some(&b' '))
        .map(|line| line[..3].to_owned());
    codes.skip(2).collect()
}

#[tokio::test]
async fn commands_are_answered_in_order_even_when_they_come_at_once() {
    for (commands, expected) in [
        (
            "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\ny\r\n.\r\nQUIT\r\n",
            "250 250 354 250 221",
        ),
        ("RCPT TO:<c@d.example>\r\nDATA\r\n", "503 503"),
        (
            "MAIL FROM:<>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n",
            "250 503 250 250",
        ),
        (
            "MAIL FROM:<> SIZE=99999999\r\nMAIL FROM:<> RET=FULL\r\n",
            "552 555",
        ),
        (
            "AUTH PLAIN AGEAYg==\r\nAUTH PLAIN\r\nAGEAYg==\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\n",
            "235 334 235 334 334 235",
        ),
        ("AUTH LOGIN\r\n*\r\nAUTH XOAUTH2 x\r\n", "334 501 504"),
        ("NOOP\r\nVRFY ada\r\nSTARTTLS\r\n\r\n", "250 252 502 502"),
        ("MAIL FROM:a@b.example\r\nDATA now\r\n", "501 501"),
    ] {
        assert_eq!(codes(commands).await.join(" "), expected, "{commands}");
    }
    let (before_hello, _) = converse(b"MAIL FROM:<>\r\n").await;
    assert!(
        before_hello.ends_with("503 5.5.1 Say EHLO first\r\n"),
        "{before_hello}"
    );
    let (old, _) = converse(b"HELO there\r\n").await;
    assert_eq!(old, "220 localhost Poolhouse inbox ESMTP\r\n250 localhost\r\n");
}

fn mail(body: &str) -> Vec<u8> {
    let head =
        "EHLO there\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n";
    format!("{head}{body}").into_bytes()
}

#[tokio::test]
async fn leading_dots_are_undone_and_only_crlf_ends_a_message() {
    let (_, inbox) = converse(&mail("Subject: dots\r\n\r\n..\r\n...two\r\n a.\r\n.\r\n")).await;
    assert_eq!(inbox.list(None)[0].text, ".\r\n..two\r\n a.\r\n");
    assert_eq!(
        inbox
            .list(None)
            .iter()
            .map(|mail| mail.to.as_str())
            .collect::<Vec<_>>(),
        ["e@f.example", "c@d.example"]
    );

    // What a sloppy server would take for the end of one message and the start of another.
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n"] {
        let hidden = format!("Subject: one\r\n\r\nx{end}MAIL FROM:<eve@x.example>\r\n.\r\n");
        let (_, inbox) = converse(&mail(&hidden)).await;
        assert_eq!(inbox.list(Some("c@d.example")).len(), 1, "{end:?}");
        assert!(inbox.list(None)[0].text.contains("eve@x.example"), "{end:?}");
    }
}

#[tokio::test]
async fn a_message_that_breaks_off_is_not_delivered_and_one_too_large_is_refused() {
    let (_, inbox) = converse(&mail("Subject: half\r\n\r\nto be contin")).await;
    assert!(inbox.list(None).is_empty());
    let (answers, inbox) = converse(&mail(&"x".repeat(3 << 20))).await;
    assert!(answers.ends_with("552 5.3.4 Message too large\r\n"), "{answers}");
    assert!(inbox.list(None).is_empty());
    let (answers, _) = converse(&[b'x'; 5000]).await;
    assert!(answers.ends_with("500 5.5.2 Line too long\r\n"), "{answers}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_sent_away_after_a_minute() {
    let inbox = Inbox::new(10);
    let (ours, mut theirs) = duplex(1024);
    let start = tokio::time::Instant::now();
    Session::new(ours, &inbox, &|| 0).run().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 60);
    let mut answers = String::new();
    theirs.read_to_string(&mut answers).await.unwrap();
    assert!(
        answers.ends_with("421 4.4.2 Too long without a command\r\n"),
        "{answers}"
    );
}

fn deliver(inbox: &Inbox, to: &str, message: &str) {
    inbox.deliver("a@b.example", &[to], message.as_bytes(), 1_763_823_600_000);
}

#[test]
fn messages_are_decoded_whatever_made_them() {
    let inbox = Inbox::new(10);
    let html_only = "From: Ada <ada@x.example>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/html\r\n\r\n<p>Code <b>123456</b></p>\r\n";
    deliver(&inbox, "c@d.example", html_only);
    let latin = "Subject: x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n";
    deliver(&inbox, "c@d.example", latin);
    deliver(&inbox, "c@d.example", "no header at all");
    let [bare, latin, html] = &inbox.list(None)[..] else {
        panic!("three messages")
    };
    assert_eq!(
        (html.from.as_str(), html.subject.as_str()),
        ("ada@x.example", "Grüße")
    );
    assert_eq!(
        (html.text.trim(), html.html.trim()),
        ("Code 123456", "<p>Code <b>123456</b></p>")
    );
    assert_eq!(
        (latin.from.as_str(), latin.text.trim(), latin.html.as_str()),
        ("a@b.example", "Grüße", "")
    );
    assert_eq!(bare.to, "c@d.example");
}

#[test]
fn the_oldest_mail_goes_first_and_ids_never_come_back() {
    let inbox = Inbox::new(2);
    for subject in ["one", "two", "three"] {
        deliver(&inbox, "c@d.example", &format!("Subject: {subject}\r\n\r\n"));
    }
    let kept = |inbox: &Inbox| {
        inbox
            .list(None)
            .iter()
            .map(|m| (m.id.clone(), m.subject.clone()))
            .collect::<Vec<_>>()
    };
    let pair = |id: &str, subject: &str| (id.to_owned(), subject.to_owned());
    assert_eq!(kept(&inbox), [pair("3", "three"), pair("2", "two")]);
    assert_eq!(
        inbox.get("2").map(|mail| mail.subject.clone()),
        Some("two".to_owned())
    );
    assert_eq!(inbox.get("1"), None);
    inbox.clear();
    deliver(&inbox, "c@d.example", "Subject: four\r\n\r\n");
    assert_eq!(kept(&inbox), [pair("4", "four")]);
}

#[test]
fn no_number_of_large_messages_fills_the_memory() {
    let inbox = Inbox::new(1000);
    let large = format!("Subject: x\r\n\r\n{}", "x".repeat(2 << 20));
    for _ in 0..40 {
        deliver(&inbox, "c@d.example", &large);
    }
    assert_eq!(inbox.list(None).len(), 31);
}

#[tokio::test]
async fn waiting_ends_with_the_mail_that_was_waited_for() {
    let inbox = Inbox::new(10);
    let waiting = {
        let inbox = inbox.clone();
        tokio::spawn(async move {
            inbox
                .wait_for(|mail| mail.to == "c@d.example")
                .await
                .subject
                .clone()
        })
    };
    deliver(&inbox, "other@d.example", "Subject: not this\r\n\r\n");
    tokio::task::yield_now().await;
    deliver(&inbox, "c@d.example", "Subject: this\r\n\r\n");
    assert_eq!(waiting.await.unwrap(), "this");
}

#[test]
fn the_json_has_the_seven_members_of_the_api() {
    let inbox = Inbox::new(10);
    deliver(
        &inbox,
        "c@d.example",
        "Subject: x\r\nFrom: a@b.example\r\n\r\ny\r\n",
    );
    let expected = json!([{
        "id": "1",
        "to": "c@d.example",
        "from": "a@b.example",
        "subject": "x",
        "text": "y\r\n",
        "html": "",
        "receivedAt": "2025-11-22T15:00:00.000Z",
    }]);
    assert_eq!(inbox.to_json(Some("C@D.example")), expected);
}

proptest! {
    #[test]
    fn no_client_can_upset_the_listener(
        said in proptest::collection::vec(
            prop_oneof![
                Just("EHLO x\r\n".to_owned()),
                Just("MAIL FROM:<a@b.example>\r\n".to_owned()),
                Just("RCPT TO:<c@d.example>\r\n".to_owned()),
                Just("DATA\r\n".to_owned()),
                Just("\r\n.\r\n".to_owned()),
                Just("AUTH LOGIN\r\n".to_owned()),
                "(?s).{0,60}",
                "[A-Z]{4} [^\r\n]{0,30}\r\n",
            ],
            0..30,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (answers, inbox) = runtime.block_on(converse(said.concat().as_bytes()));
        let delivered = answers.matches("250 2.6.0").count();
        prop_assert!(answers.lines().all(|line| line.as_bytes()[..3].iter().all(u8::is_ascii_digit)));
        prop_assert_eq!(delivered > 0, !inbox.list(None).is_empty());
    }
}
