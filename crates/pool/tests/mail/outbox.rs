//! Mail from the commit that asks for it to the hand that takes it: what is durable, what is claimed, what expires.

use std::sync::Arc;

use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::Inbox;
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::mailer::{OutgoingMail, Worker};
use poolhouse_pool::testing::{Mood, Moody};
use poolhouse_store::{Batch, Expect};

use crate::house::{House, mail, memory};
use crate::relay::{ScriptedRelay, Turn};

#[tokio::test]
async fn mail_leaves_when_and_only_when_its_batch_was_committed() {
    let house = House::new(memory(), Vec::new());
    let ctx = house.ctx();
    let batch = house.app.mailer.queue(ctx.now, mail("ada")).unwrap();
    house.drain().await;
    assert_eq!(house.inbox().list(None).len(), 0);
    house.app.platform.commit(batch).await.unwrap();
    house.drain().await;
    let messages = house.inbox().list(None);
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].to.as_str(), messages[0].subject.as_str()),
        ("ada@example.com", "Your code")
    );
    assert_eq!(messages[0].text.trim(), "Your code is 918273.");
    assert_eq!(house.rows().await, []);
}

#[tokio::test]
async fn of_a_step_that_was_tried_again_the_mail_that_was_committed_is_sent() {
    for committed in [0, 1] {
        let house = House::new(memory(), Vec::new());
        let codes = ["111111", "222222"];
        let batches = codes.map(|code| {
            let text = format!("Your code is {code}.");
            let mail = OutgoingMail { text, ..mail("ada") };
            house.app.mailer.queue(house.ctx().now, mail).unwrap()
        });
        house
            .app
            .platform
            .commit(batches[committed].clone())
            .await
            .unwrap();
        house.drain().await;
        let messages = house.inbox().list(None);
        assert_eq!(messages.len(), 1);
        assert_eq!(
            messages[0].text.trim(),
            format!("Your code is {}.", codes[committed])
        );
        assert_eq!(house.rows().await, []);
    }
}

#[tokio::test]
async fn the_database_tells_neither_the_code_nor_the_person_nor_whether_there_is_one() {
    let house = House::new(memory(), Vec::new());
    let ctx = house.ctx();
    let mut lengths = Vec::new();
    for discard in [false, true] {
        let batch = house
            .app
            .mailer
            .queue(
                ctx.now,
                OutgoingMail {
                    discard,
                    ..mail("ada")
                },
            )
            .unwrap();
        house.app.platform.commit(batch.clone()).await.unwrap();
        let row = house.rows().await.remove(0);
        for secret in ["918273", "ada", "example.com", "discard"] {
            assert!(
                !row.body.contains(secret) && !row.key.contains(secret),
                "{secret}"
            );
        }
        lengths.push(row.body.len());
        house
            .app
            .platform
            .commit(Batch::new().delete(row.key, Expect::Any))
            .await
            .unwrap();
    }
    assert_eq!(lengths[0], lengths[1]);
}

#[tokio::test]
async fn mail_to_nobody_takes_the_same_way_and_is_not_sent() {
    let house = House::new(memory(), Vec::new());
    let batch = house
        .app
        .mailer
        .queue(
            house.ctx().now,
            OutgoingMail {
                discard: true,
                ..mail("ada")
            },
        )
        .unwrap();
    house.app.platform.commit(batch).await.unwrap();
    house.drain().await;
    assert_eq!((house.rows().await.len(), house.inbox().list(None).len()), (0, 0));
}

#[tokio::test]
async fn a_server_that_cannot_mail_says_so_at_once() {
    let from = Some(Mailbox::parse("no-reply@pool.example").unwrap());
    let mut settings = Settings::default();
    settings.mail.from.clone_from(&from);
    let nowhere = House::with(memory(), settings, None);
    let nobody = House::with(memory(), Settings::default(), Some(Inbox::new(1)));
    for house in [nowhere, nobody] {
        let error = house.app.mailer.queue(house.ctx().now, mail("ada")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "CodeDeliveryFailureException: This server cannot send mail. Its operator has to start it with --smtp and \
             --mail-from, or with --inbox."
        );
    }
    let house = House::new(memory(), Vec::new());
    for to in [
        "ada",
        "ada@",
        "ada@[127.0.0.1]",
        "ada@example.com\r\nBcc: eve@example.com",
    ] {
        let error = house
            .app
            .mailer
            .queue(
                house.ctx().now,
                OutgoingMail {
                    to: to.to_owned(),
                    ..mail("ada")
                },
            )
            .unwrap_err();
        let expected = "CodeDeliveryFailureException: Mail cannot be sent to the user's email address.";
        assert_eq!(error.to_string(), expected, "{to}");
    }
    let subject = "Hi\r\nBcc: eve@example.com".to_owned();
    let error = house
        .app
        .mailer
        .queue(
            house.ctx().now,
            OutgoingMail {
                subject,
                ..mail("ada")
            },
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "CodeDeliveryFailureException: The mail's text cannot be sent."
    );
}

