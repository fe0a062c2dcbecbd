//! Where a service is, by the variables of AWS's SDKs.

use crate::http::Endpoint;

const GENERAL: &str = "AWS_ENDPOINT_URL";

/// The address that a variable names: the service's own, `AWS_ENDPOINT_URL_…`, else the one for all services. `None` if
/// neither does, or both are to be ignored.
///
/// # Errors
/// The variable whose value is not of the form `http://host:port`.
pub fn configured_endpoint(
    variable: &'static str,
    get: impl Fn(&str) -> Option<String>,
) -> Result<Option<Endpoint>, &'static str> {
    if get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let named = [variable, GENERAL]
        .into_iter()
        .find_map(|name| Some((name, get(name)?)));
    match named {
        Some((name, url)) => Endpoint::parse(&url).map(Some).ok_or(name),
        None => Ok(None),
    }
}

/// Whether a region can be called that.
pub fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
