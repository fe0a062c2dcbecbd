//! Who gets on with a code, and how often.

use std::sync::Arc;

use poolhouse_store::{BoxFuture, Memory, Row, Scan, Snapshot, Store, StoreError, Version};
use tokio::task::JoinSet;

use super::*;
use crate::request::Asker;
use crate::testing::TestPool;

const POOL: &str = "us-east-1_AbCd12345";
const SUB: &str = "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef";
const TARGET: &str = "mara@example.com";

/// A request at the server's present time.
fn request(server: &TestPool) -> Ctx {
    Ctx::new(
        server.app().clone(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        server.app().platform.now(),
        Asker::default(),
    )
}

/// Sends Mara a code that lives for an hour.
async fn sent(server: &TestPool, purpose: Purpose) -> String {
    let ctx = request(server);
    let made = make(&ctx, POOL, SUB, purpose, TARGET, ctx.now.plus_seconds(3600));
    ctx.platform().commit(made.batch()).await.unwrap();
    made.text.to_string()
}

/// A code of the same length that is another one.
fn another(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}

/// What became of an answer: `used`, or the error's name.
async fn outcome(ctx: &Ctx, purpose: Purpose, typed: &str) -> &'static str {
    let used = match answer(ctx, POOL, SUB, purpose, typed).await {
        Ok(right) => right.commit(ctx, Batch::new()).await,
        Err(error) => Err(error),
    };
    used.map_or_else(|error| error.code.name(), |()| "used")
}

const MISMATCH: &str = "CodeMismatchException";
const ENDED: &str = "ExpiredCodeException";
const LIMIT: &str = "LimitExceededException";

#[tokio::test]
async fn a_code_is_good_once_and_for_its_purpose_alone() {
    let server = TestPool::new().await;
    let code = sent(&server, Purpose::SignUp).await;
    assert!(
        code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
        "{code}"
    );
    let ctx = request(&server);
    assert_eq!(outcome(&ctx, Purpose::ForgotPassword, &code).await, ENDED);
    assert_eq!(outcome(&ctx, Purpose::SignUp, &code).await, "used");
    assert_eq!(outcome(&ctx, Purpose::SignUp, &code).await, ENDED);
}

#[tokio::test]
async fn a_code_that_is_looked_at_and_not_used_stays_good_and_says_where_it_was_sent() {
    let server = TestPool::new().await;
    let code = sent(&server, Purpose::VerifyEmail).await;
    let ctx = request(&server);
    let Ok(right) = answer(&ctx, POOL, SUB, Purpose::VerifyEmail, &code).await else {
        panic!("the code is right");
    };
    assert_eq!(right.target(), TARGET);
    assert_eq!(outcome(&ctx, Purpose::VerifyEmail, &code).await, "used");
    // What was found right before is not, once it was used.
    let refused = right.commit(&ctx, Batch::new()).await.unwrap_err();
    assert_eq!(
        refused.message,
        "Invalid code provided, please request a code again."
    );
}

#[tokio::test]
async fn the_last_wrong_answer_ends_a_code() {
    let server = TestPool::new().await;
    let purpose = Purpose::ForgotPassword;
    let code = sent(&server, purpose).await;
    let ctx = request(&server);
    for wrong in ["", "1", &another(&code), &format!("{code}0"), "none"] {
        assert_eq!(outcome(&ctx, purpose, wrong).await, MISMATCH, "{wrong}");
    }
    assert_eq!(outcome(&ctx, purpose, &code).await, ENDED);
}

/// The service ends no sign-up by a wrong code, and neither do we before a day's are given.
#[tokio::test]
async fn sixty_wrong_answers_are_judged_in_a_day_however_many_codes_are_sent() {
    let server = TestPool::new().await;
    for purpose in [Purpose::SignUp, Purpose::VerifyEmail, Purpose::ForgotPassword] {
        let mut code = sent(&server, purpose).await;
        for n in 0..60 {
            if n % 5 == 0 {
                code = sent(&server, purpose).await;
            }
            let ctx = request(&server);
            assert_eq!(outcome(&ctx, purpose, "wrong").await, MISMATCH, "{purpose:?} {n}");
        }
        code = match purpose {
            Purpose::ForgotPassword => sent(&server, purpose).await,
            _ => code,
        };
        for typed in ["wrong", code.as_str()] {
            assert_eq!(
                outcome(&request(&server), purpose, typed).await,
                LIMIT,
                "{purpose:?}"
            );
        }
    }
    server.clock().advance_seconds(24 * 3600);
    let code = sent(&server, Purpose::SignUp).await;
    assert_eq!(outcome(&request(&server), Purpose::SignUp, &code).await, "used");
}

#[tokio::test]
async fn a_code_ends_with_its_time_and_with_the_next_one() {
    let server = TestPool::new().await;
    let first = sent(&server, Purpose::SignUp).await;
    let second = sent(&server, Purpose::SignUp).await;
    assert_ne!(first, second);
    assert_eq!(
        outcome(&request(&server), Purpose::SignUp, &first).await,
        MISMATCH
    );
    server.clock().advance_seconds(3600);
    assert_eq!(outcome(&request(&server), Purpose::SignUp, &second).await, ENDED);
}

