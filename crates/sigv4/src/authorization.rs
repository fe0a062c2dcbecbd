//! Reading the `Authorization` header.

use crate::refusal::Refusal;
use crate::request::{ALGORITHM, Request};

/// The three parameters of the header, as presented.
pub(crate) struct Authorization<'a> {
    pub(crate) credential: &'a str,
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Finds and splits the header.
    pub(crate) fn of(request: &Request<'a>) -> Result<Self, Refusal> {
        if is_presigned(request.query) {
            return Err(incomplete(
                "Signatures in the query string are not supported. Use the Authorization header.",
            ));
        }
        let mut values = request.values("authorization");
        let header = values.next().ok_or(Refusal::MissingAuthenticationToken)?.trim();
        if values.next().is_some() {
            return Err(incomplete("There is more than one Authorization header."));
        }
        if header.is_empty() {
            return Err(Refusal::MissingAuthenticationToken);
        }
        match header.split_once([' ', '\t']) {
            Some((ALGORITHM, parameters)) => Self::parse(parameters),
            _ => Err(incomplete(
                "Unsupported AWS 'algorithm' in the Authorization header: it must be 'AWS4-HMAC-SHA256'.",
            )),
        }
    }

    fn parse(parameters: &'a str) -> Result<Self, Refusal> {
        let [mut credential, mut signed_headers, mut signature] = [None; 3];
        for parameter in parameters.split(',').map(str::trim) {
            let (name, value) = parameter.split_once('=').ok_or_else(|| {
                incomplete("Invalid key=value pair (missing equal-sign) in Authorization header.")
            })?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => {
                    return Err(incomplete(
                        "Authorization header has a parameter it should not have.",
                    ));
                }
            };
            if place.replace(value).is_some() {
                return Err(incomplete("Authorization header has a parameter twice."));
            }
        }
        let present = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
        match (present(credential), present(signed_headers), present(signature)) {
            (Some(credential), Some(signed_headers), Some(signature)) => Ok(Self {
                credential,
                signed_headers,
                signature,
            }),
            (credential, signed_headers, signature) => {
                let parameters = [
                    ("Credential", credential),
                    ("Signature", signature),
                    ("SignedHeaders", signed_headers),
                ];
                let missing = parameters
                    .into_iter()
                    .filter(|(_, value)| value.is_none())
                    .map(|(name, _)| format!("Authorization header requires '{name}' parameter."));
                Err(Refusal::IncompleteSignature(
                    missing.collect::<Vec<_>>().join(" "),
                ))
            }
        }
    }
}

fn is_presigned(query: &str) -> bool {
    query.split('&').any(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        name.eq_ignore_ascii_case("X-Amz-Signature") || name.eq_ignore_ascii_case("X-Amz-Algorithm")
    })
}

pub(crate) fn incomplete(text: &str) -> Refusal {
    Refusal::IncompleteSignature(text.to_owned())
}
