//! `calls.rs`: a unit type for every operation that ties it to its input and output, and the list of all of them.

use std::fmt::Write;

use super::model::Model;

const FOR_EACH: &str = "
/// Hands the names of all operations, separated by commas, to another macro: what is then written once for each, such as
/// the arm of a `match` or the bound on a trait, cannot forget one.
#[macro_export]
macro_rules! for_each_operation {
    ($then:ident) => {
        $then! {
";

pub fn source(model: &Model) -> String {
    let mut out = String::from("\nuse crate::generated::operations::Operation;\n");
    out.push_str("use crate::shape::{Call, Nothing};\nuse crate::shapes;\n");
    for operation in &model.operations {
        let name = &operation.name;
        let output = operation
            .output
            .as_ref()
            .map_or("Nothing".to_owned(), |shape| format!("shapes::{shape}"));
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n/// The types of [`Operation::{name}`].\n#[derive(Clone, Copy, Debug)]\npub struct {name};\n\n\
             impl Call for {name} {{\n    type Input = shapes::{};\n    type Output = {output};\n    \
             const OPERATION: Operation = Operation::{name};\n}}\n",
            operation.input
        );
    }
    let names: Vec<String> = model
        .operations
        .iter()
        .map(|operation| format!("            {},\n", operation.name))
        .collect();
    let _ = write!(out, "{FOR_EACH}{}        }}\n    }};\n}}\n", names.concat());
    out
}
