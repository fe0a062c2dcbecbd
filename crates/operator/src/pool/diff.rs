//! What differs between two descriptions, member by member.

use std::fmt;

use serde_json::{Map, Value};

/// One difference: a path such as `LambdaConfig.DefineAuthChallenge`, and what was and is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// All differences, in the order of the members. Lists are compared as sets, because the service gives them back in an
/// order of its own; and nothing, `null`, an empty list and an empty object are the same nothing.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let (before, after) = (
        before.filter(|v| !is_nothing(v)),
        after.filter(|v| !is_nothing(v)),
    );
    match (before, after) {
        (None, None) => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => compare_members(&path, old, new, found),
        // A whole structure that comes or goes is shown by its members: each is a line of its own.
        (Some(Value::Object(old)), None) => compare_members(&path, old, &Map::new(), found),
        (None, Some(Value::Object(new))) => compare_members(&path, &Map::new(), new, found),
        (Some(old), Some(new)) if same(old, new) => {}
        (old, new) => found.push(Difference {
            path,
            before: old.cloned(),
            after: new.cloned(),
        }),
    }
}

fn compare_members(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        compare(inner, before.get(name), after.get(name), found);
    }
}

/// Whether there is as good as nothing there.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}

/// Whether both say the same, whatever the order of lists.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().all(|item| count(one, item) == count(other, item))
        }
        (Value::Object(_), Value::Object(_)) => differences(one, other).is_empty(),
        // Numbers come as 3 and as 3.0.
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

fn count(list: &[Value], item: &Value) -> usize {
    list.iter().filter(|other| same(item, other)).count()
}

/// `~ AuthSessionValidity: 3 → 5`; lists of words by what comes and goes.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {path}: {}", shown(after)),
            (Some(before), None) => write!(f, "- {path}: {}", shown(before)),
            (Some(Value::Array(before)), Some(Value::Array(after))) => {
                let gone = before
                    .iter()
                    .filter(|item| count(after, item) < count(before, item));
                let new = after
                    .iter()
                    .filter(|item| count(before, item) < count(after, item));
                let changes: Vec<String> = gone
                    .map(|item| format!("-{}", shown(item)))
                    .chain(new.map(|item| format!("+{}", shown(item))))
                    .collect();
                write!(f, "~ {path}: {}", changes.join(" "))
            }
            (Some(before), Some(after)) => write!(f, "~ {path}: {} → {}", shown(before), shown(after)),
            (None, None) => write!(f, "= {path}"),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn lines(before: Value, after: Value) -> Vec<String> {
        differences(&before, &after)
            .iter()
            .map(Difference::to_string)
            .collect()
    }

    #[test]
    fn members_that_come_go_and_change_are_lines_of_their_own() {
        assert_eq!(
            lines(
                json!({ "Name": "a", "Lambda": { "Define": "x", "Create": "y" }, "Age": 3, "Old": true }),
                json!({ "Name": "a", "Lambda": { "Define": "z", "Create": "y", "Verify": "v" }, "Age": 5, "New": { "A": 1 } }),
            ),
            [
                "~ Lambda.Define: x → z",
                "+ Lambda.Verify: v",
                "~ Age: 3 → 5",
                "- Old: true",
                "+ New.A: 1",
            ]
        );
    }

    #[test]
    fn lists_are_compared_as_sets_and_shown_by_what_comes_and_goes() {
        assert_eq!(
            lines(json!({ "Flows": ["A", "B"] }), json!({ "Flows": ["B", "A"] })),
            [""; 0]
        );
        assert_eq!(
            lines(json!({ "Flows": ["A", "B"] }), json!({ "Flows": ["B", "C"] })),
            ["~ Flows: -A +C"]
        );
        let recovery = |order: [u8; 2]| json!({ "R": order.map(|n| json!({ "Priority": n, "Name": "x" })) });
        assert_eq!(lines(recovery([1, 2]), recovery([2, 1])), [""; 0]);
    }

    #[test]
    fn nothing_is_nothing_however_it_is_written() {
        let empty = json!({ "A": null, "B": [], "C": {}, "D": { "E": {} } });
        assert_eq!(lines(empty.clone(), json!({})), [""; 0]);
        assert_eq!(lines(json!({}), empty), [""; 0]);
        assert_eq!(
            lines(json!({ "A": 0 }), json!({ "A": false })),
            ["~ A: 0 → false"]
        );
        assert_eq!(lines(json!({ "A": 3 }), json!({ "A": 3.0 })), [""; 0]);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4i64).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[A-C]", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_equal_has_no_differences_and_differences_are_mutual(a in any_json(), b in any_json()) {
            prop_assert_eq!(differences(&a, &a), vec![]);
            prop_assert_eq!(differences(&a, &b).is_empty(), differences(&b, &a).is_empty());
        }
    }
}
