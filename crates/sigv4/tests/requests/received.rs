//! A request in the server's hands, for the tests.

use poolhouse_sigv4::{Credentials, Presented, Refusal, Request, sign};

pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const DATE: &str = "20260102T030405Z";
pub const NOW: i64 = 1_767_323_045;
pub const SERVICE: &str = "cognito-idp";
pub const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request in the server's hands.
#[derive(Clone)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// An honest request, with these headers besides the usual ones.
    pub fn signed(more: &[(&str, &str)]) -> Self {
        Self::signed_at(DATE, more)
    }

    pub fn signed_at(date: &str, more: &[(&str, &str)]) -> Self {
        let usual = [
            ("Host", "pool.example"),
            ("X-Amz-Target", "AWSCognitoIdentityProviderService.ListUsers"),
            ("Content-Type", "application/x-amz-json-1.1"),
        ];
        let mut received = Self {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: usual
                .iter()
                .chain(more)
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            body: br#"{"UserPoolId":"us-east-1_Pool1"}"#.to_vec(),
        };
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some("token".to_owned()));
        let added = received.with(|request| sign(&request, &credentials, "us-east-1", SERVICE, date));
        received
            .headers
            .extend(added.into_iter().map(|(name, value)| (name.to_owned(), value)));
        received
    }

    pub fn with<T>(&self, use_it: impl FnOnce(Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        use_it(Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        })
    }

    pub fn header(&mut self, name: &str) -> &mut String {
        let found = self
            .headers
            .iter_mut()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        &mut found.unwrap_or_else(|| panic!("no {name}")).1
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a part of the Authorization header replaced.
    pub fn authorized(mut self, from: &str, to: &str) -> Self {
        let header = self.header("authorization");
        assert!(header.contains(from), "{header}");
        *header = header.replacen(from, to, 1);
        self
    }

    pub fn verify_at(&self, now: i64) -> Result<(), Refusal> {
        self.with(|request| Presented::parse(request, SERVICE)?.verify(Some(SECRET), now))
    }

    pub fn verify(&self) -> Result<(), Refusal> {
        self.verify_at(NOW)
    }
}

/// The refusal as it goes over the wire.
pub fn said(refused: Result<(), Refusal>) -> (&'static str, String) {
    let refusal = refused.expect_err("the request is refused");
    (refusal.code(), refusal.to_string())
}

pub const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

pub fn assert_mismatch(received: &Received, what: &str) {
    assert_eq!(
        said(received.verify()),
        ("InvalidSignatureException", MISMATCH.to_owned()),
        "{what}"
    );
}
