//! Signed calls to an AWS service, or to one that speaks like it.

mod attempts;
mod call;
mod credentials;
mod endpoint;
mod error;
mod refusal;
mod service;
mod session;
pub mod xml;

pub use attempts::{Effect, Patience};
pub use call::Call;
pub use credentials::{BoxFuture, CredentialSource, CredentialsError};
pub use endpoint::{configured_endpoint, is_region};
pub use error::{CallError, CallProblem, Step};
pub use poolhouse_sigv4::Credentials;
pub use refusal::Refusal;
pub use service::{Caller, Clock, Service};
pub use session::Session;
