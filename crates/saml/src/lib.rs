//! SAML 2.0, the side of the service provider: bytes in, a verified assertion out. No clock, no store, no socket.
//!
//! | module | what it does |
//! |---|---|
//! | [`metadata`] | what an identity provider says of itself: where it is asked, with which keys it signs |
//! | [`request`] | asks: `AuthnRequest` and `LogoutRequest` by the redirect binding, signed if wanted |
//! | [`response`] | reads a response: signature, addressee, times, what it answers |
//! | [`assertion`] | what is believed at the end |
//! | [`logout`] | reads what answers a request to sign somebody out |
//! | [`keys`] | keys of certificates, and the algorithms that count |
//!
//! Whatever is read of a response is read from the very bytes that a signature covers: `signature` returns the canonical form that
//! was digested, and that is parsed again. So no element that is not signed can be taken for one that is. Why the signature is checked
//! here and not by a library: `docs/decisions/saml.md`.

pub mod assertion;
mod canonical;
mod decrypt;
mod der;
pub mod expected;
pub mod fault;
pub mod keys;
pub mod logout;
pub mod metadata;
mod moment;
mod names;
mod posted;
pub mod request;
pub mod response;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod xml;

pub use assertion::Assertion;
pub use expected::Expected;
pub use fault::Fault;
pub use logout::{ExpectedLogout, accept_logout};
pub use metadata::Metadata;
pub use response::accept;
