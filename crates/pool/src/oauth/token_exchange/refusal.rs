//! Why a token is not exchanged, as the token endpoint and as the API say it.

use poolhouse_api::shapes::ExplicitAuthFlowsType as Flow;

use super::super::denied::Denied;
use crate::base::error::ApiError;
use crate::base::load::LoadError;

/// Why.
#[derive(Debug)]
pub enum Refusal {
    /// The request contradicts itself.
    Request(&'static str),
    /// The client was not set up for it.
    Flow(Flow),
    /// The user's token is worth nothing, or not here.
    Subject(ApiError),
    /// The token of who acts is.
    Actor(ApiError),
    /// The client's people type a code, and the user's token may be of a sign-in without one.
    Code,
    /// No scope is left.
    Scope,
    /// The client may not read what a scope stands for.
    Attributes,
    /// For whom the token is to be, nobody here knows.
    Target,
    /// Something else; a function of the pool's said no, or the server is at fault.
    Other(ApiError),
}

impl Refusal {
    /// What is wrong with the user's token.
    pub fn of_subject(error: ApiError) -> Refusal {
        match error.status() >= 500 {
            true => Refusal::Other(error),
            false => Refusal::Subject(error),
        }
    }

    /// What is wrong with the token of who acts.
    pub fn of_actor(error: ApiError) -> Refusal {
        match error.status() >= 500 {
            true => Refusal::Other(error),
            false => Refusal::Actor(error),
        }
    }

    /// Of a chain of actors that is too long.
    pub fn too_deep() -> Refusal {
        Refusal::Actor(ApiError::not_authorized(
            "Too many act for the user of the subject token already.",
        ))
    }
}

/// As the API says it.
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        match refusal {
            Refusal::Request(sentence) => ApiError::invalid_parameter(sentence),
            Refusal::Flow(flow) => {
                ApiError::invalid_parameter(format!("{} is not enabled for the client.", flow.as_str()))
            }
            Refusal::Subject(error) | Refusal::Actor(error) | Refusal::Other(error) => error,
            Refusal::Code => ApiError::not_authorized(
                "This client requires a confirm code, which the sign-in of the subject token may not have had.",
            ),
            Refusal::Scope => ApiError::invalid_parameter("Invalid scope requested"),
            Refusal::Attributes => {
                ApiError::invalid_parameter("The client may not read the attributes of a requested scope.")
            }
            Refusal::Target => ApiError::invalid_parameter("Invalid audience or resource requested"),
        }
    }
}

/// As the token endpoint says it.
impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Denied {
        match refusal {
            Refusal::Request(_) => Denied::invalid_request(),
            Refusal::Flow(_) => Denied::new("unauthorized_client"),
            Refusal::Subject(error) | Refusal::Actor(error) | Refusal::Other(error) => {
                Denied::of_grant(error)
            }
            Refusal::Code | Refusal::Attributes => Denied::invalid_grant(),
            Refusal::Scope => Denied::new("invalid_scope"),
            Refusal::Target => Denied::new("invalid_target"),
        }
    }
}

/// What is wrong with the scopes, or the server's fault.
impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Refusal {
        match denied.is_ours() {
            true => Refusal::Other(ApiError::internal(denied)),
            false => Refusal::Scope,
        }
    }
}

/// What the floor below answers.
impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Refusal {
        Refusal::Other(error)
    }
}

/// A lookup that failed.
impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Refusal {
        Refusal::Other(error.into())
    }
}
