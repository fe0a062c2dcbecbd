//! What a service refuses, in its own words, and what to do next.

use std::error::Error;
use std::fmt;

use poolhouse_outbound::http::{Answer, Endpoint, HttpError};
use serde_json::Value;

use super::endpoint::Service;
use super::{Trouble, xml};

/// Why a call did not do what it was made for. Requests are in none of the variants.
#[derive(Debug)]
pub(crate) enum AwsError {
    /// The service said no.
    Refused(Box<Refusal>),
    /// There was no answer.
    Unreachable {
        /// Who was called.
        service: Service,
        /// Where.
        endpoint: String,
        /// Why.
        source: Box<Trouble>,
    },
    /// What answered is not this service.
    NotTheService {
        /// Who was called.
        service: Service,
        /// Where.
        endpoint: String,
        /// The HTTP status of the answer.
        status: u16,
    },
    /// There is none of this service around the pool.
    Absent(Service),
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) service: Service,
    pub(crate) operation: &'static str,
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl AwsError {
    /// Reads the error in an answer.
    pub(crate) fn from_answer(
        service: Service,
        operation: &'static str,
        endpoint: &Endpoint,
        answer: &Answer,
    ) -> AwsError {
        let status = answer.status.as_u16();
        match code_and_message(answer) {
            Some((code, message)) => AwsError::Refused(Box::new(Refusal {
                service,
                operation,
                status,
                code,
                message,
            })),
            None => AwsError::not_the_service(service, endpoint, status),
        }
    }

    pub(crate) fn not_the_service(service: Service, endpoint: &Endpoint, status: u16) -> AwsError {
        AwsError::NotTheService {
            service,
            endpoint: endpoint.to_string(),
            status,
        }
    }

    /// The refusal's code; empty for any other error.
    pub(crate) fn code(&self) -> &str {
        match self {
            AwsError::Refused(refusal) => &refusal.code,
            _ => "",
        }
    }

    /// The refusal's sentence; empty for any other error.
    pub(crate) fn message(&self) -> &str {
        match self {
            AwsError::Refused(refusal) => &refusal.message,
            _ => "",
        }
    }

    /// Whether the thing that the call was about does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self.code(), "ResourceNotFoundException" | "NotFoundException")
    }

    /// Whether the service only wants to be asked later.
    pub(crate) fn is_throttling(&self) -> bool {
        const CODES: [&str; 6] = [
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
        ];
        match self {
            AwsError::Refused(refusal) => refusal.status == 429 || CODES.contains(&refusal.code.as_str()),
            _ => false,
        }
    }

    /// Whether the same request may well succeed a moment later, and it is not known that it had no effect.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            AwsError::Refused(refusal) => refusal.status >= 500,
            AwsError::Unreachable { source, .. } => !matches!(
                **source,
                Trouble::Http(HttpError::Name | HttpError::Request(_) | HttpError::Tls(_))
            ),
            AwsError::NotTheService { status, .. } => *status >= 500,
            AwsError::Absent(_) => false,
        }
    }

    /// What to do next, where the error's own words do not say it.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            AwsError::Refused(refusal) => refusal.advice(),
            AwsError::Unreachable { endpoint, .. } => Some(format!(
                "Check that {endpoint} is right and can be reached from here."
            )),
            AwsError::NotTheService { service, .. } => Some(format!(
                "Set {} to where it is, or unset what points elsewhere.",
                service.variable()
            )),
            AwsError::Absent(service) => Some(format!("Set {} to where it is.", service.variable())),
        }
    }
}

