//! Why a stream does not go on.

use std::error::Error;
use std::fmt;
use std::io;

use poolhouse_outbound::BundleError;
use poolhouse_outbound::http::HttpError;
use poolhouse_pool::base::load::LoadError;
use poolhouse_store::CommitError;

/// What keeps lines from being sent on. They are sent later.
#[derive(Debug)]
pub enum StreamError {
    /// The log or the cursor cannot be read.
    Read(LoadError),
    /// The cursor cannot be written.
    Cursor(CommitError),
    /// A file or a socket failed.
    Io(io::Error),
    /// TLS failed.
    Tls(HttpError),
    /// The file of authorities cannot be used.
    Authorities(BundleError),
    /// HTTP failed.
    Http(HttpError),
    /// The webhook answered with this status.
    Refused(u16),
    /// Nobody answered in time.
    Time,
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StreamError::Read(_) => f.write_str("the audit log cannot be read"),
            StreamError::Cursor(_) => f.write_str("the stream's cursor cannot be written"),
            StreamError::Io(_) => f.write_str("the destination cannot be written to"),
            StreamError::Tls(_) => f.write_str("the destination cannot be reached by TLS"),
            StreamError::Authorities(_) => f.write_str("the file of ca cannot be used"),
            StreamError::Http(_) => f.write_str("the webhook cannot be reached"),
            StreamError::Refused(status) => write!(f, "the webhook answered with status {status}"),
            StreamError::Time => f.write_str("the destination did not answer in time"),
        }
    }
}

impl Error for StreamError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StreamError::Read(error) => Some(error),
            StreamError::Cursor(error) => Some(error),
            StreamError::Io(error) => Some(error),
            StreamError::Tls(error) | StreamError::Http(error) => Some(error),
            StreamError::Authorities(error) => Some(error),
            StreamError::Refused(_) | StreamError::Time => None,
        }
    }
}

impl From<LoadError> for StreamError {
    fn from(error: LoadError) -> StreamError {
        StreamError::Read(error)
    }
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> StreamError {
        StreamError::Io(error)
    }
}
