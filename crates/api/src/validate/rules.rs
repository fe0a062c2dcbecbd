//! The second walk: which constraints are broken?

use serde_json::{Map, Value};

use super::sentence;
use super::types::base64;
use crate::constraint::{Bounds, Member, Node, Rule};

/// How many violations are collected before the walk stops; a large body of small errors must not make a larger answer.
const MOST_VIOLATIONS: usize = 100;

/// Every broken constraint, in the order of the model's members. The value has passed the check of types.
pub(super) fn violations(value: &Value, node: &Node) -> Vec<String> {
    let mut walk = Walk {
        path: String::new(),
        violations: Vec::new(),
    };
    walk.visit(value, node, false);
    walk.violations
}

struct Walk {
    /// Where the walk is, as violations spell it: `userAttributes.1.member.value`.
    path: String,
    violations: Vec<String>,
}

impl Walk {
    /// `hidden`: something above is sensitive, so nothing below may be repeated.
    fn visit(&mut self, value: &Value, node: &Node, hidden: bool) {
        let hidden = hidden || node.sensitive;
        match (&node.rule, value) {
            (Rule::Structure(members), Value::Object(object)) => self.structure(object, members, hidden),
            (Rule::List { size, element }, Value::Array(elements)) => {
                let present: Vec<&Value> = elements.iter().filter(|element| !element.is_null()).collect();
                self.report_all(size_rules(size, present.len()), value, node, hidden);
                self.elements(value, &present, node, element, hidden);
            }
            (
                Rule::Map {
                    size,
                    key,
                    value: inner,
                },
                Value::Object(entries),
            ) => {
                let present = entries.values().filter(|value| !value.is_null()).count();
                self.report_all(size_rules(size, present), value, node, hidden);
                self.entries(value, entries, node, [key, inner], hidden);
            }
            _ => self.report_all(broken(value, node), value, node, hidden),
        }
    }

    fn structure(&mut self, object: &Map<String, Value>, members: &'static [Member], hidden: bool) {
        for member in members {
            if self.is_full() {
                return;
            }
            let value = object.get(member.name).filter(|value| !value.is_null());
            self.below(&lower_camel(member.name), |walk| match value {
                Some(value) => walk.visit(value, member.node, hidden),
                None if member.required => walk.report(None, sentence::NOT_NULL),
                None => {}
            });
        }
    }

    /// Scalars are reported together at the list, structures one by one below it.
    fn elements(&mut self, list: &Value, present: &[&Value], node: &Node, element: &Node, hidden: bool) {
        if is_container(element) {
            for (index, value) in present.iter().enumerate() {
                if self.is_full() {
                    return;
                }
                self.below(&format!("{}.member", index + 1), |walk| {
                    walk.visit(value, element, hidden)
                });
            }
        } else if present.iter().any(|value| !broken(value, element).is_empty()) {
            let rule = format!("Member must satisfy constraint: {}", sentence::all_rules(element));
            self.report_all(vec![rule], list, node, hidden);
        }
    }

    fn entries(
        &mut self,
        map: &Value,
        entries: &Map<String, Value>,
        node: &Node,
        [key, inner]: [&Node; 2],
        hidden: bool,
    ) {
        let present = || entries.iter().filter(|(_, value)| !value.is_null());
        if present().any(|(name, _)| !broken_text(name, key).is_empty()) {
            let rule = format!("Map keys must satisfy constraint: {}", sentence::all_rules(key));
            self.report_all(vec![rule], map, node, hidden);
        }
        if is_container(inner) {
            for (name, value) in present() {
                if self.is_full() {
                    return;
                }
                let step = format!("{}.member", sentence::shorten(name));
                self.below(&step, |walk| walk.visit(value, inner, hidden));
            }
        } else if present().any(|(_, value)| !broken(value, inner).is_empty()) {
            let rule = format!(
                "Map value must satisfy constraint: {}",
                sentence::all_rules(inner)
            );
            self.report_all(vec![rule], map, node, hidden);
        }
    }

    fn below(&mut self, step: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        visit(self);
        self.path.truncate(length);
    }

    fn report_all(&mut self, rules: Vec<String>, value: &Value, node: &Node, hidden: bool) {
        if rules.is_empty() {
            return;
        }
        let echo = sentence::echo(value, node, hidden);
        for rule in rules {
            self.report(echo.as_deref(), &rule);
        }
    }

    fn report(&mut self, echo: Option<&str>, rule: &str) {
        if !self.is_full() {
            self.violations.push(sentence::violation(echo, &self.path, rule));
        }
    }

    fn is_full(&self) -> bool {
        self.violations.len() >= MOST_VIOLATIONS
    }
}

fn is_container(node: &Node) -> bool {
    matches!(
        node.rule,
        Rule::Structure(_) | Rule::List { .. } | Rule::Map { .. }
    )
}

/// Which rules a scalar breaks, the pattern before the length.
fn broken(value: &Value, node: &Node) -> Vec<String> {
    match (&node.rule, value) {
        (Rule::Text { .. } | Rule::Enum(_), Value::String(text)) => broken_text(text, node),
        (Rule::Integer { range }, Value::Number(number)) => number
            .as_i64()
            .map_or_else(Vec::new, |number| range_rules(range, number)),
        (Rule::Blob { size }, Value::String(text)) => {
            base64(text).map_or_else(|_| Vec::new(), |bytes| size_rules(size, bytes))
        }
        _ => Vec::new(),
    }
}

fn broken_text(text: &str, node: &Node) -> Vec<String> {
    match &node.rule {
        Rule::Text { length, pattern } => {
            let mut rules = Vec::new();
            rules.extend(
                pattern
                    .filter(|pattern| !pattern.matches(text))
                    .map(|pattern| sentence::not_matching(pattern.text)),
            );
            rules.extend(size_rules(length, text.chars().count()));
            rules
        }
        Rule::Enum(values) if !values.contains(&text) => vec![sentence::not_in_set(values)],
        _ => Vec::new(),
    }
}

fn size_rules(size: &Bounds, found: usize) -> Vec<String> {
    // A size that does not fit is larger than every bound.
    beyond(
        size,
        i64::try_from(found).unwrap_or(i64::MAX),
        sentence::too_long,
        sentence::too_short,
    )
}

fn range_rules(range: &Bounds, found: i64) -> Vec<String> {
    beyond(range, found, sentence::too_high, sentence::too_low)
}

fn beyond(bounds: &Bounds, found: i64, high: fn(i64) -> String, low: fn(i64) -> String) -> Vec<String> {
    let above = bounds.max.filter(|max| found > *max).map(high);
    let below = bounds.min.filter(|min| found < *min).map(low);
    above.into_iter().chain(below).collect()
}

/// `UserPoolId` → `userPoolId`; only the first letter changes.
fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}
