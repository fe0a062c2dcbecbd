//! Mail and the relays that take it, refuse it, or leave open what happened.

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::mailer::Worker;

use crate::house::{House, memory};
use crate::relay::{ScriptedRelay, Turn};

#[tokio::test]
async fn a_greylisting_relay_is_asked_again_on_schedule_until_it_takes_the_mail() {
    let relay = ScriptedRelay::start(Turn::Recipient("450 4.2.0 try again later")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    house.queue("ada").await;
    for seconds in [5, 15, 25, 25, 25] {
        house.drain().await;
        let due = house.due_in().await;
        let expected = f64::from(seconds) * 0.8..=f64::from(seconds) * 1.2;
        assert!(expected.contains(&due), "{due} s instead of about {seconds}");
        house.drain().await;
        assert_eq!(house.due_in().await, due, "nothing is sent before");
        house
            .clock
            .set(Millis(house.app.platform.now().0 + (due * 1000.0).round() as i64));
    }
    assert_eq!(relay.sessions(), 5);
    relay.now(Turn::Accept);
    house.drain().await;
    assert_eq!((relay.accepted().len(), house.rows().await.len()), (1, 0));
}

#[tokio::test]
async fn mail_whose_next_try_would_come_too_late_is_given_up() {
    let relay = ScriptedRelay::start(Turn::Recipient("450 4.2.0 try again later")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    house.queue("ada").await;
    house.clock.advance_seconds(597);
    house.drain().await;
    assert_eq!((relay.sessions(), house.rows().await.len()), (1, 0));
}

#[tokio::test]
async fn mail_that_a_relay_refuses_for_good_is_tried_once() {
    for turn in [
        Turn::Recipient("550 5.1.1 no such user"),
        Turn::Recipient("552 5.2.2 full"),
    ] {
        let relay = ScriptedRelay::start(turn).await;
        let house = House::new(memory(), vec![relay.relay()]);
        house.queue("ada").await;
        house.drain().await;
        assert_eq!((relay.sessions(), house.rows().await.len()), (1, 0), "{turn:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_between_us_and_the_relay_keeps_the_mail() {
    for turn in [
        Turn::Recipient("550 5.7.1 relaying denied"),
        Turn::Recipient("550 relay not permitted"),
        Turn::Data("554 5.6.0 not this"),
        Turn::Recipient("421 4.7.0 too many"),
        Turn::Greeting("554 5.7.1 go away"),
    ] {
        let relay = ScriptedRelay::start(turn).await;
        let house = House::new(memory(), vec![relay.relay()]);
        house.queue("ada").await;
        house.drain().await;
        assert_eq!((relay.sessions(), house.rows().await.len()), (1, 1), "{turn:?}");
        relay.now(Turn::Accept);
        house.clock.advance_seconds(6);
        house.drain().await;
        assert_eq!(
            (relay.accepted().len(), house.rows().await.len()),
            (1, 0),
            "{turn:?}"
        );
    }
}

#[tokio::test]
async fn a_relay_that_is_down_costs_mail_no_attempt() {
    let relay = ScriptedRelay::start(Turn::Accept).await;
    let gone = relay.relay();
    relay.stop().await;
    let house = House::new(memory(), vec![gone]);
    house.queue("ada").await;
    for _ in 0..100 {
        house.drain().await;
        assert_eq!(house.due_in().await, 5.0);
        house.clock.advance_seconds(5);
    }
}

#[tokio::test]
async fn an_end_that_leaves_open_what_happened_is_repeated_once_with_the_same_bytes() {
    let relay = ScriptedRelay::start(Turn::HangUpAfterDot).await;
    let house = House::new(memory(), vec![relay.relay()]);
    house.queue("ada").await;
    house.drain().await;
    let copies = relay.seen();
    assert_eq!((copies.len(), house.rows().await.len()), (2, 0));
    assert_eq!(copies[0], copies[1]);
}

#[tokio::test]
async fn the_second_relay_takes_what_the_first_does_not() {
    let first = ScriptedRelay::start(Turn::Recipient("451 4.3.0 out of order")).await;
    let second = ScriptedRelay::start(Turn::Accept).await;
    let house = House::new(memory(), vec![first.relay(), second.relay()]);
    house.queue("ada").await;
    house.drain().await;
    assert_eq!(
        (
            first.sessions(),
            second.accepted().len(),
            house.rows().await.len()
        ),
        (1, 1, 0)
    );
    first.now(Turn::Accept);
    house.queue("bob").await;
    house.drain().await;
    assert_eq!(
        (first.accepted().len(), second.accepted().len()),
        (1, 1),
        "the first is preferred"
    );
}

#[tokio::test]
async fn the_running_worker_sends_as_soon_as_it_is_woken_and_stops_when_told() {
    let house = House::new(memory(), Vec::new());
    let (stop, shutdown) = poolhouse_pool::base::shutdown::channel();
    let running = tokio::spawn(Worker::new(&house.app.mailer).unwrap().run(shutdown));
    house.queue("ada").await;
    house.app.mailer.wake();
    house.inbox().wait_for(|mail| mail.to == "ada@example.com").await;
    // Not woken: the worker looks by itself.
    house.queue("bob").await;
    house.inbox().wait_for(|mail| mail.to == "bob@example.com").await;
    stop.request();
    running.await.unwrap();
    assert_eq!(house.rows().await, []);
}
