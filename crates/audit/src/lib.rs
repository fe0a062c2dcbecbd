//! The audit log, read and sent on.
//!
//! - [`Reading`] reads the logs of pools in order of time, a page at a time; [`as_json`] is how a line is shown to programs.
//! - [`Streamer`] sends the log on while it is written: to a file, to syslog or to a webhook ([`Destination`]), each line at least
//!   once, from a cursor that lies in the database. No request ever waits for one.

mod carry;
mod destination;
mod error;
mod reading;
mod shown;
mod streamer;

pub use destination::{Destination, Secret, StreamSettings, Syslog, SyslogTls, Webhook};
pub use error::StreamError;
pub use reading::{Line, Reading};
pub use shown::as_json;
pub use streamer::Streamer;
