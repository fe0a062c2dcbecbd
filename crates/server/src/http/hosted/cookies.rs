//! The cookies of the pages: which there are, and how they are set.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session of single sign-on.
const SESSION: &str = "__Host-cognito";
/// Names the browser.
const BROWSER: &str = "__Host-ph-b";
/// That a right code was typed in the browser: its place token.
const PLACE: &str = "__Host-ph-p";
/// Goes with every form, which repeats it.
const CSRF: &str = "XSRF-TOKEN";
/// The language.
const LANGUAGE: &str = "lang";

/// How long a session cookie stays where the session may last longer: the server says when it is over.
const SESSION_SECONDS: i64 = 90 * 24 * 3600;
/// As long as a place token is good.
const PLACE_SECONDS: i64 = 90 * 24 * 3600;
const YEAR: i64 = 365 * 24 * 3600;

/// What a browser sent.
#[derive(Clone, Default)]
pub(super) struct Cookies {
    pub session: Option<String>,
    pub browser: Option<String>,
    pub place: Option<String>,
    pub csrf: Option<String>,
    pub language: Option<String>,
}

/// The names that several pools of one host do not share.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    suffix: String,
}

impl Names {
    pub fn new(suffix: Option<&str>) -> Names {
        Names {
            suffix: suffix.map(|suffix| format!("-{suffix}")).unwrap_or_default(),
        }
    }

    /// Reads what a request has of them. A name that is there twice is nobody's: somebody may have planted the other.
    pub fn read(&self, headers: &HeaderMap) -> Cookies {
        let one = |name: &str| {
            let lines = headers
                .get_all(header::COOKIE)
                .iter()
                .filter_map(|line| line.to_str().ok());
            let pairs = lines
                .flat_map(|line| line.split(';'))
                .filter_map(|pair| pair.trim().split_once('='));
            let mut values = pairs.filter(|(held, _)| *held == name).map(|(_, value)| value);
            let first = values.next()?;
            values.next().is_none().then(|| first.to_owned())
        };
        Cookies {
            session: one(&format!("{SESSION}{}", self.suffix)),
            browser: one(&format!("{BROWSER}{}", self.suffix)),
            place: one(&format!("{PLACE}{}", self.suffix)),
            csrf: one(CSRF),
            language: one(LANGUAGE),
        }
    }

    /// Signs the browser in.
    pub fn session(&self, handle: &str) -> Option<HeaderValue> {
        self.host(SESSION, handle, Some(SESSION_SECONDS))
    }

    /// Notes that a right code was typed in it.
    pub fn place(&self, token: &str) -> Option<HeaderValue> {
        self.host(PLACE, token, Some(PLACE_SECONDS))
    }

    /// Signs it out.
    pub fn no_session(&self) -> Option<HeaderValue> {
        self.host(SESSION, "", Some(0))
    }

    /// Names it, until it is closed.
    pub fn browser(&self, name: &str) -> Option<HeaderValue> {
        self.host(BROWSER, name, None)
    }

    fn host(&self, name: &str, value: &str, age: Option<i64>) -> Option<HeaderValue> {
        set(&format!("{name}{}", self.suffix), value, age)
    }
}

/// The token that forms repeat.
pub(super) fn csrf(token: &str) -> Option<HeaderValue> {
    set(CSRF, token, None)
}

/// The language, as it was chosen.
pub(super) fn language(tag: &str) -> Option<HeaderValue> {
    set(LANGUAGE, tag, Some(YEAR))
}

/// A cookie of this host alone, that no script reads and no other site's form sends.
fn set(name: &str, value: &str, age: Option<i64>) -> Option<HeaderValue> {
    let age = age.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_there_twice_is_none() {
        let names = Names::new(Some("0a1b2c3d"));
        let sent = |line: &'static str| {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
            names.read(&headers).session
        };
        assert_eq!(sent("a=1; __Host-cognito-0a1b2c3d=s; b=2").as_deref(), Some("s"));
        assert_eq!(sent("__Host-cognito-0a1b2c3d=s; __Host-cognito-0a1b2c3d=t"), None);
        assert_eq!(sent("__Host-cognito=s"), None);
    }

    #[test]
    fn every_cookie_is_of_this_host_and_hidden_from_scripts() {
        let cookie = Names::new(None).session("h").unwrap();
        assert_eq!(
            cookie,
            "__Host-cognito=h; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000"
        );
        assert_eq!(Names::new(None).session("h\r\nX: 1"), None);
    }
}
