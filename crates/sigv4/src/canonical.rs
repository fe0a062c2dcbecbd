//! The form of a request that both sides agree on, however it was spelled on the wire.

use poolhouse_text::percent;

use crate::hash::sha256_hex;
use crate::request::{ALGORITHM, Request, TERMINATOR};

/// The canonical request with these headers (in lower case) signed; `None` if the request lacks one of them. `body_hash` is
/// the body's SHA-256 in hexadecimal.
pub(crate) fn request(request: &Request<'_>, signed_headers: &[&str], body_hash: &str) -> Option<String> {
    let mut names = signed_headers.to_vec();
    names.sort_unstable();
    names.dedup();
    let mut headers = String::new();
    for name in &names {
        let values: Vec<String> = request.values(name).map(fold_spaces).collect();
        if values.is_empty() {
            return None;
        }
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let lines = [
        request.method,
        &path(request.path),
        &query(request.query),
        &headers,
        &names.join(";"),
        body_hash,
    ];
    Some(lines.join("\n"))
}

/// The text that is signed.
pub(crate) fn string_to_sign(amz_date: &str, scope: &str, canonical_request: &str) -> String {
    [
        ALGORITHM,
        amz_date,
        scope,
        &sha256_hex(canonical_request.as_bytes()),
    ]
    .join("\n")
}

/// `YYYYMMDD/region/service/aws4_request`.
pub(crate) fn scope(date: &str, region: &str, service: &str) -> String {
    [date, region, service, TERMINATOR].join("/")
}

/// A header's value without outer spaces, runs of inner spaces made one. (Signers disagree about tabs; AWS's text speaks
/// of spaces, and outer tabs are not part of the value in HTTP.)
fn fold_spaces(value: &str) -> String {
    value
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The path without empty, `.` and `..` segments, percent-encoded once more than on the wire.
fn path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(percent::encode(segment)),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    ["/", &segments.join("/"), end].concat()
}

/// The query's parameters, encoded alike and sorted by name, then value.
fn query(query: &str) -> String {
    let mut parameters: Vec<[String; 2]> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| [name, value].map(|text| percent::encode(percent::decode_lenient(text))))
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|parameter| parameter.join("="))
        .collect();
    parameters.join("&")
}