impl Refusal {
    fn advice(&self) -> Option<String> {
        let permission = format!("{}:{}", self.service.signing_name(), self.operation);
        Some(match self.code.as_str() {
            "AccessDeniedException" | "AccessDenied" | "NotAuthorizedException" => {
                format!("These credentials need the permission {permission}.")
            }
            "UnrecognizedClientException" | "InvalidClientTokenId" | "MissingAuthenticationTokenException" => {
                "No such access key is known there. Check AWS_PROFILE or --profile, and that the key belongs to this \
                 endpoint; a Poolhouse server's keys are made by `poolhouse keys create`."
                    .to_owned()
            }
            "ExpiredTokenException" | "ExpiredToken" => {
                "The temporary credentials are over. Get new ones, for example with `aws sso login`.".to_owned()
            }
            "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" => {
                "Check the secret access key, and that this machine's clock is right.".to_owned()
            }
            "ResourceNotFoundException" if self.service == Service::UserPools => {
                "Check the id, and that the credentials belong to the account that the pool is in.".to_owned()
            }
            "ConcurrentModificationException" => {
                "Somebody else is changing the pool. Run the command again.".to_owned()
            }
            _ if self.status == 429 => "Wait a little and run the command again.".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AwsError::Refused(refusal) if refusal.message.is_empty() => {
                write!(f, "{} ({})", refusal.code, refusal.operation)
            }
            AwsError::Refused(refusal) => write!(f, "{}: {}", refusal.code, refusal.message),
            AwsError::Unreachable {
                service, endpoint, ..
            } => {
                write!(f, "{service} cannot be reached at {endpoint}")
            }
            AwsError::NotTheService {
                service,
                endpoint,
                status,
            } => {
                write!(f, "what answers at {endpoint} is not {service} (HTTP {status})")
            }
            AwsError::Absent(service) => write!(f, "no {service} is known around a pool that is not on AWS"),
        }
    }
}

impl Error for AwsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            AwsError::Unreachable { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

/// The error's name without namespace and address, and its sentence. The JSON services spell `message` in both ways;
/// STS answers XML.
fn code_and_message(answer: &Answer) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(&answer.body);
    let json: Option<Value> = serde_json::from_str(&text).ok();
    let member = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| json.as_ref()?.get(*name)?.as_str())
            .map(str::to_owned)
    };
    let code = answer
        .header("x-amzn-errortype")
        .map(str::to_owned)
        .or_else(|| member(&["__type", "code"]))
        .or_else(|| xml::text_of(&text, "Code"))?;
    let message = member(&["message", "Message"])
        .or_else(|| xml::text_of(&text, "Message"))
        .unwrap_or_default();
    let code = code
        .rsplit('#')
        .next()
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default();
    let legible = |text: &str| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(1000)
            .collect::<String>()
    };
    (!code.is_empty()).then(|| (legible(code), legible(&message)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};

    use super::*;

    fn read(status: u16, header: Option<&'static str>, body: &'static str) -> AwsError {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert("x-amzn-errortype", value.parse().unwrap());
        }
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        };
        let endpoint = Endpoint::parse("http://127.0.0.1:9229").unwrap();
        AwsError::from_answer(Service::UserPools, "DescribeUserPool", &endpoint, &answer)
    }

    #[test]
    fn an_error_is_shown_as_its_code_and_its_sentence_however_it_was_spelled() {
        for (header, body) in [
            (
                None,
                r#"{"__type":"ResourceNotFoundException","message":"User pool a_b does not exist."}"#,
            ),
            (
                Some("ResourceNotFoundException:"),
                r#"{"message":"User pool a_b does not exist."}"#,
            ),
            (
                None,
                r#"{"__type":"com.amazonaws#ResourceNotFoundException","Message":"User pool a_b does not exist."}"#,
            ),
            (
                None,
                "<Error><Code>ResourceNotFoundException</Code><Message>User pool a_b does not exist.</Message></Error>",
            ),
        ] {
            let error = read(400, header, body);
            assert_eq!(
                error.to_string(),
                "ResourceNotFoundException: User pool a_b does not exist.",
                "{body}"
            );
            assert!(error.is_not_found());
        }
        assert_eq!(
            read(400, None, r#"{"__type":"ForbiddenException"}"#).to_string(),
            "ForbiddenException (DescribeUserPool)"
        );
    }

    #[test]
    fn an_answer_without_an_error_in_it_comes_from_something_else() {
        let error = read(404, None, "<html>not here</html>");
        assert_eq!(
            error.to_string(),
            "what answers at http://127.0.0.1:9229 is not the user pool service (HTTP 404)"
        );
        assert_eq!(
            error.advice().unwrap(),
            "Set AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER to where it is, or unset what points elsewhere."
        );
    }

    #[test]
    fn every_common_refusal_says_what_to_do() {
        let advice = |code: &'static str, status| {
            let refusal = Refusal {
                service: Service::UserPools,
                operation: "UpdateUserPool",
                status,
                code: code.to_owned(),
                message: String::new(),
            };
            AwsError::Refused(Box::new(refusal)).advice()
        };
        assert_eq!(
            advice("AccessDeniedException", 400).as_deref(),
            Some("These credentials need the permission cognito-idp:UpdateUserPool.")
        );
        for code in [
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "InvalidSignatureException",
            "ResourceNotFoundException",
            "ConcurrentModificationException",
        ] {
            assert!(advice(code, 400).is_some(), "{code}");
        }
        assert!(advice("SomethingElse", 429).is_some());
        assert_eq!(advice("InvalidParameterException", 400), None);
    }

    #[test]
    fn throttling_is_told_from_refusal_and_both_from_trouble() {
        let kinds = |status, body| {
            let error = read(status, None, body);
            (error.is_throttling(), error.is_transient())
        };
        assert_eq!(
            kinds(400, r#"{"__type":"TooManyRequestsException"}"#),
            (true, false)
        );
        assert_eq!(kinds(429, r#"{"__type":"Anything"}"#), (true, false));
        assert_eq!(
            kinds(500, r#"{"__type":"InternalErrorException"}"#),
            (false, true)
        );
        assert_eq!(kinds(503, "<html>"), (false, true));
        assert_eq!(
            kinds(400, r#"{"__type":"LimitExceededException"}"#),
            (false, false)
        );
    }
}
