//! Connections, and what comes over them.

use std::net::IpAddr;
use std::time::Duration;

use poolhouse_pool::base::settings::CallLimits;

use super::keys;
use super::settings::HttpSettings;
use super::table::{ConfigError, Section};

/// The longest that `answer_grid_ms` may be: people wait for two or three steps of a sign-in.
const LONGEST_GRID_MS: u64 = 1000;

/// Reads the table.
///
/// # Errors
/// When a value cannot be used, or a key is unknown.
pub(super) fn read(mut section: Section<'_>) -> Result<(HttpSettings, CallLimits), ConfigError> {
    let mut settings = HttpSettings::default();
    if let Some(total) = section.count(&keys::http::CONNECTIONS)? {
        settings.connections.total = total;
    }
    if let Some(share) = section.count(&keys::http::CONNECTIONS_PER_ADDRESS)? {
        settings.connections.per_address = share;
    }
    if let Some(share) = section.count(&keys::http::CONNECTIONS_PER_NETWORK)? {
        settings.connections.per_network = share;
    }
    if let Some(proxies) = section.texts(&keys::http::PROXIES)? {
        let read = proxies
            .iter()
            .map(|proxy| proxy.parse::<IpAddr>().map(|proxy| proxy.to_canonical()));
        let read: Result<Vec<IpAddr>, _> = read.collect();
        let read = read.map_err(|_| {
            section.error(
                &keys::http::PROXIES,
                "must be a list of addresses such as \"127.0.0.1\"",
            )
        })?;
        settings.connections.proxies = read.into();
    }
    if let Some(step) = section.count(&keys::http::ANSWER_GRID_MS)? {
        let step = u64::try_from(step).ok().filter(|step| *step <= LONGEST_GRID_MS);
        let step = step.ok_or_else(|| section.error(&keys::http::ANSWER_GRID_MS, "must be 1000 at most"))?;
        settings.grid.step = Duration::from_millis(step);
    }
    if let Some(seconds) = section.seconds(&keys::http::DRAIN_SECONDS)? {
        settings.drain = seconds;
    }
    if let Some(seconds) = section.seconds(&keys::http::GRACE_SECONDS)? {
        settings.connections.farewell = seconds;
    }
    let mut calls = CallLimits::default();
    let limits = [
        (&keys::http::CALLS_PER_SECOND, &mut calls.of_address),
        (&keys::http::CLIENT_CALLS_PER_SECOND, &mut calls.of_client),
    ];
    for (key, limit) in limits {
        if let Some(rate) = section.rate(key)? {
            *limit = rate;
        }
    }
    section.end()?;
    Ok((settings, calls))
}
