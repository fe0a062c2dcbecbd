//! The words of a violation.

use serde_json::Value;

use crate::constraint::{Bounds, Node, Rule};

/// How many characters of a value are repeated; the service has no limit, but its answer would be as large as the
/// request.
const LONGEST_ECHO: usize = 256;

/// One broken constraint: what was found, where, and which rule it breaks.
pub(super) fn violation(echo: Option<&str>, path: &str, rule: &str) -> String {
    match echo {
        Some(value) => format!("Value '{value}' at '{path}' failed to satisfy constraint: {rule}"),
        None => format!("Value at '{path}' failed to satisfy constraint: {rule}"),
    }
}

pub(super) const NOT_NULL: &str = "Member must not be null";

pub(super) fn too_long(max: i64) -> String {
    format!("Member must have length less than or equal to {max}")
}

pub(super) fn too_short(min: i64) -> String {
    format!("Member must have length greater than or equal to {min}")
}

pub(super) fn too_high(max: i64) -> String {
    format!("Member must have value less than or equal to {max}")
}

pub(super) fn too_low(min: i64) -> String {
    format!("Member must have value greater than or equal to {min}")
}

pub(super) fn not_matching(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

pub(super) fn not_in_set(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

/// Every rule of a scalar, kept or broken: for elements of lists and maps the service names them all in one bracket.
pub(super) fn all_rules(node: &Node) -> String {
    let of = |bounds: &Bounds, high: fn(i64) -> String, low: fn(i64) -> String| {
        bounds
            .max
            .map(high)
            .into_iter()
            .chain(bounds.min.map(low))
            .collect::<Vec<_>>()
    };
    let rules = match &node.rule {
        Rule::Text { length, pattern } => {
            let mut rules = of(length, too_long, too_short);
            rules.extend(pattern.map(|pattern| not_matching(pattern.text)));
            rules
        }
        Rule::Enum(values) => vec![not_in_set(values)],
        Rule::Integer { range } => of(range, too_high, too_low),
        Rule::Blob { size } => of(size, too_long, too_short),
        Rule::Structure(_)
        | Rule::List { .. }
        | Rule::Map { .. }
        | Rule::Boolean
        | Rule::Timestamp
        | Rule::Document => Vec::new(),
    };
    format!("[{}]", rules.join(", "))
}

/// A value as a violation repeats it: text as it is, `[a, b]`, `{k=v}`. Nothing for what is secret or hard to say:
/// sensitive shapes, and structures, of which the service prints an object identity.
pub(super) fn echo(value: &Value, node: &Node, hidden: bool) -> Option<String> {
    if hidden || !is_plain(node) {
        return None;
    }
    let mut text = String::new();
    append(&mut text, value);
    Some(shorten(&text))
}

fn is_plain(node: &Node) -> bool {
    !node.sensitive
        && match &node.rule {
            Rule::List { element, .. } => is_plain(element),
            Rule::Map { key, value, .. } => is_plain(key) && is_plain(value),
            Rule::Structure(_) | Rule::Document => false,
            _ => true,
        }
}

/// Stops once there is more than will be shown, so that a long list costs no more than a short one.
fn append(text: &mut String, value: &Value) {
    if text.len() > LONGEST_ECHO * 4 {
        return;
    }
    match value {
        Value::String(string) => text.push_str(string),
        Value::Array(elements) => {
            text.push('[');
            separated(text, elements.iter().filter(|element| !element.is_null()), append);
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            separated(
                text,
                members.iter().filter(|(_, value)| !value.is_null()),
                |text, (key, value)| {
                    text.push_str(key);
                    text.push('=');
                    append(text, value);
                },
            );
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn separated<T>(text: &mut String, items: impl Iterator<Item = T>, append: impl Fn(&mut String, T)) {
    for (index, item) in items.enumerate() {
        if text.len() > LONGEST_ECHO * 4 {
            return;
        }
        if index > 0 {
            text.push_str(", ");
        }
        append(text, item);
    }
}

/// The first 256 characters, and a mark when that is not all.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_ECHO) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static SECRET: Node = Node::sensitive(Rule::Text {
        length: Bounds::new(None, None),
        pattern: None,
    });
    static PLAIN: Node = Node::open(Rule::Text {
        length: Bounds::new(None, None),
        pattern: None,
    });
    static STRUCTURE: Node = Node::open(Rule::Structure(&[]));

    fn list_of(element: &'static Node) -> Node {
        Node::open(Rule::List {
            size: Bounds::new(None, None),
            element,
        })
    }

    #[test]
    fn lists_and_maps_are_repeated_unless_they_hold_secrets_or_structures() {
        let words = json!(["a", null, "b"]);
        assert_eq!(echo(&words, &list_of(&PLAIN), false).as_deref(), Some("[a, b]"));
        assert_eq!(echo(&words, &list_of(&PLAIN), true), None);
        assert_eq!(echo(&words, &list_of(&SECRET), false), None);
        assert_eq!(echo(&json!([{}]), &list_of(&STRUCTURE), false), None);
        let map = |key, value| {
            Node::open(Rule::Map {
                size: Bounds::new(None, None),
                key,
                value,
            })
        };
        let entries = json!({"k": "v", "gone": null, "l": "w"});
        assert_eq!(
            echo(&entries, &map(&PLAIN, &PLAIN), false).as_deref(),
            Some("{k=v, l=w}")
        );
        assert_eq!(echo(&entries, &map(&SECRET, &PLAIN), false), None);
        assert_eq!(echo(&entries, &map(&PLAIN, &SECRET), false), None);
    }

    #[test]
    fn a_huge_list_is_shown_by_its_beginning() {
        let words = Value::from(vec!["word"; 100_000]);
        let shown = echo(&words, &list_of(&PLAIN), false).unwrap();
        assert!(shown.starts_with("[word, word, "));
        assert_eq!(shown.chars().count(), 257);
        assert!(shown.ends_with('…'));
    }
}
