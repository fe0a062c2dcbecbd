//! What leaves first, what is replaced, what is known afterwards.

use poolhouse_mail::Address;
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::mailer::bounce::{self, Taken};
use poolhouse_pool::mailer::suppression::{self, Why};
use poolhouse_pool::mailer::{Fate, OutgoingMail, Urgency, Worker, queue};

use crate::house::{House, mail, memory};
use crate::relay::{ScriptedRelay, Turn};

async fn ask(house: &House, mail: OutgoingMail) {
    let batch = house.app.mailer.queue(house.ctx().now, mail).unwrap();
    house.app.platform.commit(batch).await.unwrap();
}

fn of(urgency: Urgency, name: &str) -> OutgoingMail {
    OutgoingMail {
        urgency,
        ..mail(name)
    }
}

#[tokio::test]
async fn codes_leave_before_notices_and_notices_before_invitations() {
    let relay = ScriptedRelay::start(Turn::Accept).await;
    let house = House::new(memory(), vec![relay.relay()]);
    for number in 0..40 {
        ask(&house, of(Urgency::Invitation, &format!("new{number}"))).await;
    }
    for number in 0..8 {
        ask(&house, of(Urgency::Notice, &format!("owner{number}"))).await;
    }
    ask(&house, of(Urgency::Code, "ada")).await;
    house.drain().await;
    let accepted = relay.accepted();
    assert_eq!(accepted.len(), 49);
    let place = |name: &str| {
        let line = format!("To: {name}");
        accepted
            .iter()
            .position(|message| message.contains(&line))
            .unwrap()
    };
    assert!(place("ada@") < 4, "{}", place("ada@"));
    let last_notice = (0..8)
        .map(|number| place(&format!("owner{number}@")))
        .max()
        .unwrap();
    assert!(last_notice < 14, "{last_notice}");
}

