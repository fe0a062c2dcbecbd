//! What the log tells of mails that ended without an attempt.

use poolhouse_mail::Address;
use poolhouse_pool::mailer::{OutgoingMail, Worker, suppression};
use poolhouse_pool::testing::Lines;

use crate::house::{House, mail, memory};
use crate::relay::{ScriptedRelay, Turn};

/// The line that says this of the mail to ada.
fn line(house: &House, lines: &Lines, what: &str) -> String {
    let ada = Address::parse("ada@example.com").unwrap();
    let to = format!("{:?}", suppression::addressee(&house.app.platform, &ada));
    let lines = lines.all();
    let found = lines
        .iter()
        .find(|line| line.contains(what) && line.contains(&format!("to={to}")));
    assert!(found.is_some(), "{what} of {to} in {lines:?}");
    found.cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_mail_that_expired_is_told_with_what_its_last_try_met() {
    let relay = ScriptedRelay::start(Turn::Recipient("450 4.2.0 greylisted")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    let lines = Lines::default();
    let _logging = tracing::subscriber::set_default(lines.clone());
    house.queue("ada").await;
    house.drain().await;
    house.clock.advance_seconds(601);
    house.drain().await;
    let told = line(&house, &lines, "mail expired, removed");
    assert!(told.contains("450 4.2.0 (it said: 4.2.0 greylisted)"), "{told}");
    assert!(told.contains("request_id=\"request\""), "{told}");
}

#[tokio::test]
async fn a_mail_that_expired_while_no_server_ran_is_told_so() {
    let house = House::new(memory(), Vec::new());
    let lines = Lines::default();
    let _logging = tracing::subscriber::set_default(lines.clone());
    house.queue("ada").await;
    house.clock.advance_seconds(601);
    house.drain().await;
    let told = line(&house, &lines, "mail expired, removed");
    assert!(told.contains("no server ran"), "{told}");
}

#[tokio::test]
async fn a_mail_that_a_newer_one_replaced_is_told() {
    let relay = ScriptedRelay::start(Turn::Recipient("450 4.2.0 greylisted")).await;
    let house = House::new(memory(), vec![relay.relay()]);
    let lines = Lines::default();
    let _logging = tracing::subscriber::set_default(lines.clone());
    let mut worker = Worker::new(&house.app.mailer).unwrap();
    for name in ["first", "second"] {
        let mail = OutgoingMail {
            to: "ada@example.com".to_owned(),
            thread: Some("sign-in".to_owned()),
            ..mail(name)
        };
        let batch = house.app.mailer.queue(house.ctx().now, mail).unwrap();
        house.app.platform.commit(batch).await.unwrap();
        worker.drain().await.unwrap();
        relay.now(Turn::Accept);
        house.clock.advance_seconds(2);
    }
    house.clock.advance_seconds(30);
    worker.drain().await.unwrap();
    line(&house, &lines, "mail replaced by a newer one");
}
