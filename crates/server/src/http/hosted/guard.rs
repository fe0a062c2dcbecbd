//! Whether a form comes from a page of ours: by the token that it repeats, and by what browsers say of where it was sent from.

use axum::http::{HeaderMap, header};
use poolhouse_crypto::constant_time_eq;

/// Whether a form may be looked at. `base`: where the site is reached. Programs that are no browsers send neither header.
pub(super) fn is_ours(headers: &HeaderMap, base: &str, cookie: Option<&str>, field: Option<&str>) -> bool {
    let (Some(cookie), Some(field)) = (cookie, field) else {
        return false;
    };
    !cookie.is_empty()
        && constant_time_eq(cookie.as_bytes(), field.as_bytes())
        && is_sent_from_here(headers, base)
}

fn is_sent_from_here(headers: &HeaderMap, base: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            let Ok(origin) = origin.to_str() else { return false };
            let authority = origin.strip_prefix("https://").or(origin.strip_prefix("http://"));
            let Some(authority) = authority else { return false };
            let host = text("host");
            let own = base
                .split_once("://")
                .map(|(_, rest)| rest.split('/').next().unwrap_or_default());
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) || own == Some(authority)
        }
        None => matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn o_12_a_form_of_another_origin_is_not_looked_at() {
        let base = "https://login.example/d/acme";
        for (lines, expected) in [
            (&[("origin", "https://login.example")][..], true),
            (
                &[("origin", "http://localhost:9229"), ("host", "localhost:9229")],
                true,
            ),
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "null")], false),
            (
                &[("origin", "https://evil.example"), ("host", "login.example")],
                false,
            ),
            (&[("origin", "https://login.example.evil.example")], false),
            (&[("origin", "https://login.example:444")], false),
            (&[("origin", "ftp://login.example")], false),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
        ] {
            let headers = lines.iter().map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_static(value))
            });
            let headers: HeaderMap = headers.collect();
            assert_eq!(
                is_ours(&headers, base, Some("t"), Some("t")),
                expected,
                "{lines:?}"
            );
            assert!(!is_ours(&headers, base, Some("t"), Some("u")));
            assert!(!is_ours(&headers, base, Some(""), Some("")));
            assert!(!is_ours(&headers, base, None, Some("t")));
            assert!(!is_ours(&headers, base, Some("t"), None));
        }
    }
}
