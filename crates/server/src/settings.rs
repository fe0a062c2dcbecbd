//! What the operator decides about HTTP: limits, and the sign-in page. What the pool itself needs to know is
//! `poolhouse_pool::base::settings`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::http::connections::ConnectionLimits;
use crate::http::{BodyLimits, Grid};

/// The sign-in page.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Built pages in place of those inside the program.
    pub directory: Option<PathBuf>,
    /// The pool that the page signs in to.
    pub user_pool_id: Option<String>,
    /// The app client it uses. Without pool and client, the server's only one.
    pub client_id: Option<String>,
    /// Where the page calls the API, if not where it came from.
    pub endpoint: Option<String>,
}

/// Limits on requests and connections.
#[derive(Clone, Debug, Default)]
pub struct HttpSettings {
    /// On bodies of API requests.
    pub body: BodyLimits,
    /// On connections.
    pub connections: ConnectionLimits,
    /// When answers about names leave.
    pub grid: Grid,
    /// How long a server that was asked to stop goes on as before, but for saying that it is not ready.
    pub drain: Duration,
}

/// Numbers for operators.
#[derive(Clone, Copy, Debug, Default)]
pub struct MetricsSettings {
    /// Where they are served; `None` switches them off.
    pub listen: Option<SocketAddr>,
}
