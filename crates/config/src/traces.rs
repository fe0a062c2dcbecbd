//! `[traces]`: where spans of the server's work are sent, if they are.

use poolhouse_traces::Destination;

use super::keys::traces as keys;
use super::table::{ConfigError, Section};
use crate::settings::TraceSettings;

/// Reads the table.
pub(super) fn read(mut section: Section<'_>) -> Result<Option<TraceSettings>, ConfigError> {
    let authorization = section.text(&keys::AUTHORIZATION)?;
    let authorization = authorization
        .map(|text| section.secret(&keys::AUTHORIZATION, text))
        .transpose()?;
    let form =
        "an http or https URL without a password, such as http://127.0.0.1:4318, and authorization one line";
    let to = section.parsed(&keys::ENDPOINT, form, |url| {
        Destination::parse(url, authorization.as_deref())
    })?;
    let percent = section.count(&keys::PERCENT)?;
    let Some(to) = to else {
        for (key, is_there) in [
            (&keys::AUTHORIZATION, authorization.is_some()),
            (&keys::PERCENT, percent.is_some()),
        ] {
            if is_there {
                return Err(section.error(key, "goes together with endpoint"));
            }
        }
        section.end()?;
        return Ok(None);
    };
    let percent = u8::try_from(percent.unwrap_or(100))
        .ok()
        .filter(|percent| *percent <= 100);
    let percent = percent.ok_or_else(|| section.error(&keys::PERCENT, "must be 100 at most"))?;
    section.end()?;
    Ok(Some(TraceSettings { to, percent }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn traces(text: &str) -> Result<Option<TraceSettings>, String> {
        let read = crate::parse(Path::new("/etc/poolhouse/poolhouse.toml"), text);
        read.map(|read| read.traces).map_err(|error| error.to_string())
    }

    #[test]
    fn spans_are_sent_where_an_endpoint_is_named_and_nowhere_else() {
        assert_eq!(traces("").unwrap(), None);
        let read =
            traces("[traces]\nendpoint = 'http://127.0.0.1:4318'\npercent = 5\nauthorization = 'Bearer x'\n");
        let read = read.unwrap().unwrap();
        assert_eq!(read.percent, 5);
        assert_eq!(
            format!("{:?}", read.to),
            "Destination(\"http://127.0.0.1:4318/v1/traces\")"
        );
        for (text, problem) in [
            ("percent = 5", "traces.percent goes together with endpoint"),
            (
                "authorization = 'x'",
                "traces.authorization goes together with endpoint",
            ),
            (
                "endpoint = '127.0.0.1:4318'",
                "traces.endpoint must be an http or https URL",
            ),
            (
                "endpoint = 'http://h'\npercent = 101",
                "traces.percent must be 100 at most",
            ),
        ] {
            let told = traces(&format!("[traces]\n{text}\n")).unwrap_err();
            assert!(told.contains(problem), "{told}");
        }
    }
}
