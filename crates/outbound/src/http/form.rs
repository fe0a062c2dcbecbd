//! Forms, as browsers and older services send them.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use poolhouse_text::percent;

use super::{Endpoint, HttpError};

/// The content type of [`form_body`].
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Fields as the body of a form.
pub fn form_body<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(name, value)| format!("{}={}", percent::encode(name), percent::encode(value));
    fields.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A POST of a form whose answer is asked for as JSON.
///
/// # Errors
/// A path or a host that cannot be written.
pub fn form_post(
    endpoint: &Endpoint,
    path: &str,
    fields: &[(&str, String)],
) -> Result<Request<Full<Bytes>>, HttpError> {
    let body = form_body(fields.iter().map(|(name, value)| (*name, value.as_str())));
    Request::post(path)
        .header("host", endpoint.authority())
        .header("content-type", FORM)
        .header("accept", "application/json")
        .body(Full::from(body))
        .map_err(HttpError::Request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_field_ends_it() {
        assert_eq!(
            form_body([("grant type", "a&b=c"), ("scope", "")]),
            "grant%20type=a%26b%3Dc&scope="
        );
    }
}
