//! What a service refuses, in its own words, and what to do next.

use std::error::Error;
use std::fmt;

use poolhouse_outbound::aws::{CallError, CallProblem, CredentialsError, Refusal};
use poolhouse_outbound::http::Endpoint;

use super::service::Service;
use super::trouble::Trouble;

/// Why a call did not do what it was made for. Requests are in none of the variants.
#[derive(Debug)]
pub(crate) enum AwsError {
    /// The service said no.
    Refused(Box<Refused>),
    /// There was no answer.
    Unreachable {
        /// Who was called.
        service: Service,
        /// Where.
        endpoint: Box<Endpoint>,
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
    /// There is nothing to sign with any more.
    Credentials(CredentialsError),
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    service: Service,
    operation: &'static str,
    refusal: Refusal,
}

impl AwsError {
    /// The error of a call to this service, for this operation.
    pub(super) fn new(
        service: Service,
        operation: &'static str,
        endpoint: &Endpoint,
        error: CallError,
    ) -> AwsError {
        let unreachable = |source| AwsError::Unreachable {
            service,
            endpoint: Box::new(endpoint.clone()),
            source: Box::new(source),
        };
        match error.into_problem() {
            CallProblem::Refused(refusal) => AwsError::Refused(Box::new(Refused {
                service,
                operation,
                refusal,
            })),
            CallProblem::Answer(status) => AwsError::not_the_service(service, endpoint, status),
            CallProblem::Http(error) => unreachable(Trouble::Http(error)),
            CallProblem::Deadline(step, limit) => unreachable(Trouble::Deadline(step, limit)),
            CallProblem::Credentials(error) => AwsError::Credentials(error),
        }
    }

    pub(super) fn not_the_service(service: Service, endpoint: &Endpoint, status: u16) -> AwsError {
        AwsError::NotTheService {
            service,
            endpoint: endpoint.to_string(),
            status,
        }
    }

    /// The refusal's code; empty for any other error.
    pub(crate) fn code(&self) -> &str {
        match self {
            AwsError::Refused(refused) => &refused.refusal.code,
            _ => "",
        }
    }

    /// The refusal's sentence; empty for any other error.
    pub(crate) fn message(&self) -> &str {
        match self {
            AwsError::Refused(refused) => &refused.refusal.message,
            _ => "",
        }
    }

    /// Whether the thing that the call was about does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self.code(), "ResourceNotFoundException" | "NotFoundException")
    }

    /// Whether the call may have done what it was made for all the same: its answer was lost, or something on the way gave
    /// another.
    pub(crate) fn may_have_been_done(&self) -> bool {
        match self {
            AwsError::Unreachable { source, .. } => source.is_after_the_request(),
            AwsError::NotTheService { status, .. } => *status >= 500,
            AwsError::Refused(refused) => refused.refusal.status >= 500,
            AwsError::Absent(_) | AwsError::Credentials(_) => false,
        }
    }

    /// What to do next, where the error's own words do not say it.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            AwsError::Refused(refused) => refused.advice(),
            AwsError::Unreachable { endpoint, source, .. } => Some(source.advice(endpoint)),
            AwsError::NotTheService { service, .. } => Some(format!(
                "Set {} to where it is, or unset what points elsewhere.",
                service.variable()
            )),
            AwsError::Absent(service) => Some(format!("Set {} to where it is.", service.variable())),
            // Their error says it itself.
            AwsError::Credentials(_) => None,
        }
    }
}

impl Refused {
    fn advice(&self) -> Option<String> {
        let permission = format!("{}:{}", self.service.signing_name(), self.operation);
        Some(match self.refusal.code.as_str() {
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
            _ if self.refusal.status == 429 => "Wait a little and run the command again.".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AwsError::Refused(refused) => {
                let Refusal { code, message, .. } = &refused.refusal;
                match message.as_str() {
                    "" => write!(f, "{code} ({})", refused.operation),
                    message => write!(f, "{code}: {message}"),
                }
            }
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
            AwsError::Credentials(_) => f.write_str("the credentials have ended"),
        }
    }
}

impl Error for AwsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            AwsError::Unreachable { source, .. } => Some(&**source),
            AwsError::Credentials(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str, message: &str) -> AwsError {
        AwsError::Refused(Box::new(Refused {
            service: Service::UserPools,
            operation: "UpdateUserPool",
            refusal: Refusal {
                status,
                code: code.to_owned(),
                message: message.to_owned(),
            },
        }))
    }

    #[test]
    fn an_error_is_shown_as_its_code_and_its_sentence() {
        let error = refused(400, "ResourceNotFoundException", "User pool a_b does not exist.");
        assert_eq!(
            error.to_string(),
            "ResourceNotFoundException: User pool a_b does not exist."
        );
        assert!(error.is_not_found());
        assert_eq!(
            refused(400, "ForbiddenException", "").to_string(),
            "ForbiddenException (UpdateUserPool)"
        );
    }

    #[test]
    fn an_answer_without_an_error_in_it_comes_from_something_else() {
        let endpoint = Endpoint::parse("http://127.0.0.1:9229").unwrap();
        let error = AwsError::not_the_service(Service::UserPools, &endpoint, 404);
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
        let advice = |code, status| refused(status, code, "").advice();
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
}
