//! Valid values for every shape.

use serde_json::{Map, Value, json};

use crate::constraint::{Bounds, Member, Node, Pattern, Rule};

/// Which members a sample structure has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Members {
    Required,
    All,
}

/// Texts to choose from: the first one that satisfies a shape is its sample.
const TEXTS: [&str; 22] = [
    "sample",
    "us-east-1_Example01",
    "us-east-1_0a1b2c3d",
    "someone@pool.example",
    "123456",
    "123456789012",
    "abcdefghijklmnopqrstuvwxyz0123",
    "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Example01",
    "arn:aws:s3:::bucket/users.csv",
    "Your code is {####}.",
    "Follow {##this link##}.",
    "import-0a1b2c3d",
    "Level1",
    "Level2",
    "Level3",
    "Level4",
    "cognito:default",
    "terms-of-use",
    "tkn0123456789abcdefghijklmno",
    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab",
    "us-east-1",
    "https://app.example/client",
];

/// A valid value.
pub(super) fn value(node: &Node, members: Members) -> Value {
    match &node.rule {
        Rule::Structure(all) => structure(all, members),
        Rule::List { size, element } => (0..at_least_one(size))
            .map(|_| value(element, members))
            .collect::<Vec<_>>()
            .into(),
        Rule::Map {
            size,
            key,
            value: inner,
        } => {
            let keys = keys(key, at_least_one(size));
            Value::Object(keys.into_iter().map(|key| (key, value(inner, members))).collect())
        }
        Rule::Text { length, pattern } => text(length, *pattern).into(),
        Rule::Enum(values) => values[0].into(),
        Rule::Integer { range } => integer(range).into(),
        Rule::Boolean => true.into(),
        Rule::Timestamp => 1_754_300_000.into(),
        Rule::Blob { .. } => "QUJD".into(),
        Rule::Document => json!({"any": ["document"]}),
    }
}

fn structure(all: &[Member], members: Members) -> Value {
    let chosen = all
        .iter()
        .filter(|member| members == Members::All || member.required);
    let object: Map<String, Value> = chosen
        .map(|member| (member.name.to_owned(), value(member.node, members)))
        .collect();
    Value::Object(object)
}

/// A valid text. Should a new model have a shape that no text here fits, the tests of this module fail.
pub(super) fn text(length: &Bounds, pattern: Option<&Pattern>) -> &'static str {
    texts(length, pattern).next().unwrap_or_default()
}

fn texts(length: &Bounds, pattern: Option<&Pattern>) -> impl Iterator<Item = &'static str> {
    TEXTS.into_iter().filter(move |text| {
        let characters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        length.min.is_none_or(|min| characters >= min)
            && length.max.is_none_or(|max| characters <= max)
            && pattern.is_none_or(|pattern| pattern.matches(text))
    })
}

/// Up to `count` different valid keys.
pub(super) fn keys(node: &Node, count: usize) -> Vec<String> {
    match &node.rule {
        Rule::Text { length, pattern } => texts(length, *pattern).take(count).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn integer(range: &Bounds) -> i64 {
    let one = range.min.map_or(1, |min| min.max(1));
    range.max.map_or(one, |max| one.min(max))
}

fn at_least_one(size: &Bounds) -> usize {
    size.min
        .and_then(|min| usize::try_from(min).ok())
        .unwrap_or(0)
        .max(1)
}
