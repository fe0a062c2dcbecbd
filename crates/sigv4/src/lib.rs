//! AWS Signature Version 4, both sides: signing for the functions, verifying for the server.
//!
//! The signature is an HMAC over a canonical form of the request, a time stamp and a scope (day, region, service), under
//! a key derived from the secret access key and that scope. Only the `Authorization` header is spoken here: signatures
//! in the query string, streamed or unsigned bodies and the asymmetric variant are refused by name.
//!
//! Nothing here reads a clock or the environment.

mod authorization;
mod canonical;
mod credentials;
mod date;
mod hash;
mod refusal;
mod request;
mod sign;
mod verify;

pub use credentials::Credentials;
pub use date::format_basic as amz_date;
pub use refusal::Refusal;
pub use request::Request;
pub use sign::sign;
pub use verify::Presented;
