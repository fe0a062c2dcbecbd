//! `[metrics]`: where numbers are served, and to whom.

use std::net::{IpAddr, Ipv4Addr};

use super::table::{ConfigError, Section};
use super::{address, keys};
use crate::settings::MetricsSettings;

/// Reads the table. Numbers have no password, so they are not given to everybody by mistake.
pub(super) fn read(mut section: Section<'_>) -> Result<MetricsSettings, ConfigError> {
    let listen = section.text(&keys::metrics::LISTEN)?;
    let listen = listen.map(|text| address(&text)).transpose();
    let listen = listen.map_err(|error| section.error(&keys::metrics::LISTEN, error.to_string()))?;
    let is_public = section.flag(&keys::metrics::PUBLIC)?.unwrap_or_default();
    if let Some(listen) = listen.filter(|listen| !is_public && !is_private(listen.ip())) {
        let problem = format!(
            "is {listen}, which others than you may reach. Name an address of this machine or of a private network, or set \
             public = true"
        );
        return Err(section.error(&keys::metrics::LISTEN, problem));
    }
    section.end()?;
    Ok(MetricsSettings { listen })
}

/// Whether only this machine or a private network can reach an address.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared(address)
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// 100.64.0.0/10, which carriers and overlay networks give out among themselves.
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, second, ..] if second & 0xc0 == 0x40)
}
