//! `constraints.rs`: every shape that an input can hold, as static tables for the validator.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::java_pattern;
use super::model::{Kind, Member, Model, Shape};
use super::names;

pub fn source(model: &Model) -> Result<String, String> {
    let mut out = String::from("\nuse crate::constraint::{Bounds, Member, Node, Pattern, Rule, Text};\n");
    let inputs = reachable_from_inputs(model);
    let patterns: BTreeSet<&String> = inputs
        .iter()
        .filter_map(|name| pattern(model.shape(name)))
        .collect();
    let patterns: Vec<&String> = patterns.into_iter().collect();
    for (index, java) in patterns.iter().enumerate() {
        let translated = java_pattern::translate(java)?;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "\nstatic PATTERN_{index}: Pattern = Pattern::new({}, {}, {:?});",
            raw(java),
            raw(&translated.regex),
            translated.not_ending_with,
        );
    }
    for name in inputs {
        let shape = model.shape(name);
        let pattern = pattern(shape).and_then(|java| patterns.binary_search(&java).ok());
        let _ = writeln!(
            out,
            "\npub(crate) static {}: Node = Node {{ name: {name:?}, sensitive: {}, rule: {} }};",
            names::constant(name),
            shape.sensitive,
            rule(shape, pattern),
        );
    }
    Ok(out)
}

fn reachable_from_inputs(model: &Model) -> BTreeSet<&String> {
    let mut reached = BTreeSet::new();
    let mut todo: Vec<&String> = model
        .operations
        .iter()
        .map(|operation| &operation.input)
        .collect();
    while let Some(name) = todo.pop() {
        if reached.insert(name) {
            todo.extend(model.shape(name).kind.references());
        }
    }
    reached
}

fn pattern(shape: &Shape) -> Option<&String> {
    match &shape.kind {
        Kind::String { pattern, .. } => pattern.as_ref(),
        _ => None,
    }
}

fn rule(shape: &Shape, pattern: Option<usize>) -> String {
    let bounds = format!("Bounds {{ min: {:?}, max: {:?} }}", shape.min, shape.max);
    match &shape.kind {
        Kind::Structure { members, .. } => {
            let members: String = members.iter().map(member).collect();
            format!("Rule::Structure(&[{members}])")
        }
        Kind::List { element } => format!(
            "Rule::List {{ size: {bounds}, element: &{} }}",
            names::constant(element)
        ),
        Kind::Map { key, value } => format!(
            "Rule::Map {{ size: {bounds}, key: &{}, value: &{} }}",
            names::constant(key),
            names::constant(value)
        ),
        Kind::String { values, .. } => {
            let pattern = pattern.map_or("None".to_owned(), |index| format!("Some(&PATTERN_{index})"));
            format!("Rule::Text(Text {{ length: {bounds}, pattern: {pattern}, values: &{values:?} }})")
        }
        Kind::Integer => format!("Rule::Integer {{ range: {bounds} }}"),
        Kind::Long => format!("Rule::Long {{ range: {bounds} }}"),
        Kind::Double => "Rule::Double".into(),
        Kind::Boolean => "Rule::Boolean".into(),
        Kind::Timestamp => "Rule::Timestamp".into(),
        Kind::Blob => format!("Rule::Blob {{ size: {bounds} }}"),
        Kind::Document => "Rule::Document".into(),
    }
}

fn member(member: &Member) -> String {
    format!(
        "Member {{ name: {:?}, path: {:?}, required: {}, node: &{} }},",
        member.name,
        names::path(&member.name),
        member.required,
        names::constant(&member.shape)
    )
}

/// A raw string literal, with as many marks as the text needs.
fn raw(text: &str) -> String {
    let mut marks = String::new();
    while text.contains(&format!("\"{marks}")) || (marks.is_empty() && text.contains('"')) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}
