use std::collections::BTreeSet;

use super::*;
use crate::constraint::{Node, Rule};
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
            let read = C::Input::from_json(&body).map(|input| input.to_json());
            assert_eq!(read, Ok(body), "{:?}", C::OPERATION);
        }
        // An answer of which nothing is required can be empty.
        if let Ok(empty) = C::Output::from_json(&Value::Null) {
            assert_eq!(empty.to_json(), serde_json::json!({}), "{:?}", C::OPERATION);
        }
    }
    macro_rules! all {
        ($($name:ident,)+) => { $(round_trip::<calls::$name>();)+ };
    }
    crate::for_each_operation!(all);
}

#[test]
fn every_pattern_is_broken_by_some_request() {
    let mut patterns = BTreeSet::new();
    for operation in Operation::ALL {
        collect_patterns(operation.input(), &mut patterns);
    }
    let made: Vec<Violation> = Operation::ALL
        .iter()
        .flat_map(|operation| violations(*operation))
        .collect();
    let is_broken = |pattern: &&str| {
        let rule = format!("Member must satisfy regular expression pattern: {pattern}");
        made.iter().any(|violation| {
            violation.what.ends_with("outside of the pattern")
                && (violation.text.ends_with(&rule) || violation.text.ends_with(&format!("{rule}]")))
        })
    };
    let unbroken: Vec<&str> = patterns
        .into_iter()
        .filter(|pattern| !is_broken(pattern))
        .collect();
    // Nothing is outside of this one.
    assert_eq!(unbroken, ["(?s).*"]);
}

fn collect_patterns(node: &'static Node, patterns: &mut BTreeSet<&'static str>) {
    match &node.rule {
        Rule::Structure(members) => members
            .iter()
            .for_each(|member| collect_patterns(member.node, patterns)),
        Rule::List { element, .. } => collect_patterns(element, patterns),
        Rule::Map { key, value, .. } => [key, value]
            .into_iter()
            .for_each(|node| collect_patterns(node, patterns)),
        Rule::Text { pattern, .. } => patterns.extend(pattern.map(|pattern| pattern.text)),
        _ => {}
    }
}
