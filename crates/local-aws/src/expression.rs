//! DynamoDB's expressions, as far as counters need them: conditions of `attribute_exists`, `attribute_not_exists` and
//! `=`, joined by `AND`; updates of the form `SET a = :a, b = :b REMOVE c`.

use serde_json::{Map, Value};

use crate::answer::Fault;

/// An item: attributes as DynamoDB writes them, `{"S": "text"}`.
pub(crate) type Item = Map<String, Value>;

/// What the names and values in expressions stand for.
pub(crate) struct Meaning<'a> {
    names: Option<&'a Map<String, Value>>,
    values: Option<&'a Map<String, Value>>,
}

impl<'a> Meaning<'a> {
    /// That of a request.
    pub fn of(body: &'a Value) -> Meaning<'a> {
        let map = |member: &str| body.get(member).and_then(Value::as_object);
        Meaning {
            names: map("ExpressionAttributeNames"),
            values: map("ExpressionAttributeValues"),
        }
    }

    fn name(&self, text: &'a str) -> Result<&'a str, Fault> {
        let text = text.trim();
        let name = match text.strip_prefix('#') {
            Some(_) => self.names.and_then(|names| names.get(text)?.as_str()),
            None => Some(text),
        };
        name.filter(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
        })
        .ok_or_else(|| unreadable(text))
    }

    fn value(&self, text: &str) -> Result<&'a Value, Fault> {
        let text = text.trim();
        let value = self.values.and_then(|values| values.get(text));
        value
            .filter(|_| text.starts_with(':'))
            .ok_or_else(|| unreadable(text))
    }

    /// Whether an item, if there is one, is as a condition says.
    pub fn holds(&self, condition: &'a str, item: Option<&Item>) -> Result<bool, Fault> {
        let mut all = true;
        for part in condition.split(" AND ") {
            let part = part.trim();
            let held = |name: &str| item.and_then(|item| item.get(name));
            all &= if let Some(name) = argument(part, "attribute_not_exists") {
                held(self.name(name)?).is_none()
            } else if let Some(name) = argument(part, "attribute_exists") {
                held(self.name(name)?).is_some()
            } else {
                let (name, value) = part.split_once('=').ok_or_else(|| unreadable(part))?;
                held(self.name(name)?) == Some(self.value(value)?)
            };
        }
        Ok(all)
    }

    /// Sets what an update sets, and removes what it removes.
    pub fn apply(&self, update: &'a str, item: &mut Item) -> Result<(), Fault> {
        let (set, removed) = match update.split_once(" REMOVE ") {
            Some((set, removed)) => (set, Some(removed)),
            None => (update, None),
        };
        let list = set.trim().strip_prefix("SET ").ok_or_else(|| unreadable(set))?;
        for name in removed.into_iter().flat_map(|list| list.split(',')) {
            item.remove(self.name(name)?);
        }
        for assignment in list.split(',') {
            let (name, value) = assignment.split_once('=').ok_or_else(|| unreadable(assignment))?;
            item.insert(self.name(name)?.to_owned(), self.value(value)?.clone());
        }
        Ok(())
    }
}

fn argument<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(function)?.trim_start();
    rest.strip_prefix('(')?.strip_suffix(')')
}

fn unreadable(part: &str) -> Fault {
    Fault::new(
        "ValidationException",
        format!(
            "Poolhouse's table of counters cannot read \"{}\". It takes conditions of attribute_exists, \
             attribute_not_exists and =, joined by AND, and updates of the form SET a = :a, b = :b REMOVE c.",
            part.trim()
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_and_updates_mean_what_they_mean_to_dynamodb() {
        let body = json!({
            "ExpressionAttributeNames": { "#w": "writes" },
            "ExpressionAttributeValues": { ":one": { "N": "1" }, ":two": { "N": "2" } },
        });
        let meaning = Meaning::of(&body);
        let mut item = Item::new();
        meaning.apply("SET writes = :one, other=:two", &mut item).unwrap();
        assert_eq!(
            Value::Object(item.clone()),
            json!({ "writes": { "N": "1" }, "other": { "N": "2" } })
        );
        let mut less = item.clone();
        meaning
            .apply("SET other = :one REMOVE #w, none", &mut less)
            .unwrap();
        assert_eq!(Value::Object(less), json!({ "other": { "N": "1" } }));
        for (condition, there, absent) in [
            ("attribute_not_exists(writes)", false, true),
            ("attribute_exists (#w)", true, false),
            ("#w = :one", true, false),
            ("writes = :two", false, false),
            ("writes = :one AND attribute_exists(other)", true, false),
            ("attribute_not_exists(id) AND attribute_exists(id)", false, false),
        ] {
            assert_eq!(
                meaning.holds(condition, Some(&item)).unwrap(),
                there,
                "{condition}"
            );
            assert_eq!(meaning.holds(condition, None).unwrap(), absent, "{condition}");
        }
        for condition in [
            "",
            "writes > :one",
            "writes = one",
            "#x = :one",
            "a = :one OR b = :one",
            "size(a) = :one",
        ] {
            assert_eq!(
                meaning.holds(condition, None).unwrap_err().code,
                "ValidationException",
                "{condition}"
            );
        }
        for update in [
            "",
            "ADD writes :one",
            "SET writes = writes + :one",
            "SET writes = :none",
            "SET writes = :one REMOVE a b",
            "REMOVE writes",
        ] {
            assert!(meaning.apply(update, &mut item).is_err(), "{update}");
        }
    }
}
