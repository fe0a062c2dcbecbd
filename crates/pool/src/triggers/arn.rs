//! Names of functions.

/// The function's name: the last part of an ARN without a version, or the name itself.
pub fn function_name(arn: &str) -> &str {
    match arn.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next().unwrap_or(rest),
        None => arn,
    }
}