#[tokio::test]
async fn a_code_cannot_be_read_in_the_database_or_moved_to_another_purpose() {
    let server = TestPool::new().await;
    let code = sent(&server, Purpose::SignUp).await;
    let key = Purpose::SignUp.key(POOL, SUB);
    let row = server.store().get(key.as_str()).await.unwrap().unwrap();
    assert!(!row.body.contains(&code));
    // Even by the server itself: the code is sealed for its row.
    let ctx = request(&server);
    let row = ctx.platform().get(key.as_str()).await.unwrap().unwrap();
    let other = Purpose::ForgotPassword.key(POOL, SUB);
    let moved = Batch::new().put(other, Expect::Absent, row.body);
    ctx.platform().commit(moved).await.unwrap();
    assert_eq!(
        outcome(&ctx, Purpose::ForgotPassword, &code).await,
        "InternalErrorException"
    );
}

/// A store that lets everybody else go on between a read and what follows it, so that all who begin at once have read
/// the same before anybody writes.
struct AfterYou(Memory);

impl Store for AfterYou {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            let row = self.0.get(key).await;
            tokio::task::yield_now().await;
            row
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            let rows = self.0.get_many(keys).await;
            tokio::task::yield_now().await;
            rows
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        self.0.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        self.0.commit(batch, version)
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.0.sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.0.clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.0.snapshot()
    }
}

/// How 64 answers to one code came out that had all read it before one was committed.
async fn at_once(purpose: Purpose, typed: impl Fn(&str) -> String) -> Vec<&'static str> {
    let server = TestPool::on(Arc::new(AfterYou(Memory::new())), 7, |_| {}).await;
    let typed = typed(&sent(&server, purpose).await);
    let mut answers = JoinSet::new();
    for _ in 0..64 {
        let (ctx, typed) = (request(&server), typed.clone());
        answers.spawn(async move { outcome(&ctx, purpose, &typed).await });
    }
    answers.join_all().await
}

fn count(outcomes: &[&str], wanted: &str) -> usize {
    outcomes.iter().filter(|outcome| **outcome == wanted).count()
}

#[tokio::test]
async fn of_many_right_answers_at_once_one_is_used() {
    let outcomes = at_once(Purpose::ForgotPassword, str::to_owned).await;
    assert_eq!((count(&outcomes, "used"), count(&outcomes, ENDED)), (1, 63));
}

#[tokio::test]
async fn of_many_wrong_answers_at_once_a_day_has_sixty() {
    let outcomes = at_once(Purpose::SignUp, another).await;
    assert_eq!((count(&outcomes, MISMATCH), count(&outcomes, LIMIT)), (60, 4));
}

#[tokio::test]
async fn of_many_wrong_answers_at_once_no_more_are_judged_than_the_code_takes() {
    let outcomes = at_once(Purpose::ForgotPassword, another).await;
    assert_eq!((count(&outcomes, MISMATCH), count(&outcomes, ENDED)), (5, 59));
}

/// A right answer goes on although wrong ones are counted between its verdict and its commit.
#[tokio::test]
async fn a_right_answer_survives_wrong_ones_that_are_counted_before_its_commit() {
    let server = TestPool::new().await;
    let code = sent(&server, Purpose::ForgotPassword).await;
    let ctx = request(&server);
    let Ok(right) = answer(&ctx, POOL, SUB, Purpose::ForgotPassword, &code).await else {
        panic!("the code is right");
    };
    for _ in 0..4 {
        assert_eq!(outcome(&ctx, Purpose::ForgotPassword, "wrong").await, MISMATCH);
    }
    right.commit(&ctx, Batch::new()).await.unwrap();
}

/// What the code is given for is not done if the code is not consumed.
#[tokio::test]
async fn nothing_is_given_for_a_code_that_ended_before_its_commit() {
    let server = TestPool::new().await;
    let code = sent(&server, Purpose::ForgotPassword).await;
    let ctx = request(&server);
    let Ok(right) = answer(&ctx, POOL, SUB, Purpose::ForgotPassword, &code).await else {
        panic!("the code is right");
    };
    for _ in 0..5 {
        assert_eq!(outcome(&ctx, Purpose::ForgotPassword, "wrong").await, MISMATCH);
    }
    let given = Batch::new().put("given", Expect::Absent, "{}");
    let refused = right.commit(&ctx, given).await.unwrap_err();
    assert_eq!(refused.code.name(), ENDED);
    assert!(server.store().get("given").await.unwrap().is_none());
}

#[tokio::test]
async fn codes_are_swept_an_hour_after_their_time() {
    let server = TestPool::new().await;
    sent(&server, Purpose::SignUp).await;
    let key = Purpose::SignUp.key(POOL, SUB);
    for (seconds, is_left) in [(3600 + 3599, true), (1, false)] {
        server.clock().advance_seconds(seconds);
        server.sweep().await;
        let row = server.store().get(key.as_str()).await.unwrap();
        assert_eq!(row.is_some(), is_left, "after {seconds} more seconds");
    }
}

#[tokio::test]
async fn codes_are_as_long_as_the_services() {
    let server = TestPool::new().await;
    for purpose in [
        Purpose::SignUp,
        Purpose::ForgotPassword,
        Purpose::VerifyEmail,
        Purpose::VerifyPhoneNumber,
    ] {
        let code = sent(&server, purpose).await;
        assert!(
            code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
            "{purpose:?}"
        );
    }
}
