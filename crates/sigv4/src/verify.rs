//! The server's side.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::authorization::{Authorization, incomplete};
use crate::date::{format_basic, parse_basic, parse_http};
use crate::hash::sha256_hex;
use crate::refusal::Refusal;
use crate::request::{Request, TERMINATOR};
use crate::{canonical, hash};

/// How far the client's clock may be off, in seconds.
const SKEW: i64 = 5 * 60;

/// Verified in place of the secret of an access key that does not exist.
const NOBODYS_SECRET: &str = "0000000000000000000000000000000000000000";

/// A signature as presented: read, but not verified. Look the secret of [`Presented::access_key_id`] up, then
/// [`verify`](Presented::verify).
pub struct Presented<'a> {
    request: Request<'a>,
    access_key_id: &'a str,
    scope: Scope<'a>,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
    /// Seconds since 1970.
    time: i64,
    /// The SHA-256 of the body as it is.
    body_hash: String,
}

struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Presented<'a> {
    /// Reads the signature of a request to this service.
    ///
    /// # Errors
    /// [`Refusal`] if there is none, or one that cannot be good whatever the secret.
    pub fn parse(request: Request<'a>, service: &str) -> Result<Self, Refusal> {
        let authorization = Authorization::of(&request)?;
        let time = time(&request)?;
        let (access_key_id, scope) = credential(authorization.credential)?;
        check_scope(&scope, service, time)?;
        let signed_headers = authorization.signed_headers.split(';').collect();
        let presented = Self {
            request,
            access_key_id,
            scope,
            signed_headers,
            signature: authorization.signature,
            time,
            body_hash: sha256_hex(request.body),
        };
        presented.check_signed_headers()?;
        presented.check_body()?;
        Ok(presented)
    }

    /// The access key that claims to have signed.
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The region the signature is for. No region is refused here: a pool of one's own has none.
    pub fn region(&self) -> &'a str {
        self.scope.region
    }

    /// Verifies the signature against the secret of the access key, or, given none, refuses the unknown key after the
    /// same work. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// [`Refusal`] unless the signature is right and not older or newer than five minutes.
    pub fn verify(&self, secret: Option<&str>, now: i64) -> Result<(), Refusal> {
        self.check_time(now)?;
        let Scope {
            date,
            region,
            service,
        } = self.scope;
        let canonical_request = canonical::request(&self.request, &self.signed_headers, &self.body_hash)
            .ok_or_else(Refusal::mismatch)?;
        let scope = canonical::scope(date, region, service);
        let text = canonical::string_to_sign(&format_basic(self.time), &scope, &canonical_request);
        let expected = hash::signature(secret.unwrap_or(NOBODYS_SECRET), date, region, service, &text);
        let equal = bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes()));
        match secret {
            None => Err(Refusal::UnrecognizedClient),
            Some(_) if !equal => Err(Refusal::mismatch()),
            Some(_) => Ok(()),
        }
    }

    /// What decides over the meaning of the request must be under the signature. (Other `x-amz-` headers need not be:
    /// proxies add some.)
    fn check_signed_headers(&self) -> Result<(), Refusal> {
        let is_signed = |name: &str| self.signed_headers.contains(&name);
        if !is_signed("host") {
            return Err(invalid(
                "'Host' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        if !is_signed("x-amz-date") && !is_signed("date") {
            return Err(invalid(
                "'X-Amz-Date' or 'Date' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        for (name, spelling) in [
            ("x-amz-target", "X-Amz-Target"),
            ("x-amz-content-sha256", "X-Amz-Content-SHA256"),
        ] {
            if self.request.values(name).next().is_some() && !is_signed(name) {
                return Err(Refusal::InvalidSignature(format!(
                    "'{spelling}' must be a 'SignedHeader' in the AWS Authorization."
                )));
            }
        }
        Ok(())
    }

    /// The body's hash is always the computed one; if the client names one, it must be the same.
    fn check_body(&self) -> Result<(), Refusal> {
        for named in self.request.values("x-amz-content-sha256").map(str::trim) {
            if named == "UNSIGNED-PAYLOAD" || named.starts_with("STREAMING-") {
                return Err(invalid("The body must be signed as a whole."));
            }
            if named != self.body_hash {
                return Err(invalid(
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ));
            }
        }
        Ok(())
    }

    fn check_time(&self, now: i64) -> Result<(), Refusal> {
        let [time, oldest, newest, now_text] = [self.time, now - SKEW, now + SKEW, now].map(format_basic);
        if self.time < now - SKEW {
            return Err(Refusal::InvalidSignature(format!(
                "Signature expired: {time} is now earlier than {oldest} ({now_text} - 5 min.)"
            )));
        }
        if self.time > now + SKEW {
            return Err(Refusal::InvalidSignature(format!(
                "Signature not yet current: {time} is still later than {newest} ({now_text} + 5 min.)"
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// When the request says it was signed: `X-Amz-Date`, or without it `Date`.
fn time(request: &Request<'_>) -> Result<i64, Refusal> {
    let single = |name: &str| {
        let mut values = request.values(name).map(str::trim);
        (values.next(), values.next())
    };
    match (single("x-amz-date"), single("date")) {
        ((Some(text), None), _) => parse_basic(text),
        ((None, None), (Some(text), None)) => parse_basic(text).or_else(|| parse_http(text)),
        ((None, None), (None, None)) => {
            return Err(incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ));
        }
        _ => {
            return Err(incomplete(
                "There is more than one 'X-Amz-Date' or 'Date' header.",
            ));
        }
    }
    .ok_or_else(|| incomplete("Date must be in ISO-8601 'basic format'."))
}

/// Splits `keyid/date/region/service/aws4_request`.
fn credential(credential: &str) -> Result<(&str, Scope<'_>), Refusal> {
    let mut elements = credential.split('/');
    let [access_key_id, date, region, service, terminator] =
        std::array::from_fn(|_| elements.next().unwrap_or_default());
    if elements.next().is_some() || [access_key_id, date, region, service, terminator].contains(&"") {
        return Err(incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        ));
    }
    if terminator != TERMINATOR {
        return Err(invalid(
            "Credential should be scoped with a valid terminator: 'aws4_request'.",
        ));
    }
    Ok((
        access_key_id,
        Scope {
            date,
            region,
            service,
        },
    ))
}

fn check_scope(scope: &Scope<'_>, service: &str, time: i64) -> Result<(), Refusal> {
    if scope.service != service {
        return Err(Refusal::InvalidSignature(format!(
            "Credential should be scoped to correct service: '{service}'."
        )));
    }
    let amz_date = format_basic(time);
    let (day, date) = (&amz_date[..8], scope.date);
    if day != date {
        return Err(Refusal::InvalidSignature(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != \
             '{day}', from '{amz_date}'."
        )));
    }
    Ok(())
}

fn invalid(text: &str) -> Refusal {
    Refusal::InvalidSignature(text.to_owned())
}
