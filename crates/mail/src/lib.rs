//! Mail: messages, an SMTP client that cannot hang, and the local inbox with its SMTP listener.
//!
//! - [`Email`] is one code mail. [`Email::to_bytes`] is deterministic, so a retry sends the same bytes.
//! - [`Carrier`] takes those bytes within wall-clock [`Deadlines`] and says which of four ways it ended ([`Class`]): an
//!   [`smtp`] relay or Amazon [`ses`].
//! - [`inbox`] keeps mail in memory for a developer to read, and takes it by SMTP from anything on the machine.
//!
//! Nothing here reads the clock, the environment or a file, and nothing chooses a TLS provider: callers pass a
//! finished [`smtp::TlsSource`].

pub mod address;
pub mod advice;
pub mod attempt;
pub mod carrier;
mod deadlines;
pub mod email;
mod error;
pub mod inbox;
pub mod oauth;
mod quoted;
mod reply;
pub mod ses;
pub mod sms;
pub mod smtp;
pub mod words;

pub use address::{Address, AddressError, Envelope, Mailbox};
pub use attempt::Attempt;
pub use carrier::{Carrier, CarrierUrl};
pub use deadlines::Deadlines;
pub use email::{Email, EmailError, Picture};
pub use error::{Class, Phase, Problem, SendError};