#[tokio::test]
async fn a_crash_between_sending_and_settling_repeats_the_same_bytes_after_the_lease() {
    let relay = ScriptedRelay::start(Turn::Accept).await;
    let store = Arc::new(Moody::default());
    let house = House::new(store.clone(), vec![relay.relay()]);
    house.queue("ada").await;
    relay.when_accepted({
        let store = store.clone();
        move || store.become_(Mood::Fails)
    });
    let crashed = Worker::new(&house.app.mailer).unwrap().drain().await;
    assert!(crashed.is_err(), "the row was settled after all");
    store.become_(Mood::Well);
    assert_eq!(relay.accepted().len(), 1);
    for (seconds, copies) in [(0, 1), (29, 1), (1, 2)] {
        house.clock.advance_seconds(seconds);
        relay.when_accepted(|| {});
        house.drain().await;
        assert_eq!(relay.accepted().len(), copies, "{seconds} s later");
    }
    let copies = relay.accepted();
    assert_eq!(copies[0], copies[1]);
    assert!(copies[0].contains("\r\nMessage-ID: <"), "{}", copies[0]);
    assert_eq!(house.rows().await, []);
}

#[tokio::test]
async fn servers_that_share_an_outbox_send_every_mail_once() {
    let store = memory();
    let houses: Vec<House> = (0..3).map(|_| House::new(store.clone(), Vec::new())).collect();
    for number in 0..60 {
        houses[number % 2].queue(&format!("user{number}")).await;
    }
    // The first sends what it wrote. The second never gets to it, so the third may once the leases are over.
    let mut workers: Vec<Worker> = houses
        .iter()
        .map(|house| Worker::new(&house.app.mailer).unwrap())
        .collect();
    workers[0].drain().await.unwrap();
    workers[2].drain().await.unwrap();
    let counts = || -> Vec<usize> {
        houses
            .iter()
            .map(|house| house.inbox().list(None).len())
            .collect()
    };
    assert_eq!(counts(), [30, 0, 0]);
    houses.iter().for_each(|house| house.clock.advance_seconds(30));
    let [one, two, three] = &mut workers[..] else {
        unreachable!()
    };
    let (one, two, three) = tokio::join!(one.drain(), two.drain(), three.drain());
    one.and(two).and(three).unwrap();
    let lists = houses.iter().flat_map(|house| house.inbox().list(None));
    let mut recipients: Vec<String> = lists.map(|mail| mail.to.clone()).collect();
    assert_eq!(recipients.len(), 60, "{:?}", counts());
    recipients.sort();
    recipients.dedup();
    assert_eq!(recipients.len(), 60);
    assert_eq!(houses[0].rows().await, []);
}

#[tokio::test]
async fn mail_that_its_server_gets_to_too_late_goes_back_among_what_is_due() {
    let house = House::new(memory(), Vec::new());
    house.queue("ada").await;
    // Less than an attempt is left of the lease: another server could claim the row under this one's hands.
    house.clock.advance_seconds(6);
    house.drain().await;
    assert_eq!((house.inbox().list(None).len(), house.rows().await.len()), (1, 0));
}

#[tokio::test]
async fn more_mail_than_a_server_holds_in_memory_is_sent_all_the_same() {
    let house = House::new(memory(), Vec::new());
    for number in 0..1100 {
        house.queue(&format!("user{number}")).await;
    }
    let now = house.app.platform.now();
    let due_now = house
        .rows()
        .await
        .iter()
        .filter(|row| row.key.starts_with(&format!("outbox/0/{:013}/", now.0)))
        .count();
    assert_eq!(due_now, 76, "all but the 1,024 that are held");
    let worker = Worker::new(&house.app.mailer).unwrap();
    let (_stop, shutdown) = poolhouse_pool::base::shutdown::channel();
    let running = tokio::spawn(worker.run(shutdown));
    for number in [0, 1023, 1024, 1099] {
        let to = format!("user{number}@example.com");
        house.inbox().wait_for(|mail| mail.to == to).await;
    }
    running.abort();
}

#[tokio::test]
async fn expired_mail_is_never_sent() {
    let house = House::new(memory(), Vec::new());
    house.queue("ada").await;
    house.clock.advance_seconds(600);
    house.drain().await;
    assert_eq!((house.rows().await.len(), house.inbox().list(None).len()), (0, 0));
}

#[tokio::test]
async fn mail_without_an_end_is_tried_for_a_day() {
    let house = House::new(memory(), Vec::new());
    let batch = house.app.mailer.queue(house.ctx().now, mail("ada")).unwrap();
    house.app.platform.commit(batch).await.unwrap();
    house.clock.advance_seconds(24 * 3600 - 1);
    house.drain().await;
    assert_eq!(house.inbox().list(None).len(), 1);
}

#[tokio::test]
async fn rows_that_nobody_can_read_do_not_hold_up_the_others() {
    let house = House::new(memory(), Vec::new());
    house.queue("foreign").await;
    let sealed_elsewhere = house.rows().await.remove(0);
    house
        .app
        .platform
        .commit(Batch::new().delete(sealed_elsewhere.key, Expect::Any))
        .await
        .unwrap();
    let poison = Batch::new()
        .put("outbox/0/0000000000001/a", Expect::Any, "null")
        .put("outbox/0/0000000000002", Expect::Any, "{}")
        .put(
            "outbox/0/not-a-date/b",
            Expect::Any,
            sealed_elsewhere.body.clone(),
        )
        .put(
            "outbox/0/0000000000003/another-id",
            Expect::Any,
            sealed_elsewhere.body,
        );
    house.app.platform.commit(poison).await.unwrap();
    for number in 0..20 {
        house.queue(&format!("user{number}")).await;
    }
    house.drain().await;
    assert_eq!(house.inbox().list(None).len(), 20);
    let left: Vec<String> = house.rows().await.into_iter().map(|row| row.key).collect();
    assert_eq!(
        left,
        ["outbox/0/not-a-date/b"],
        "it sorts behind everything that is due"
    );
}
