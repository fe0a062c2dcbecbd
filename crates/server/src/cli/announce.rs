//! What a server says when it can be used, and where that is.

use std::net::SocketAddr;
use std::path::Path;

use poolhouse_commands::quickstart::Quickstart;
use poolhouse_commands::{CliError, print};
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::request::App;
use poolhouse_store::postgres::Address;

/// Where this machine reaches the server.
pub(super) fn url(settings: &Settings, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    format!("{scheme}://{}", settings.address())
}

/// Where a server has what is its own.
pub(super) struct Places<'a> {
    pub url: &'a str,
    pub directory: &'a Path,
    pub store: Option<&'a Address>,
    pub metrics: Option<SocketAddr>,
}

/// Says on the standard output that the server can be used, and where.
pub(super) fn announce(
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
