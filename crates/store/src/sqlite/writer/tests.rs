//! What queues, what is grouped, what is synced.

use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};

use super::*;
use crate::Expect;
use crate::sqlite::{open, rows};
use crate::testing::fresh_version;

/// A writer on a new file of the test's own.
fn writer(test: &str) -> (Writer, PathBuf) {
    let name = format!("poolhouse-store-{}-{test}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    let connection = open::writer(&directory.join("pool.db")).unwrap();
    (Writer::new(connection, Duration::ZERO, Arc::default()), directory)
}

fn synchronous(writer: &Writer) -> i64 {
    let level =
        |connection: &Connection| connection.pragma_query_value(None, "synchronous", |row| row.get(0));
    writer.read_if_idle(level).unwrap().unwrap()
}

#[test]
fn who_finds_the_writer_busy_is_told_to_go_elsewhere() {
    let (writer, directory) = writer("busy-writer");
    let put = || Batch::new().put("a", Expect::Any, "{}");
    let version = || {
        let found = writer.read_if_idle(|connection| rows::find(connection, "a"));
        Some(found?.unwrap().unwrap().0)
    };
    let written = fresh_version();
    writer.commit_if_idle(put(), written).unwrap().unwrap();
    assert_eq!(version(), Some(written));

    let writing = writer.open.lock().unwrap();
    assert_eq!(version(), None);
    assert!(writer.commit_if_idle(put(), written).is_err());
    drop(writing);

    writer.next_is_thread.store(true, Ordering::Release);
    assert!(
        writer.commit_if_idle(put(), written).is_err(),
        "the thread comes first"
    );
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_deferred_batch_is_not_synced_and_every_other_one_is() {
    let (writer, directory) = writer("deferred");
    let put = || Batch::new().put("a", Expect::Any, "{}");
    let (deferred, both) = (put().deferred(), put().deferred().merge(put()));
    for (batch, level) in [(put(), 2), (deferred.clone(), 1), (deferred, 1), (both, 2)] {
        writer.commit_if_idle(batch, fresh_version()).unwrap().unwrap();
        assert_eq!(synchronous(&writer), level);
    }
    std::fs::remove_dir_all(directory).unwrap();
}

/// Orders that all queue before the writer looks.
#[test]
fn commits_and_sweeps_are_served_in_the_order_in_which_they_queued() {
    let (writer, directory) = writer("order");
    let (orders, queue) = mpsc::channel(16);
    let (mut commits, mut sweeps) = (Vec::new(), Vec::new());
    let mut commit = |batch| {
        let (reply, answer) = oneshot::channel();
        let version = fresh_version();
        let order = Order::Commit(Commit {
            batch,
            version,
            reply,
        });
        orders.try_send(order).ok().unwrap();
        commits.push(answer);
    };
    let mut sweep = |due, at_most| {
        let (reply, answer) = oneshot::channel();
        let order = Order::Sweep(Sweep { due, at_most, reply });
        orders.try_send(order).ok().unwrap();
        sweeps.push(answer);
    };
    sweep(9, 9);
    commit(Batch::new().put_until("a", Expect::Absent, "{}", 1));
    commit(Batch::new().put_until("b", Expect::Absent, "{}", 2));
    sweep(1, 9);
    sweep(1, 9);
    commit(Batch::new().put("a", Expect::Absent, "{}"));
    commit(Batch::new().put("b", Expect::Absent, "{}"));
    sweep(9, 9);
    drop(orders);
    writer.serve(queue);
    let swept: Vec<_> = sweeps
        .into_iter()
        .map(|mut answer| answer.try_recv().unwrap().unwrap())
        .collect();
    assert_eq!(swept, [0, 1, 0, 1]);
    let committed: Vec<_> = commits
        .into_iter()
        .map(|mut answer| answer.try_recv().unwrap().is_ok())
        .collect();
    assert_eq!(committed, [true, true, true, false]);
    std::fs::remove_dir_all(directory).unwrap();
}

/// Queues a batch, and returns where its answer comes.
fn queue(orders: &mpsc::Sender<Order>, batch: Batch) -> oneshot::Receiver<Answer> {
    let (reply, answer) = oneshot::channel();
    let order = Order::Commit(Commit {
        batch,
        version: fresh_version(),
        reply,
    });
    orders.try_send(order).ok().unwrap();
    answer
}

/// A COMMIT that fails is told to everybody in its transaction, so it shows who was.
#[test]
fn those_who_queue_share_a_commit_up_to_a_group() {
    let (writer, directory) = writer("group");
    let spoil = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER spoil AFTER INSERT ON lasting WHEN new.key = 'spoilt' BEGIN INSERT INTO child VALUES (1); END;";
    writer
        .read_if_idle(|connection| connection.execute_batch(spoil))
        .unwrap()
        .unwrap();
    let (orders, queued) = mpsc::channel(3 * GROUP);
    let put = |key: &str| queue(&orders, Batch::new().put(key, Expect::Any, "{}"));
    let mut answers: Vec<_> = (0..GROUP + 2).map(|n| put(&n.to_string())).collect();
    answers.push(put("spoilt"));
    drop(orders);
    writer.serve(queued);
    for (n, answer) in answers.iter_mut().enumerate() {
        let outcome = answer.try_recv().unwrap();
        let is_uncertain = matches!(outcome, Err(CommitError::Uncertain(StoreError::Fenced)));
        assert_eq!((outcome.is_ok(), is_uncertain), (n < GROUP, n >= GROUP), "{n}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

/// Another process that lets go of the lock, and one more caller, as soon as somebody is told that it is held.
struct TooLate {
    other: Mutex<Connection>,
    orders: mpsc::Sender<Order>,
    answer: Mutex<Option<oneshot::Receiver<Answer>>>,
}

impl Wake for TooLate {
    fn wake(self: Arc<Self>) {
        self.other.lock().unwrap().execute_batch("ROLLBACK").unwrap();
        let answer = queue(&self.orders, Batch::new().put("c", Expect::Any, "{}"));
        *self.answer.lock().unwrap() = Some(answer);
    }
}

#[test]
fn who_queued_while_a_lock_was_waited_for_does_not_wait_for_it_again() {
    let (writer, directory) = writer("busy-queue");
    let other = Connection::open(directory.join("pool.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (orders, mut queued) = mpsc::channel(16);
    let mut a = queue(&orders, Batch::new().put("a", Expect::Any, "{}"));
    let mut b = queue(&orders, Batch::new().put("b", Expect::Any, "{}"));
    let told = Arc::new(TooLate {
        other: Mutex::new(other),
        orders,
        answer: Mutex::new(None),
    });
    let waker = Waker::from(Arc::clone(&told));
    let mut first = Pin::new(&mut a);
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    while let Ok(Order::Commit(commit)) = queued.try_recv() {
        assert!(writer.transact(commit, &mut queued).is_none());
    }
    let is_busy = |answer: Answer| matches!(answer, Err(CommitError::Store(StoreError::Busy)));
    assert!(is_busy(a.try_recv().unwrap()));
    assert!(
        is_busy(b.try_recv().unwrap()),
        "it would wait as long for the same answer"
    );
    let mut c = told.answer.lock().unwrap().take().unwrap();
    c.try_recv().unwrap().unwrap();
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_sweep_waits_for_no_disk_and_the_next_commit_does() {
    let (writer, directory) = writer("sweep-unsynced");
    let (reply, _answer) = oneshot::channel();
    writer.sweep(Sweep {
        due: 0,
        at_most: 1,
        reply,
    });
    assert_eq!(synchronous(&writer), 1);
    let batch = Batch::new().put("a", Expect::Any, "{}");
    writer.commit_if_idle(batch, fresh_version()).unwrap().unwrap();
    assert_eq!(synchronous(&writer), 2);
    std::fs::remove_dir_all(directory).unwrap();
}
