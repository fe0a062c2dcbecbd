//! Moments as XML writes them.

use jiff::Timestamp;

/// Milliseconds since 1970 of an `xs:dateTime`. SAML has all of them in UTC, with a Z at the end.
pub(crate) fn read(text: &str) -> Option<i64> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let is_plain = text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let moment: Timestamp = is_plain.then(|| text.parse().ok()).flatten()?;
    Some(moment.as_millisecond())
}

/// The same, written: to the second.
pub(crate) fn write(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_utc_or_are_none() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some(1000)),
            ("1970-01-01T00:00:01.5Z", Some(1500)),
            ("1970-01-01T00:00:01.123456789Z", Some(1123)),
            (" 1970-01-01T00:00:01Z\n", Some(1000)),
            ("1970-01-01T00:00:01", None),
            ("1970-01-01T01:00:01+01:00", None),
            ("1970-01-01 00:00:01Z", None),
            ("1970-02-30T00:00:01Z", None),
            ("Z", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(write(1_999), "1970-01-01T00:00:01Z");
    }
}
