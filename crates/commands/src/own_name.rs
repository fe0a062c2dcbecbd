//! What this machine calls itself: for EHLO a full name where it has one, for other servers of a database any.

use std::fs;

/// What this machine is called, with a dot in it or without. `None` where that cannot be asked so.
pub fn host() -> Option<String> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let host = host.trim();
    (!host.is_empty()).then(|| host.to_owned())
}

/// The full name of this machine. `None`: it has none, and says its address.
pub(super) fn of_this_machine() -> Option<String> {
    // Linux. Elsewhere the address is said, as before a name was asked for.
    let host = host()?;
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    full_name(&host, &hosts)
}

/// The host name if it has a dot, else the one with a dot that stands beside it among the known hosts.
fn full_name(host: &str, hosts: &str) -> Option<String> {
    let is_full = |name: &&str| name.contains('.') && !name.starts_with("localhost");
    if is_full(&host) {
        return Some(host.to_owned());
    }
    let lines = hosts
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let mut names = lines.map(|line| line.split_ascii_whitespace().skip(1).collect::<Vec<_>>());
    let beside = names.find(|names| names.contains(&host))?;
    beside.into_iter().find(is_full).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::full_name;

    #[test]
    fn a_full_name_is_found_where_machines_have_it() {
        let hosts = "127.0.0.1 localhost localhost.localdomain\n# 10.0.0.1 pool.old.example pool\n10.0.0.2 pool.corp.example pool\n";
        for (host, name) in [
            ("pool.example.com", Some("pool.example.com")),
            ("pool", Some("pool.corp.example")),
            ("other", None),
            ("localhost", None),
            ("", None),
        ] {
            assert_eq!(full_name(host, hosts).as_deref(), name, "{host}");
        }
    }
}
