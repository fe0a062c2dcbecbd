use serde_json::{Value, json};

use super::*;

fn refused(operation: Operation, body: Value) -> String {
    match operation.validate(&body) {
        Err(Rejection::InvalidParameter(text)) => text,
        other => panic!("expected an invalid parameter, got {other:?}"),
    }
}

fn mistyped(operation: Operation, body: Value) -> String {
    match operation.validate(&body) {
        Err(Rejection::Serialization(text)) => text,
        other => panic!("expected a serialization error, got {other:?}"),
    }
}

#[test]
fn a_missing_required_member_is_named_without_a_value() {
    assert_eq!(
        refused(Operation::DescribeUserPool, json!({})),
        "1 validation error detected: Value at 'userPoolId' failed to satisfy constraint: Member must not be null"
    );
}
