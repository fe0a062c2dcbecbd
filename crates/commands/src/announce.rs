//! What a server says when it can be used, and where that is.

use std::net::SocketAddr;
use std::path::Path;

use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::request::App;
use poolhouse_store::postgres::Address;

use crate::error::CliError;
use crate::output::print;
use crate::quickstart::Quickstart;

/// Where this machine reaches the server.
pub fn url(settings: &Settings, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    format!("{scheme}://{}", settings.address())
}

/// Where a server has what is its own.
pub struct Places<'a> {
    /// Its address.
    pub url: &'a str,
    /// The data directory.
    pub directory: &'a Path,
    /// The database, where several servers may share it.
    pub store: Option<&'a Address>,
    /// Where numbers are read.
    pub metrics: Option<SocketAddr>,
}

/// Says on the standard output that the server can be used, and where.
///
/// # Errors
/// When nothing can be written there.
pub fn announce(
    app: &App,
    places: Places<'_>,
    quickstart: Option<Quickstart>,
    doors: Vec<String>,
) -> Result<(), CliError> {
    let Places {
        url,
        directory,
        store,
        metrics,
    } = places;
    if let Some(quickstart) = quickstart {
        return print(&quickstart.describe(app.settings.local_address(), directory));
    }
    let mut lines = vec![
        format!("Poolhouse is ready at {url}"),
        format!("  data   {}", directory.display()),
    ];
    lines.extend(store.map(|address| format!("  store  {address}")));
    lines.extend(
        app.settings
            .inbox
            .map(|smtp| format!("  inbox  {url}/inbox (takes mail by SMTP at {smtp})")),
    );
    lines.extend(
        app.settings
            .mail
            .carriers
            .iter()
            .map(|carrier| format!("  mail   {carrier}")),
    );
    lines.extend(metrics.map(|address| format!("  numbers  http://{address}/metrics")));
    lines.extend(doors);
    print(&lines.join("\n"))
}
