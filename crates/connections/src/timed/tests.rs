use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

use crate::places::{Counts, Places};

const SECOND: Duration = Duration::from_secs(1);

pub fn progress() -> Arc<Progress> {
    let places = Places::new(Counts {
        total: 1,
        per_address: 1,
        per_network: 1,
    });
    let place = Places::take(&places, [127, 0, 0, 1].into(), true);
    Progress::new(place.unwrap())
}

/// Reads what `happen` sends, and returns the seconds until the connection was given up.
async fn seconds_until_overdue(happen: impl AsyncFnOnce(&mut DuplexStream, &Arc<Progress>)) -> u64 {
    let (mut client, server) = duplex(64);
    let progress = progress();
    let mut timed = Timed::new(server, Patience::default(), progress.clone());
    let start = Instant::now();
    let read = async {
        let error = timed.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        start.elapsed().as_secs()
    };
    let (seconds, ()) = tokio::join!(read, happen(&mut client, &progress));
    seconds
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_overdue_after_the_idle_time() {
    assert_eq!(seconds_until_overdue(async |_, _| {}).await, 60);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_is_overdue_ten_seconds_after_its_first_octet() {
    let drip = async |client: &mut DuplexStream, _: &Arc<Progress>| {
        sleep(30 * SECOND).await;
        for _ in 0..9 {
            client.write_all(b"x").await.unwrap();
            sleep(SECOND).await;
        }
    };
    assert_eq!(seconds_until_overdue(drip).await, 40);
}

#[tokio::test(start_paused = true)]
async fn a_request_being_served_may_take_its_time_and_the_next_head_may_not() {
    let serve = async |client: &mut DuplexStream, progress: &Arc<Progress>| {
        client.write_all(b"x").await.unwrap();
        sleep(SECOND).await;
        let serving = progress.begin();
        sleep(100 * SECOND).await;
        client.write_all(b"body").await.unwrap();
        sleep(100 * SECOND).await;
        drop(serving);
        client.write_all(b"x").await.unwrap();
    };
    assert_eq!(seconds_until_overdue(serve).await, 211);
}

/// Nothing happens on the stream when an answer is done, so nothing but the timer makes it look again.
#[tokio::test(start_paused = true)]
async fn a_connection_that_falls_silent_after_an_answer_is_overdue_after_the_idle_time() {
    let serve = async |client: &mut DuplexStream, progress: &Arc<Progress>| {
        for _ in 0..2 {
            client.write_all(b"x").await.unwrap();
            let serving = progress.begin();
            sleep(50 * SECOND).await;
            drop(serving);
        }
    };
    assert_eq!(seconds_until_overdue(serve).await, 160);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let (_client, server) = duplex(64);
    let mut timed = Timed::new(server, Patience::default(), progress());
    let start = Instant::now();
    let error = timed.write_all(&[0; 1000]).await.unwrap_err();
    assert_eq!(
        (error.kind(), start.elapsed().as_secs()),
        (io::ErrorKind::TimedOut, 30)
    );
}

/// What HTTP/2 reads between requests may be anything.
#[tokio::test(start_paused = true)]
async fn on_a_multiplexed_connection_only_requests_put_the_idle_time_off() {
    let drip = async |client: &mut DuplexStream, progress: &Arc<Progress>| {
        progress.handshake_ended(true);
        for _ in 0..50 {
            client.write_all(b"x").await.unwrap();
            sleep(SECOND).await;
        }
        let (one, other) = (progress.begin(), progress.begin());
        sleep(100 * SECOND).await;
        drop(one);
        sleep(100 * SECOND).await;
        drop(other);
        client.write_all(b"x").await.unwrap();
    };
    assert_eq!(seconds_until_overdue(drip).await, 310);
}

#[test]
fn a_connection_waits_for_a_body_when_all_its_requests_do() {
    let progress = progress();
    let (one, other) = (progress.begin(), progress.begin());
    progress.count(|requests| requests.waiting += 1);
    assert_eq!(progress.phase(), Phase::Serving);
    progress.count(|requests| requests.waiting += 1);
    assert_eq!(progress.phase(), Phase::Body);
    progress.count(|requests| requests.waiting -= 1);
    drop(one);
    assert_eq!(
        progress.phase(),
        Phase::Body,
        "the one that is left is the one that waits"
    );
    progress.count(|requests| requests.waiting -= 1);
    assert_eq!(progress.phase(), Phase::Serving);
    drop(other);
    assert_eq!(progress.phase(), Phase::Idle);
}
