//! `constraints.rs`: every shape that an input can hold, as static tables for the validator.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::java_pattern;
use super::model::{Kind, Member, Model, Shape};
use super::names;

pub fn source(model: &Model) -> Result<String, String> {
    let mut out = String::from("\nuse crate::constraint::{Bounds, Member, Node, Pattern, Rule};\n");
    let inputs = reachable_from_inputs(model);
    let patterns: BTreeSet<&String> = inputs
        .iter()
        .filter_map(|name| pattern(model.shape(name)))
        .collect();
    let patterns: Vec<&String> = patterns.into_iter().collect();
    for (index, java) in patterns.iter().enumerate() {
        // Writing to a String cannot fail.
        let regex = java_pattern::translate(java)?;
        let _ = writeln!(
            out,
            "\nstatic PATTERN_{index}: Pattern = Pattern::new({}, {});",
            raw(java),
            raw(&regex)
        );
    }
    for name in inputs {
        let shape = model.shape(name);
        let pattern = pattern(shape).and_then(|java| patterns.binary_search(&java).ok());
        let openness = if shape.sensitive { "sensitive" } else { "open" };
        let rule = rule(shape, pattern)
            .ok_or_else(|| format!("{name} is in an input: teach the validator its type"))?;
        let _ = writeln!(
            out,
            "\npub(crate) static {}: Node = Node::{openness}({rule});",
            names::constant(name)
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

/// The rule of a shape; `None` for types that no input of the service holds.
fn rule(shape: &Shape, pattern: Option<usize>) -> Option<String> {
    let bounds = format!("Bounds::new({:?}, {:?})", shape.min, shape.max);
    Some(match &shape.kind {
        Kind::Structure { members, .. } => {
            let members: String = members.iter().map(member).collect();
            format!("Rule::Structure(&[{members}])")
        }
        Kind::List { element } => format!(
            "Rule::List {{ size: {bounds}, element: &{} }}",
            names::constant(element)
        ),
        Kind::Map { key, value } => {
            let (key, value) = (names::constant(key), names::constant(value));
            format!("Rule::Map {{ size: {bounds}, key: &{key}, value: &{value} }}")
        }
        Kind::String { values, .. } if !values.is_empty() => format!("Rule::Enum(&{values:?})"),
        Kind::String { .. } => {
            let pattern = pattern.map_or("None".to_owned(), |index| format!("Some(&PATTERN_{index})"));
            format!("Rule::Text {{ length: {bounds}, pattern: {pattern} }}")
        }
        Kind::Integer => format!("Rule::Integer {{ range: {bounds} }}"),
        Kind::Boolean => "Rule::Boolean".into(),
        Kind::Blob => format!("Rule::Blob {{ size: {bounds} }}"),
        Kind::Document => "Rule::Document".into(),
        Kind::Timestamp => "Rule::Timestamp".into(),
        Kind::Long | Kind::Double => return None,
    })
}

fn member(member: &Member) -> String {
    let need = if member.required { "required" } else { "optional" };
    format!(
        "Member::{need}({:?}, &{}),",
        member.name,
        names::constant(&member.shape)
    )
}

/// A raw string literal, with as many marks as the text needs.
fn raw(text: &str) -> String {
    let mut marks = String::new();
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}
