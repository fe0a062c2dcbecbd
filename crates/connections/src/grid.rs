//! When answers leave that must not say by their time whether there is somebody.
//!
//! What is known of a user takes longer to read the more there is of it. So the answers of every operation that takes a
//! name from anybody leave at a multiple of a few milliseconds after the request was there, errors as well as successes. Work
//! that ends before the first multiple shows nothing of its length. Of work that does not, a difference of `d` shows in
//! `d` of a step's length of the answers, no more (docs/decisions/answers-on-a-grid.md).
//!
//! Refusals for want of room leave a quarter of a second later: who asks again at once after each gets to ask less, and
//! the machine is there for those who are served.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use poolhouse_config::settings::Grid;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a refusal for want of room is held at least.
const REFUSAL_HELD: Duration = Duration::from_millis(250);

/// The answer to a request that is there.
#[derive(Debug)]
pub struct Answering {
    began: Instant,
    step: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Answering {
    /// Counts from now on. The timer is set before the work and not after it: timers that end in the same millisecond end
    /// in the order in which they were set, which would tell whose work was done first.
    pub async fn begin(grid: Grid) -> Answering {
        let began = Instant::now();
        let mut timer = Box::pin(sleep_until(began + grid.step));
        poll_fn(|context| {
            let _ = timer.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        Answering {
            began,
            step: grid.step,
            timer,
        }
    }

    /// Waits until the answer may leave. Returns how long that was.
    pub async fn leave(self) -> Duration {
        let done = Instant::now();
        self.leave_from(done).await;
        done.elapsed()
    }

    /// The same for a refusal: there was no room to serve the request.
    pub async fn refuse(self) -> Duration {
        let done = Instant::now();
        let from = done.max(self.began + REFUSAL_HELD);
        self.leave_from(from).await;
        done.elapsed()
    }

    /// Waits for the first multiple after a moment.
    async fn leave_from(mut self, from: Instant) {
        if from >= self.timer.deadline() {
            let steps = (from - self.began).as_nanos() / self.step.as_nanos().max(1);
            let next = u32::try_from(steps).unwrap_or(u32::MAX).saturating_add(1);
            self.timer
                .as_mut()
                .reset(self.began + self.step.saturating_mul(next));
        }
        self.timer.await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn an_answer_leaves_at_the_next_multiple_after_its_work_however_long_that_was() {
        for (work, left) in [
            (0, 4),
            (1, 4),
            (3, 4),
            (4, 8),
            (5, 8),
            (11, 12),
            (12, 16),
            (999, 1000),
        ] {
            let began = Instant::now();
            let answering = Answering::begin(Grid { step: 4 * MS }).await;
            sleep(work * MS).await;
            let held = answering.leave().await;
            assert_eq!((began.elapsed(), held), (left * MS, (left - work) * MS));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_for_want_of_room_leaves_a_quarter_of_a_second_later_however_soon_it_was_clear() {
        for (work, left) in [(0, 252), (4, 252), (249, 252), (252, 256), (999, 1000)] {
            let began = Instant::now();
            let answering = Answering::begin(Grid { step: 4 * MS }).await;
            sleep(work * MS).await;
            let held = answering.refuse().await;
            assert_eq!((began.elapsed(), held), (left * MS, (left - work) * MS));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn answers_of_the_same_moment_leave_in_the_order_of_their_requests_and_not_of_their_work() {
        let left = Arc::new(Mutex::new(Vec::new()));
        let mut answers = JoinSet::new();
        for (name, work) in [("first", 3), ("second", 0), ("third", 1)] {
            let left = left.clone();
            answers.spawn(async move {
                let answering = Answering::begin(Grid { step: 4 * MS }).await;
                sleep(work * MS).await;
                answering.leave().await;
                left.lock().unwrap().push(name);
            });
        }
        answers.join_all().await;
        assert_eq!(*left.lock().unwrap(), ["first", "second", "third"]);
    }
}
