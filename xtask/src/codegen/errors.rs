//! `errors.rs`: every error name that a client can be answered with.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::model::{Kind, Model};
use super::observed::Observed;

/// What a client sees of an error besides its name and text.
struct Face {
    status: u16,
    message_member: String,
    origin: &'static str,
}

pub fn source(model: &Model, observed: &Observed) -> Result<String, String> {
    let mut faces = BTreeMap::new();
    for (name, shape) in &model.shapes {
        if let Kind::Structure {
            error: true, fault, ..
        } = &shape.kind
        {
            let status = if *fault { 500 } else { 400 };
            faces.insert(
                name,
                Face {
                    status,
                    message_member: "message".into(),
                    origin: "Modelled.",
                },
            );
        }
    }
    for error in &observed.front_end_errors {
        let message_member = match error.message_member.as_str() {
            known @ ("message" | "Message") => known.to_owned(),
            other => return Err(format!("{} has the unknown message member {other:?}", error.name)),
        };
        let face = Face {
            status: 400,
            message_member,
            origin: "Answered before an operation runs.",
        };
        faces.insert(&error.name, face);
    }
    let mut out = String::from(
        "\nuse crate::error::error_codes;\n\nerror_codes! {\n    \
         // name: HTTP status, the JSON member that carries the text.\n",
    );
    for (name, face) in faces {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "    /// {}\n    {name}: {}, {:?};",
            face.origin, face.status, face.message_member
        );
    }
    out.push_str("}\n");
    Ok(out)
}
