//! The client's side.

use crate::credentials::Credentials;
use crate::request::{ALGORITHM, Request};
use crate::{canonical, hash};

/// What proxies may change on the way, or what is written after signing.
const UNSIGNED: [&str; 6] = [
    "authorization",
    "connection",
    "expect",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
];

/// Signs a request: returns the headers to add to it, names in lower case. `amz_date` is the time now as
/// `YYYYMMDDTHHMMSSZ`; the request must not carry `x-amz-date`, `x-amz-security-token` or `authorization` yet.
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    amz_date: &str,
) -> Vec<(&'static str, String)> {
    let mut added = vec![("x-amz-date", amz_date.to_owned())];
    if let Some(token) = credentials.session_token() {
        added.push(("x-amz-security-token", token.to_owned()));
    }
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .copied()
        .chain(added.iter().map(|(name, value)| (*name, value.as_str())))
        .collect();
    let names: Vec<String> = headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    let mut names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !UNSIGNED.contains(name))
        .collect();
    names.sort_unstable();
    names.dedup();

    let request = Request {
        headers: &headers,
        ..*request
    };
    // The names were taken from the request, so it has them all.
    let canonical_request =
        canonical::request(&request, &names, &hash::sha256_hex(request.body)).unwrap_or_default();
    let date = amz_date.split('T').next().unwrap_or_default();
    let scope = canonical::scope(date, region, service);
    let text = canonical::string_to_sign(amz_date, &scope, &canonical_request);
    let signature = hash::signature(credentials.secret(), date, region, service, &text);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        credentials.access_key_id(),
        names.join(";"),
    );
    added.push(("authorization", authorization));
    added
}
