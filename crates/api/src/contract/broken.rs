//! Values that break one constraint, and what the service says about each.

use serde_json::{Map, Value};

use super::sample::{self, Members};
use crate::constraint::{Bounds, Member, Node, Pattern, Rule};

/// A value that breaks its shape in one place.
pub(super) struct Broken {
    pub(super) what: String,
    pub(super) value: Value,
    pub(super) faults: Vec<Fault>,
}

/// One part of the expected text.
pub(super) struct Fault {
    path: String,
    /// The value between quotes, unless it is kept back.
    shown: Option<String>,
    rule: String,
}

impl Fault {
    pub(super) fn text(&self) -> String {
        let shown = self
            .shown
            .as_ref()
            .map(|shown| format!("'{shown}' "))
            .unwrap_or_default();
        format!(
            "Value {shown}at '{}' failed to satisfy constraint: {}",
            self.path, self.rule
        )
    }

    fn below(mut self, step: &str) -> Self {
        self.path = if self.path.is_empty() {
            step.to_owned()
        } else {
            format!("{step}.{}", self.path)
        };
        self
    }
}

impl Broken {
    /// A value that breaks rules of its own; the path is filled in on the way up.
    fn own(what: &str, value: Value, rules: Vec<String>, secret: bool) -> Self {
        let shown = (!secret).then(|| show(&value));
        let faults = rules
            .into_iter()
            .map(|rule| Fault {
                path: String::new(),
                shown: shown.clone(),
                rule,
            })
            .collect();
        Self {
            what: format!(": {what}"),
            value,
            faults,
        }
    }

    /// The same defect seen from the container: `place` for people, `step` as the service spells it.
    fn inside(self, place: &str, step: &str, wrap: impl FnOnce(Value) -> Value) -> Self {
        let joint = if self.what.starts_with(':') { "" } else { "." };
        Self {
            what: format!("{place}{joint}{}", self.what),
            value: wrap(self.value),
            faults: self.faults.into_iter().map(|fault| fault.below(step)).collect(),
        }
    }
}

/// Every way to break a shape. `secret`: something above it is sensitive.
pub(super) fn values(node: &Node, secret: bool) -> Vec<Broken> {
    let secret = secret || node.sensitive;
    match &node.rule {
        Rule::Structure(members) => members
            .iter()
            .flat_map(|member| of_member(members, member, secret))
            .collect(),
        Rule::List { size, element } => of_list(size, element, secret),
        Rule::Map { size, key, value } => of_map(size, key, value, secret),
        _ => of_scalar(node)
            .into_iter()
            .map(|(what, value, rules)| Broken::own(what, value, rules, secret))
            .collect(),
    }
}

fn of_member(members: &'static [Member], member: &Member, secret: bool) -> Vec<Broken> {
    let minimal = || -> Map<String, Value> {
        let required = members.iter().filter(|member| member.required);
        required
            .map(|member| {
                (
                    member.name.to_owned(),
                    sample::value(member.node, Members::Required),
                )
            })
            .collect()
    };
    let step = format!("{}{}", member.name[..1].to_lowercase(), &member.name[1..]);
    let mut broken = Vec::new();
    if member.required {
        let rules = vec!["Member must not be null".to_owned()];
        let missing = Broken::own("missing", Value::Null, rules, true);
        broken.push(missing.inside(member.name, &step, |_| {
            let mut object = minimal();
            object.shift_remove(member.name);
            Value::Object(object)
        }));
    }
    broken.extend(values(member.node, secret).into_iter().map(|inner| {
        inner.inside(member.name, &step, |value| {
            let mut object = minimal();
            object.insert(member.name.to_owned(), value);
            Value::Object(object)
        })
    }));
    broken
}

fn of_list(size: &Bounds, element: &Node, secret: bool) -> Vec<Broken> {
    let copies = |count: usize| Value::from(vec![sample::value(element, Members::Required); count]);
    let mut broken: Vec<Broken> = beyond(size)
        .into_iter()
        .map(|(what, count, rule)| {
            Broken::own(what, copies(count), vec![rule], secret || is_unspeakable(element))
        })
        .collect();
    if holds_members(element) {
        let inner = values(element, secret).into_iter();
        broken.extend(inner.map(|inner| inner.inside("1", "1.member", |value| vec![value].into())));
    } else {
        broken.extend(of_scalar(element).into_iter().map(|(what, value, _)| {
            let rule = format!("Member must satisfy constraint: [{}]", bracket(element));
            Broken::own(
                &format!("element {what}"),
                vec![value].into(),
                vec![rule],
                secret || element.sensitive,
            )
        }));
    }
    broken
}

fn of_map(size: &Bounds, key: &Node, inner: &Node, secret: bool) -> Vec<Broken> {
    let entry = |key: String, value: Value| Value::Object(Map::from_iter([(key, value)]));
    let some_value = || sample::value(inner, Members::Required);
    let some_key = || sample::keys(key, 1).pop().unwrap_or_default();
    let secret_map = secret || is_unspeakable(key) || is_unspeakable(inner);
    let key_rule = format!("Map keys must satisfy constraint: [{}]", bracket(key));

    let mut broken: Vec<Broken> = beyond(size)
        .into_iter()
        .map(|(what, count, rule)| {
            // A closed set of keys may be smaller than the map must be large; the rest of the keys break their own rule.
            let mut keys = sample::keys(key, count);
            let known = keys.len();
            keys.extend((known..count).map(|index| format!("unknown key {index}")));
            let rules = if known < count {
                vec![rule, key_rule.clone()]
            } else {
                vec![rule]
            };
            let entries = keys.into_iter().map(|key| (key, some_value())).collect();
            Broken::own(what, Value::Object(entries), rules, secret_map)
        })
        .collect();
    broken.extend(of_scalar(key).into_iter().filter_map(|(what, bad, _)| {
        let map = entry(bad.as_str()?.to_owned(), some_value());
        Some(Broken::own(
            &format!("key {what}"),
            map,
            vec![key_rule.clone()],
            secret_map,
        ))
    }));
    if holds_members(inner) {
        let step = format!("{}.member", some_key());
        let values = values(inner, secret).into_iter();
        broken
            .extend(values.map(|broken| broken.inside(&some_key(), &step, |value| entry(some_key(), value))));
    } else {
        broken.extend(of_scalar(inner).into_iter().map(|(what, bad, _)| {
            let rule = format!("Map value must satisfy constraint: [{}]", bracket(inner));
            Broken::own(
                &format!("value {what}"),
                entry(some_key(), bad),
                vec![rule],
                secret_map,
            )
        }));
    }
    broken
}

