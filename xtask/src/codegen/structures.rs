//! `requests.rs`, `responses.rs`, `types.rs`: a plain struct for every structure shape, with its reader, its writer
//! and a `Debug` that keeps secrets to itself.
//!
//! A required member is a plain field, an optional one an `Option`. A structure has a `Default` where all that must be
//! in it has one: a required value of a closed set, such as a flow of authentication, is never made up.

use std::fmt::Write;

use super::model::{Kind, Member, Model};
use super::names;

/// Which structures a file holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Requests,
    Responses,
    Types,
}

/// Shapes that the model does not call sensitive but that carry credentials, one-time codes or the links and settings
/// that hold them. `Debug` hides them like the sensitive ones.
const CREDENTIALS: [&str; 7] = [
    "ChallengeParametersType",
    "ClientMetadataType",
    "ConfirmationCodeType",
    "DeviceSecretVerifierConfigType",
    "Document",
    "PreSignedUrlType",
    "ProviderDetailsType",
];

pub fn source(model: &Model, part: Part) -> String {
    let mut out = String::new();
    for (name, shape) in &model.shapes {
        if let Kind::Structure {
            members,
            error: false,
            ..
        } = &shape.kind
            && part_of(name) == part
        {
            structure(&mut out, model, name, members);
        }
    }
    format!("{}{out}", imports(part, &out))
}

fn part_of(name: &str) -> Part {
    if name.ends_with("Request") {
        Part::Requests
    } else if name.ends_with("Response") {
        Part::Responses
    } else {
        Part::Types
    }
}

/// Imports what the file uses and no more: unused imports are warnings.
fn imports(part: Part, body: &str) -> String {
    let mut out = String::from("\n");
    if body.contains("BTreeMap<") {
        out.push_str("use std::collections::BTreeMap;\n");
    }
    out.push_str("use std::fmt;\n\nuse serde_json::{Map, Value};\n\nuse crate::generated::enums::*;\n");
    if part != Part::Types {
        out.push_str("use crate::generated::types::*;\n");
    }
    let always = ["Missing", "Shape"];
    let sometimes = ["Blob", "Timestamp", "hidden", "member", "put", "required", "set"];
    let is_used = |name: &&str| {
        let uses = [format!(" {name}("), format!("<{name}>"), format!(": {name},")];
        uses.iter().any(|used| body.contains(used))
    };
    let used: Vec<&str> = always
        .into_iter()
        .chain(sometimes.into_iter().filter(is_used))
        .collect();
    let _ = writeln!(out, "use crate::shape::{{debug, {}}};", used.join(", "));
    out
}

// Writing to a String cannot fail, hence `let _ =` below.
fn structure(out: &mut String, model: &Model, name: &str, members: &[Member]) {
    definition(out, model, name, members);
    conversions(out, name, members);
    debug(out, model, name, members);
}

fn definition(out: &mut String, model: &Model, name: &str, members: &[Member]) {
    let default = if has_default(model, name) { "Default, " } else { "" };
    let _ = writeln!(
        out,
        "\n/// `{name}`.\n#[derive(Clone, {default}PartialEq)]\npub struct {name} {{"
    );
    for member in members {
        let plain = rust_type(model, &member.shape);
        let (required, field) = if member.required {
            (", required", plain)
        } else {
            ("", format!("Option<{plain}>"))
        };
        let _ = writeln!(out, "    /// `{}`: `{}`{required}.", member.name, member.shape);
        let _ = writeln!(out, "    pub {}: {field},", names::field(&member.name));
    }
    out.push_str("}\n\n");
}

fn conversions(out: &mut String, name: &str, members: &[Member]) {
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let value = if members.is_empty() { "_value" } else { "value" };
    let _ = writeln!(
        out,
        "impl Shape for {name} {{\n    const MEMBERS: &'static [&'static str] = &{names:?};\n\n    \
         fn from_json({value}: &Value) -> Result<Self, Missing> {{\n        Ok(Self {{"
    );
    for member in members {
        let read = if member.required { "required" } else { "member" };
        let _ = writeln!(
            out,
            "            {}: {read}(value, {:?})?,",
            names::field(&member.name),
            member.name
        );
    }
    let mutable = if members.is_empty() { "" } else { "mut " };
    let _ = write!(
        out,
        "        }})\n    }}\n\n    fn to_json(&self) -> Value {{\n        let {mutable}object = Map::new();\n"
    );
    for member in members {
        let write = if member.required { "set" } else { "put" };
        let _ = writeln!(
            out,
            "        {write}(&mut object, {:?}, &self.{});",
            member.name,
            names::field(&member.name)
        );
    }
    out.push_str("        Value::Object(object)\n    }\n}\n\n");
}

fn debug(out: &mut String, model: &Model, name: &str, members: &[Member]) {
    let _ = writeln!(
        out,
        "impl fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        \
         debug(f, {name:?}, &["
    );
    for member in members {
        let field = names::field(&member.name);
        let is_secret = is_secret(model, name) || is_secret(model, &member.shape);
        let shown = match (is_secret, member.required) {
            (true, true) => "&\"…\"".to_owned(),
            (true, false) => format!("hidden(&self.{field})"),
            (false, _) => format!("&self.{field}"),
        };
        let _ = writeln!(
            out,
            "            ({:?}, {shown}),",
            field.trim_start_matches("r#")
        );
    }
    out.push_str("        ])\n    }\n}\n");
}

fn is_secret(model: &Model, shape: &str) -> bool {
    model.shape(shape).sensitive || CREDENTIALS.contains(&shape)
}

/// Whether a structure can be made of nothing: every type has a default but closed sets and what must hold one.
fn has_default(model: &Model, name: &str) -> bool {
    match &model.shape(name).kind {
        Kind::Structure { members, .. } => members
            .iter()
            .filter(|member| member.required)
            .all(|member| has_default(model, &member.shape)),
        Kind::String { values, .. } => values.is_empty(),
        _ => true,
    }
}

fn rust_type(model: &Model, name: &str) -> String {
    match &model.shape(name).kind {
        Kind::Structure { .. } => name.to_owned(),
        Kind::List { element } => format!("Vec<{}>", rust_type(model, element)),
        Kind::Map { value, .. } => format!("BTreeMap<String, {}>", rust_type(model, value)),
        Kind::String { values, .. } if values.is_empty() => "String".into(),
        Kind::String { .. } => name.to_owned(),
        Kind::Integer | Kind::Long => "i64".into(),
        Kind::Double => "f64".into(),
        Kind::Boolean => "bool".into(),
        Kind::Timestamp => "Timestamp".into(),
        Kind::Blob => "Blob".into(),
        Kind::Document => "Value".into(),
    }
}
