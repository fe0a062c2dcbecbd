//! `operations.rs`: the operations and what the model says about each.

use std::fmt::Write;

use super::model::{Kind, Model, Operation};
use super::names;
use super::observed::Observed;

pub fn source(model: &Model, observed: &Observed) -> Result<String, String> {
    if let Some(unknown) = observed
        .auth
        .keys()
        .find(|name| !model.operations.iter().any(|op| op.name == **name))
    {
        return Err(format!(
            "the overlay gives {unknown} an auth class, but the model has no such operation"
        ));
    }
    let signed = |name: &String| model.operations.iter().any(|op| op.signed && op.name == *name);
    if let Some(unknown) = observed.reads.iter().find(|name| !signed(name)) {
        return Err(format!(
            "the overlay says that {unknown} reads, but the model has no such signed operation"
        ));
    }
    let mut variants = String::new();
    let mut facts = String::new();
    for operation in &model.operations {
        let name = &operation.name;
        let auth = auth(model, observed, operation)?;
        let errors: Vec<String> = operation
            .errors
            .iter()
            .map(|error| format!("ErrorCode::{error}"))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(variants, "    /// `{name}`: {}.", auth.in_words);
        let _ = writeln!(variants, "    {name},");
        let _ = writeln!(
            facts,
            "    Facts {{ operation: Operation::{name}, name: {name:?}, auth: Auth::{}, reads: {}, has_output: {}, \
             input: &constraints::{}, errors: &[{}] }},",
            auth.variant,
            observed.reads.contains(name),
            operation.output.is_some(),
            names::constant(&operation.input),
            errors.join(", "),
        );
    }
    let count = model.operations.len();
    Ok(format!(
        "\nuse crate::generated::constraints;\nuse crate::generated::errors::ErrorCode;\n\
         use crate::operation::{{Auth, Facts}};\n\n\
         /// The {count} operations of the service.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n{variants}}}\n\n\
         /// In the order of the enum, which is the order of names.\n\
         pub(crate) static FACTS: [Facts; {count}] = [\n{facts}];\n"
    ))
}

struct Class {
    variant: &'static str,
    in_words: &'static str,
}

const NONE: Class = Class {
    variant: "None",
    in_words: "unsigned",
};
const ACCESS_TOKEN: Class = Class {
    variant: "AccessToken",
    in_words: "unsigned, with an access token",
};
const TOKEN_OR_SESSION: Class = Class {
    variant: "AccessTokenOrSession",
    in_words: "unsigned, with an access token or a session",
};
const SECRET_OR_SIG_V4: Class = Class {
    variant: "SecretOrSigV4",
    in_words: "unsigned, with the secret of an app client, or signed",
};
const SIG_V4: Class = Class {
    variant: "SigV4",
    in_words: "signed",
};

/// An unsigned operation that must be given an access token is as good as signed by it; the overlay says what the
/// model leaves open, or has wrong.
fn auth(model: &Model, observed: &Observed, operation: &Operation) -> Result<Class, String> {
    if let Some(class) = observed.auth.get(&operation.name) {
        return match class.as_str() {
            "none" => Ok(NONE),
            "secret_or_sigv4" => Ok(SECRET_OR_SIG_V4),
            "access_token" => Ok(ACCESS_TOKEN),
            "access_token_or_session" => Ok(TOKEN_OR_SESSION),
            other => Err(format!("{} has the unknown auth class {other:?}", operation.name)),
        };
    }
    if operation.signed {
        return Ok(SIG_V4);
    }
    let Kind::Structure { members, .. } = &model.shape(&operation.input).kind else {
        return Err(format!("the input of {} is not a structure", operation.name));
    };
    match members.iter().find(|member| member.name == "AccessToken") {
        None => Ok(NONE),
        Some(token) if token.required => Ok(ACCESS_TOKEN),
        Some(_) => Err(format!(
            "{} may leave out its access token: say in the overlay what then",
            operation.name
        )),
    }
}