/// Broken scalars: what is wrong, the value, the rules that it breaks.
fn of_scalar(node: &Node) -> Vec<(&'static str, Value, Vec<String>)> {
    match &node.rule {
        Rule::Text { length, pattern } => of_text(length, *pattern),
        Rule::Enum(values) => {
            let rule = format!("Member must satisfy enum value set: [{}]", values.join(", "));
            vec![("not in the set", "NO_SUCH_VALUE".into(), vec![rule])]
        }
        Rule::Integer { range } => {
            let low = range.min.map(|min| {
                (
                    "too low",
                    (min - 1).into(),
                    vec![format!("Member must have value greater than or equal to {min}")],
                )
            });
            let high = range.max.map(|max| {
                (
                    "too high",
                    (max + 1).into(),
                    vec![format!("Member must have value less than or equal to {max}")],
                )
            });
            low.into_iter().chain(high).collect()
        }
        Rule::Blob { size } => beyond(size)
            .into_iter()
            // Three bytes of base64 more than allowed, because "AAAA" needs no padding.
            .map(|(what, bytes, rule)| (what, "AAAA".repeat(bytes.div_ceil(3)).into(), vec![rule]))
            .collect(),
        _ => Vec::new(),
    }
}

fn of_text(length: &Bounds, pattern: Option<&Pattern>) -> Vec<(&'static str, Value, Vec<String>)> {
    let pattern_rule = |text: &str| {
        let broken = pattern.filter(|pattern| !pattern.matches(text));
        broken.map(|pattern| format!("Member must satisfy regular expression pattern: {}", pattern.text))
    };
    let good = sample::text(length, pattern);
    let mut broken: Vec<_> = beyond(length)
        .into_iter()
        .map(|(what, count, rule)| {
            let text: String = good.chars().chain(std::iter::repeat('0')).take(count).collect();
            let rules = pattern_rule(&text).into_iter().chain([rule]).collect();
            (what, text.into(), rules)
        })
        .collect();
    // White space, a sign, a line end in the middle: one of them is outside of every pattern that excludes anything.
    let min = length.min.and_then(|min| usize::try_from(min).ok()).unwrap_or(1);
    let strangers = ["a b", "a\"b", "a\u{2028}b", "a\u{0}b", "a$b"];
    let padded = strangers.map(|stranger| format!("{stranger}{}", "0".repeat(min.saturating_sub(3))));
    let fits = |text: &String| length.max.is_none_or(|max| text.len() as i64 <= max);
    let found = padded
        .into_iter()
        .filter(fits)
        .find_map(|text| Some((pattern_rule(&text)?, text)));
    broken.extend(found.map(|(rule, text)| ("outside of the pattern", text.into(), vec![rule])));
    broken
}

/// One below the lower bound and one above the upper bound, with the rule that each breaks.
fn beyond(bounds: &Bounds) -> Vec<(&'static str, usize, String)> {
    let count = |number: i64| usize::try_from(number).ok();
    let short = bounds.min.and_then(|min| {
        Some((
            "too short",
            count(min - 1)?,
            format!("Member must have length greater than or equal to {min}"),
        ))
    });
    let long = bounds.max.and_then(|max| {
        Some((
            "too long",
            count(max + 1)?,
            format!("Member must have length less than or equal to {max}"),
        ))
    });
    short.into_iter().chain(long).collect()
}

/// All rules of a scalar, as they stand in brackets for elements, keys and values.
fn bracket(node: &Node) -> String {
    let bounds = |bounds: &Bounds, what: &str| {
        let max = bounds
            .max
            .map(|max| format!("Member must have {what} less than or equal to {max}"));
        let min = bounds
            .min
            .map(|min| format!("Member must have {what} greater than or equal to {min}"));
        [max, min]
    };
    let rules = match &node.rule {
        Rule::Text { length, pattern } => {
            let pattern =
                pattern.map(|it| format!("Member must satisfy regular expression pattern: {}", it.text));
            bounds(length, "length")
                .into_iter()
                .chain([pattern])
                .flatten()
                .collect()
        }
        Rule::Enum(values) => vec![format!(
            "Member must satisfy enum value set: [{}]",
            values.join(", ")
        )],
        Rule::Integer { range } => bounds(range, "value").into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    rules.join(", ")
}

fn holds_members(node: &Node) -> bool {
    matches!(
        node.rule,
        Rule::Structure(_) | Rule::List { .. } | Rule::Map { .. }
    )
}

/// Whether a container of such values is kept back as a whole.
fn is_unspeakable(node: &Node) -> bool {
    node.sensitive || matches!(node.rule, Rule::Structure(_) | Rule::Document)
}

/// A value as the service prints it, of which 256 characters are shown.
fn show(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key}={}", show(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    };
    if whole.chars().count() > 256 {
        whole.chars().take(256).chain(['…']).collect()
    } else {
        whole
    }
}
