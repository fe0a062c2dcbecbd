use std::collections::BTreeSet;

use super::*;
use crate::shape::{Call, Shape};
use crate::{Rejection, calls};

#[test]
fn sample_requests_of_every_operation_are_valid() {
    for operation in Operation::ALL {
        assert_eq!(
            operation.validate(&minimal_body(*operation)),
            Ok(()),
            "minimal {operation:?}"
        );
        assert_eq!(
            operation.validate(&full_body(*operation)),
            Ok(()),
            "full {operation:?}"
        );
    }
}

#[test]
fn every_broken_request_gets_the_text_that_was_written_for_it() {
    for operation in Operation::ALL {
        for violation in violations(*operation) {
            let found = match operation.validate(&violation.body) {
                Err(Rejection::InvalidParameter(text)) => text,
                other => panic!("{operation:?}, {}: {other:?}", violation.what),
            };
            assert_eq!(found, violation.text, "{operation:?}, {}", violation.what);
        }
    }
}

#[test]
fn every_kind_of_violation_is_made() {
    let made: Vec<Violation> = Operation::ALL
        .iter()
        .flat_map(|operation| violations(*operation))
        .collect();
    let kinds: BTreeSet<&str> = made
        .iter()
        .filter_map(|violation| Some(violation.what.split_once(": ")?.1))
        .collect();
    let expected = [
        "element not in the set",
        "element outside of the pattern",
        "element too long",
        "element too short",
        "key outside of the pattern",
        "key too long",
        "key too short",
        "missing",
        "not in the set",
        "outside of the pattern",
        "too high",
        "too long",
        "too low",
        "too short",
        "value outside of the pattern",
        "value too long",
        "value too short",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    let missing = made
        .iter()
        .filter(|violation| violation.what.ends_with(": missing"))
        .count();
    assert!(missing > 300, "only {missing} requests lack a required member");
}

#[test]
fn requests_survive_reading_and_writing() {
    fn round_trip<C: Call>() {
        for body in [minimal_body(C::OPERATION), full_body(C::OPERATION)] {
            assert_eq!(C::Input::from_json(&body).to_json(), body, "{:?}", C::OPERATION);
        }
        let empty = C::Output::from_json(&Value::Null).to_json();
        assert_eq!(empty, serde_json::json!({}), "{:?}", C::OPERATION);
    }
    macro_rules! all {
        ($($name:ident,)+) => { $(round_trip::<calls::$name>();)+ };
    }
    crate::for_each_operation!(all);
}
