//! `enums.rs`: one Rust enum for every string shape with a closed set of values.

use std::fmt::Write;

use super::model::{Kind, Model};
use super::names;

pub fn source(model: &Model) -> String {
    let mut out = String::from("\nuse crate::shape::closed_set;\n");
    for (name, shape) in &model.shapes {
        if let Kind::String { values, .. } = &shape.kind
            && !values.is_empty()
        {
            // Writing to a String cannot fail.
            let _ = write!(out, "\nclosed_set! {{\n    {name} {{\n");
            for value in values {
                let _ = writeln!(out, "        {} = {value:?},", names::variant(value));
            }
            out.push_str("    }\n}\n");
        }
    }
    out
}
