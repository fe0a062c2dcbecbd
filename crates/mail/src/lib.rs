//! Mail: messages, an SMTP client that cannot hang, and the local inbox with its SMTP listener.
//!
//! - [`Email`] is one code mail. [`Email::to_bytes`] is deterministic, so a retry sends the same bytes.
//! - [`smtp`] hands those bytes to a [`smtp::Relay`] within wall-clock [`smtp::Deadlines`] and says which of four
//!   ways it ended ([`smtp::Class`]).
//! - [`inbox`] keeps mail in memory for a developer to read, and takes it by SMTP from anything on the machine.
//!
//! Nothing here reads the clock, the environment or a file, and nothing chooses a TLS provider: callers pass a
//! finished [`smtp::TlsSource`].

pub mod address;
pub mod email;
pub mod inbox;
pub mod smtp;

pub use address::{Address, AddressError, Envelope, Mailbox};
pub use email::{Email, EmailError};
