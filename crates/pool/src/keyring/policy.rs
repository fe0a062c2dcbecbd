//! What an access key may do: judged here and nowhere else, before anything of the request is looked up.
//!
//! A request is about the pool that it names, by id or by ARN. Everything else in it is looked up under that pool. What names no
//! pool is for keys that reach all of them, but for the list of pools, which shows a key those that it reaches.

use std::collections::BTreeSet;
use std::fmt;

use poolhouse_api::{ErrorCode, Operation};
use serde_json::Value;

use crate::base::error::ApiError;
use crate::base::settings::Settings;
use crate::records::{Policy, PoolRecord};

/// Checks that a key may call an operation on what the body names.
///
/// # Errors
/// `AccessDeniedException`, in the words of AWS's own where no policy allows a call. It is the same whether the pool is there
/// or not.
pub fn check(
    settings: &Settings,
    access_key_id: &str,
    policy: &Policy,
    operation: Operation,
    body: &Value,
) -> Result<(), ApiError> {
    let pool_id = named_pool(operation, body);
    let reaches = operation == Operation::ListUserPools || policy.reaches(pool_id);
    if policy.has(operation) && reaches {
        return Ok(());
    }
    let Settings { region, account, .. } = settings;
    let name = operation.name();
    let resource = match pool_id {
        Some(id) => format!("arn:aws:cognito-idp:{region}:{account}:userpool/{id}"),
        None => "*".to_owned(),
    };
    Err(ApiError::new(
        ErrorCode::AccessDeniedException,
        format!(
            "User: arn:aws:iam::{account}:user/{access_key_id} is not authorized to perform: cognito-idp:{name} on resource: \
             {resource} because no identity-based policy allows the cognito-idp:{name} action"
        ),
    ))
}

/// The pool that a request is about; `None` where it names none, or something that is no pool's id.
fn named_pool(operation: Operation, body: &Value) -> Option<&str> {
    let text = |member: &str| body.get(member).and_then(Value::as_str);
    match operation {
        Operation::ListTagsForResource | Operation::TagResource | Operation::UntagResource => {
            PoolRecord::id_in_arn(text("ResourceArn")?)
        }
        // Members that an operation does not have were not read.
        _ => text("UserPoolId").filter(|id| PoolRecord::may_be_id(id)),
    }
}

/// Names that no operation signed by AWS has.
#[derive(Debug, PartialEq, Eq)]
pub enum UnknownOperation {
    /// Nothing begins so, or is called so.
    None(String),
    /// It changes something, and the key is to read only.
    Changes(String),
}

impl fmt::Display for UnknownOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnknownOperation::None(name) => write!(
                f,
                "no operation that AWS signs is called {name}. docs/reference/operations.md lists them; AdminGet* stands for all \
                 that begin so"
            ),
            UnknownOperation::Changes(name) => {
                write!(f, "{name} stands for nothing that only reads")
            }
        }
    }
}

impl std::error::Error for UnknownOperation {}

/// The operations that these names stand for: `ListUsers`, or `AdminGet*` for all that begin so. Without names all of them. A key
/// keeps what they stand for now: a later version with more operations gives it no more.
///
/// # Errors
/// For a name that stands for nothing.
pub fn operations(names: &[String], reads_only: bool) -> Result<BTreeSet<Operation>, UnknownOperation> {
    let all = || {
        Operation::ALL
            .iter()
            .copied()
            .filter(|operation| operation.auth().takes_a_signature())
    };
    let allowed = |operation: &Operation| !reads_only || operation.reads();
    if names.is_empty() {
        return Ok(all().filter(allowed).collect());
    }
    let mut found = BTreeSet::new();
    for name in names {
        let is_meant = |operation: &Operation| match name.strip_suffix('*') {
            Some(beginning) => operation.name().starts_with(beginning),
            None => operation.name() == name,
        };
        if !all().any(|operation| is_meant(&operation)) {
            return Err(UnknownOperation::None(name.clone()));
        }
        let meant: Vec<Operation> = all().filter(is_meant).filter(allowed).collect();
        if meant.is_empty() {
            return Err(UnknownOperation::Changes(name.clone()));
        }
        found.extend(meant);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str], reads_only: bool) -> Result<Vec<&'static str>, UnknownOperation> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let found = operations(&names, reads_only)?;
        Ok(found.into_iter().map(Operation::name).collect())
    }

    #[test]
    fn a_name_stands_for_one_operation_and_a_star_for_all_that_begin_so() {
        assert_eq!(named(&["ListUsers"], false).unwrap(), ["ListUsers"]);
        assert_eq!(
            named(&["ListUsers*", "AdminGetUser"], false).unwrap(),
            ["AdminGetUser", "ListUsers", "ListUsersInGroup"]
        );
        let deletes = named(&["AdminDelete*", "AdminGetU*"], true).err();
        assert_eq!(
            deletes,
            Some(UnknownOperation::Changes("AdminDelete*".to_owned()))
        );
        assert_eq!(named(&["Admin*"], true).unwrap().len(), 7);
        assert_eq!(named(&[], true).unwrap().len(), 44);
        assert_eq!(named(&["*"], false).unwrap(), named(&[], false).unwrap());
    }

    #[test]
    fn names_that_nothing_signed_has_are_refused() {
        // The last is called without a signature, so no key is asked for it.
        for name in [
            "listusers",
            "ListUser",
            "cognito-idp:ListUsers",
            "",
            "Nothing*",
            "SignUp",
        ] {
            assert_eq!(
                named(&["ListUsers", name], false),
                Err(UnknownOperation::None(name.to_owned())),
                "{name}"
            );
        }
    }
}
