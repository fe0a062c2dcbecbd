//! The API's contract, from the model: every constraint of every member of every operation that this server has, broken
//! once, is answered with the service's sentence; and nothing that the constraints allow is.
use poolhouse_api::Operation;
use poolhouse_api::contract::{full_body, minimal_body, violations};
use poolhouse_pool::ops::{Status, status};
use poolhouse_pool::testing::TestPool;

/// The operations with behaviour.
fn done() -> impl Iterator<Item = Operation> {
    Operation::ALL
        .iter()
        .copied()
        .filter(|operation| status(*operation) == Status::Done)
}

#[tokio::test]
async fn every_broken_constraint_is_told_in_the_services_words() {
    let server = TestPool::new().await;
    let mut told = 0;
    for operation in done() {
        for violation in violations(operation) {
            let answer = server.call(operation.name(), violation.body).await;
            let said = (
                answer.status,
                answer["__type"].as_str(),
                answer["message"].as_str(),
            );
            let expected = (
                400,
                Some("InvalidParameterException"),
                Some(violation.text.as_str()),
            );
            assert_eq!(said, expected, "{}: {}", operation.name(), violation.what);
            told += 1;
        }
    }
    // Every operation has at least one member with a constraint, most have dozens.
    assert!(told > 10 * done().count(), "only {told} requests were made");
}

#[tokio::test]
async fn a_request_within_the_constraints_is_never_told_to_break_one() {
    let server = TestPool::new().await;
    for operation in done() {
        for body in [minimal_body(operation), full_body(operation)] {
            let answer = server.call(operation.name(), body).await;
            assert!(answer.status < 500, "{}: {}", operation.name(), answer.text);
            let message = answer["message"].as_str().unwrap_or_default();
            assert!(
                !message.contains("validation error"),
                "{}: {message}",
                operation.name()
            );
            assert_ne!(answer["__type"], "SerializationException", "{}", operation.name());
        }
    }
}

#[tokio::test]
async fn an_operation_without_behaviour_says_so_whatever_it_is_asked() {
    let server = TestPool::new().await;
    for operation in Operation::ALL {
        let name = operation.name();
        let sentence = match status(*operation) {
            Status::Done => continue,
            Status::Never(instead) => format!("{name} is not available on this server. {instead}"),
        };
        let answer = server.call(name, minimal_body(*operation)).await;
        answer.assert_error("InvalidParameterException", &sentence);
    }
}