#[tokio::test]
async fn a_code_that_is_asked_for_again_replaces_the_one_that_still_waits() {
    let relay = ScriptedRelay::start(Turn::Recipient("450 4.2.0 greylisted")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    let of_sign_in = |name: &str| OutgoingMail {
        to: "ada@example.com".to_owned(),
        thread: Some("sign-in".to_owned()),
        ..mail(name)
    };
    let mut worker = Worker::new(&house.app.mailer).unwrap();
    ask(&house, of_sign_in("first")).await;
    worker.drain().await.unwrap();
    relay.now(Turn::Accept);
    house.clock.advance_seconds(2);
    ask(&house, of_sign_in("second")).await;
    worker.drain().await.unwrap();
    assert_eq!(relay.accepted().len(), 1);
    house.clock.advance_seconds(30);
    worker.drain().await.unwrap();
    assert_eq!((relay.accepted().len(), house.rows().await.len()), (1, 0));
}

#[tokio::test]
async fn a_mailbox_that_was_refused_is_known_for_a_while_and_nothing_else_is() {
    let ada = Address::parse("Ada@example.com").unwrap();
    let relay = ScriptedRelay::start(Turn::Recipient("550 5.7.1 relaying denied")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    let platform = &house.app.platform;
    house.queue("ada").await;
    house.drain().await;
    assert_eq!(suppression::of(platform, &ada).await.unwrap(), None);
    relay.now(Turn::Recipient("550 5.1.1 <ada@example.com>: no such user"));
    house.clock.advance_seconds(6);
    house.drain().await;
    let known = suppression::of(platform, &ada).await.unwrap().unwrap();
    assert_eq!(
        (known.why, known.said.as_deref()),
        (Why::Refused, Some("5.1.1 <…@example.com>: no such user"))
    );
    let other = Address::parse("grace@example.com").unwrap();
    assert_eq!(suppression::of(platform, &other).await.unwrap(), None);
    house.clock.advance_seconds(15 * 60);
    assert_eq!(
        suppression::of(platform, &ada).await.unwrap(),
        None,
        "it is tried again"
    );
    let counts = house.app.mailer.counts();
    let counts: Vec<_> = counts
        .iter()
        .map(|count| (count.fate, count.code, count.count))
        .collect();
    assert_eq!(
        counts,
        [(Fate::Deferred, Some(550), 1), (Fate::Refused, Some(550), 1)]
    );
}

#[tokio::test]
async fn every_refusal_but_the_mailboxs_ends_at_the_second_carrier() {
    for turn in [
        Turn::Recipient("554 5.7.1 blocked by a list"),
        Turn::Recipient("550 relay not permitted"),
        Turn::Recipient("550 5.2.252 SendAsDenied"),
        Turn::Recipient("450 4.2.0 greylisted"),
        Turn::Data("554 5.6.0 this looks like spam"),
        Turn::Data("552 5.3.4 too large"),
        Turn::Greeting("554 5.7.1 go away"),
        Turn::Greeting("421 4.7.0 too many"),
    ] {
        let (first, second) = (
            ScriptedRelay::start(turn).await,
            ScriptedRelay::start(Turn::Accept).await,
        );
        let house = House::new(memory(), vec![first.relay(), second.relay()]);
        house.queue("ada").await;
        house.drain().await;
        assert_eq!(
            (second.accepted().len(), house.rows().await.len()),
            (1, 0),
            "{turn:?}"
        );
    }
    let gone = ScriptedRelay::start(Turn::Recipient("550 5.1.1 no such user")).await;
    let second = ScriptedRelay::start(Turn::Accept).await;
    let house = House::new(memory(), vec![gone.relay(), second.relay()]);
    house.queue("ada").await;
    house.drain().await;
    assert_eq!((second.sessions(), house.rows().await.len()), (0, 0));
}

#[tokio::test]
async fn an_address_beyond_ascii_goes_to_the_carrier_that_can_write_it() {
    let (first, second) = (
        ScriptedRelay::start(Turn::Accept).await,
        ScriptedRelay::start(Turn::Utf8).await,
    );
    let house = House::new(memory(), vec![first.relay(), second.relay()]);
    house.queue("dörte").await;
    house.drain().await;
    assert_eq!((first.accepted().len(), second.accepted().len()), (0, 1));
}

#[tokio::test]
async fn the_queue_tells_what_was_tried_and_the_database_does_not() {
    for (turn, told) in [
        (
            Turn::Recipient("450 4.2.0 <ada@example.com>: greylisted, see 123456"),
            "the mail relay refused RCPT TO with 450 4.2.0 (it said: 4.2.0 <…@example.com>: greylisted, see …)",
        ),
        (
            Turn::Recipient("550 5.7.1 relaying denied"),
            "look at its rules and at the credentials",
        ),
        (
            Turn::Data("554 5.6.0 spam"),
            "the mail relay refused DATA with 554 5.6.0",
        ),
        (
            Turn::Greeting("554 not you"),
            "the mail relay refused greeting with 554",
        ),
        (
            Turn::Greeting("421 busy"),
            "the mail relay refused greeting with 421",
        ),
        (
            Turn::Recipient("530 5.7.0 Must issue a STARTTLS command first"),
            "It asks for encryption: add ?tls=starttls to its URL.",
        ),
    ] {
        let relay = ScriptedRelay::start(turn).await;
        let house = House::new(memory(), vec![relay.relay()]);
        house.queue("ada").await;
        house.drain().await;
        let waiting = queue::list(&house.app.platform, 10).await.unwrap().remove(0);
        assert_eq!(waiting.to, Some(Address::parse("ada@example.com").unwrap()));
        assert_eq!(
            (waiting.request_id.as_str(), waiting.urgency),
            ("request", Urgency::Code)
        );
        assert_eq!(waiting.attempts.len(), 1);
        let line = waiting.attempts[0].to_string();
        assert!(
            line.contains(told) && line.contains("did not take the mail after"),
            "{line}"
        );
        let row = house.rows().await.remove(0);
        assert!(!row.body.contains("greylisted") && !row.body.contains("STARTTLS"));
        relay.now(Turn::Accept);
        house.clock.advance_seconds(6);
        house.drain().await;
        assert_eq!(house.rows().await.len(), 0, "{told}");
    }
}

#[tokio::test]
async fn a_bounce_says_whose_it_is_by_the_address_it_comes_to() {
    let relay = ScriptedRelay::start(Turn::Accept).await;
    let mut settings = Settings::default();
    settings.mail.carriers = vec![relay.relay()];
    settings.mail.from = Some(poolhouse_mail::Mailbox::parse("no-reply@pool.example").unwrap());
    settings.mail.bounces_to = Some(Address::parse("bounces@pool.example").unwrap());
    settings.mail.verp = true;
    let house = House::with(memory(), settings, None);
    let platform = &house.app.platform;
    house.queue("ada").await;
    house.drain().await;
    let sender = relay.senders().remove(0);
    assert!(
        sender.starts_with("bounces+") && sender.ends_with("@pool.example"),
        "{sender}"
    );
    assert!(relay.accepted()[0].contains("From: no-reply@pool.example\r\n"));
    let notification = format!("To: <{sender}>\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    assert_eq!(
        bounce::take(platform, notification.as_bytes()).await.unwrap(),
        Taken::Suppressed(1)
    );
    let ada = Address::parse("ada@example.com").unwrap();
    let known = suppression::of(platform, &ada).await.unwrap().unwrap();
    assert_eq!(known.why, Why::Bounced);
    platform.commit(suppression::lift(platform, &ada)).await.unwrap();
    assert_eq!(suppression::of(platform, &ada).await.unwrap(), None);
    let asks = r#"{"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.example/?a"}"#;
    assert_eq!(
        bounce::take(platform, asks.as_bytes()).await.unwrap(),
        Taken::Confirm("https://sns.example/?a".to_owned())
    );
}

#[tokio::test]
async fn what_waits_is_counted_with_the_oldest() {
    let house = House::new(memory(), Vec::new());
    let start = house.ctx().now;
    house.queue("ada").await;
    house.clock.advance_seconds(5);
    house.queue("bob").await;
    let backlog = house.app.mailer.backlog().await.unwrap();
    assert_eq!((backlog.queued, backlog.oldest), (2, Some(start)));
}
