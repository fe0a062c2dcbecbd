//! `[audit]`: how long the audit log is kept, and where it is sent on.

use poolhouse_audit::{Destination, Secret, StreamSettings, Syslog, Webhook};
use poolhouse_pool::base::settings::AUDIT_DAYS;

use super::keys::{audit as keys, audit_stream};
use super::table::{ConfigError, Section};

/// The most that `audit.days` may be: a century.
const MOST_DAYS: u32 = 36_500;
/// The most characters of a stream's name, which is part of a key in the database.
const MOST_CHARACTERS: usize = 64;

/// Reads the table: days, and streams.
pub(super) fn read(mut section: Section<'_>) -> Result<(u32, Vec<StreamSettings>), ConfigError> {
    let days = match section.count(&keys::DAYS)? {
        None => AUDIT_DAYS,
        Some(days) => u32::try_from(days)
            .ok()
            .filter(|days| *days <= MOST_DAYS)
            .ok_or_else(|| section.error(&keys::DAYS, format!("must be at most {MOST_DAYS}")))?,
    };
    let mut streams = Vec::new();
    for (name, stream) in section.section(&keys::STREAMS)?.sections()? {
        streams.push(self::stream(name, stream)?);
    }
    section.end()?;
    Ok((days, streams))
}

fn stream(name: String, mut section: Section<'_>) -> Result<StreamSettings, ConfigError> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > MOST_CHARACTERS || !name.chars().all(is_name) {
        let problem =
            format!("belongs to a stream whose name must be 1 to {MOST_CHARACTERS} letters, digits, - or _");
        return Err(section.error(&audit_stream::FILE, problem));
    }
    let secret = section.text(&audit_stream::SECRET)?;
    let secret = secret
        .map(|text| section.secret(&audit_stream::SECRET, text))
        .transpose()?;
    let file = section.path(&audit_stream::FILE)?.map(Destination::File);
    let form = "udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH";
    let mut syslog = section.parsed(&audit_stream::SYSLOG, form, Syslog::parse)?;
    match (section.path(&audit_stream::CA)?, &mut syslog) {
        (None, _) => {}
        (ca, Some(Syslog::Tls(to))) => to.ca = ca,
        (Some(_), _) => {
            return Err(section.error(
                &audit_stream::CA,
                "goes together with syslog = \"tls://HOST:PORT\"",
            ));
        }
    }
    let form = "an http or https URL without a password, such as https://siem.example.com/poolhouse";
    let webhook = section.parsed(&audit_stream::WEBHOOK, form, |url| {
        Webhook::parse(url, Secret(secret.clone().unwrap_or_default()))
    })?;
    if webhook.is_some() != secret.is_some() {
        return Err(section.error(
            &audit_stream::SECRET,
            "goes together with webhook: set both or neither",
        ));
    }
    let webhook = webhook.map(Destination::Webhook);
    let mut named = [file, syslog.map(Destination::Syslog), webhook]
        .into_iter()
        .flatten();
    let (Some(to), None) = (named.next(), named.next()) else {
        return Err(section.error(
            &audit_stream::FILE,
            "or syslog or webhook is needed: one of them, and no second",
        ));
    };
    section.end()?;
    Ok(StreamSettings { name, to })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn streams(text: &str) -> Result<Vec<StreamSettings>, String> {
        let read = crate::parse(Path::new("/etc/poolhouse/poolhouse.toml"), text);
        read.map(|read| read.streams).map_err(|error| error.to_string())
    }

    #[test]
    fn streams_are_read_by_their_names() {
        let read = streams(
            "[audit]\ndays = 30\n[audit.streams.disk]\nfile = 'audit.json'\n[audit.streams.logs]\nsyslog = 'udp://logs:514'\n\
             [audit.streams.safe]\nsyslog = 'tls://logs:6514'\nca = 'corp.pem'\n\
             [audit.streams.siem]\nwebhook = 'https://siem.example.com/in'\nsecret = 's3cret'\n",
        );
        let read = read.unwrap();
        let Destination::Syslog(Syslog::Tls(safe)) = &read[2].to else {
            panic!("{:?}", read[2]);
        };
        assert_eq!(safe.ca.as_deref(), Some(Path::new("/etc/poolhouse/corp.pem")));
        let shown: Vec<String> = read
            .iter()
            .map(|stream| format!("{} {}", stream.name, stream.to))
            .collect();
        assert_eq!(
            shown,
            [
                "disk /etc/poolhouse/audit.json",
                "logs udp://logs:514",
                "safe tls://logs:6514",
                "siem https://siem.example.com"
            ]
        );
        assert_eq!(streams("").unwrap(), []);
    }

    #[test]
    fn what_is_no_stream_is_told() {
        for (text, problem) in [
            (
                "[audit.streams.a]\n",
                "file or syslog or webhook is needed: one of them, and no second",
            ),
            (
                "[audit.streams.a]\nfile = 'x'\nsyslog = 'udp://logs:514'\n",
                "file or syslog or webhook is needed: one of them, and no second",
            ),
            (
                "[audit.streams.a]\nsyslog = 'logs'\n",
                "syslog must be udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH",
            ),
            (
                "[audit.streams.a]\nsyslog = 'tcp://logs:601'\nca = 'corp.pem'\n",
                "ca goes together with syslog = \"tls://HOST:PORT\"",
            ),
            (
                "[audit.streams.a]\nwebhook = 'https://siem/in'\n",
                "secret goes together with webhook: set both or neither",
            ),
            ("[audit.streams.'a/b']\nfile = 'x'\n", "letters, digits, - or _"),
        ] {
            let told = streams(text).unwrap_err();
            assert!(told.contains(problem), "{told}");
        }
    }
}
