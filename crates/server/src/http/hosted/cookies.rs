//! The cookies of the pages: which there are, and how they are set.

use axum::http::{HeaderMap, HeaderValue, header};
use poolhouse_crypto::sha256;
use poolhouse_text::hex;

/// The session of single sign-on.
const SESSION: &str = "__Host-cognito";
/// Names the browser.
const BROWSER: &str = "__Host-ph-b";
/// The same, for a form that an identity provider's page sends: the one cookie that goes along from another site.
const AWAY: &str = "__Host-ph-x";
/// That a right code was typed in the browser for an app client: the place token, which is that client's alone.
const PLACE: &str = "__Host-ph-p";
/// That no passkey is to be offered for a while.
const LATER: &str = "__Host-ph-n";
/// Goes with every form, which repeats it.
const CSRF: &str = "XSRF-TOKEN";
/// The language.
const LANGUAGE: &str = "lang";

/// Hexadecimal digits by which app clients are told apart.
const DIGITS: usize = 8;
/// How long a session cookie stays where the session may last longer: the server says when it is over.
const SESSION_SECONDS: i64 = 90 * 24 * 3600;
/// As long as a place token is good.
const PLACE_SECONDS: i64 = 90 * 24 * 3600;
/// For how long somebody who says "not now" is not asked again.
const LATER_SECONDS: i64 = 30 * 24 * 3600;
/// As long as somebody has for the way to an identity provider and back.
const AWAY_SECONDS: i64 = 300;
const YEAR: i64 = 365 * 24 * 3600;

/// What a browser sent.
#[derive(Clone, Default)]
pub(super) struct Cookies {
    pub session: Option<String>,
    pub browser: Option<String>,
    pub away: Option<String>,
    pub place: Option<String>,
    pub is_later: bool,
    pub csrf: Option<String>,
    pub language: Option<String>,
}

/// The names that several pools of one host do not share, nor several clients of one pool what is a client's.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    suffix: String,
    of_client: String,
}

impl Names {
    /// `suffix` tells pools apart, the ids the app client.
    pub fn new(suffix: Option<&str>, (pool_id, client_id): (&str, &str)) -> Names {
        let digest = hex::encode(&sha256(&[pool_id.as_bytes(), b"\0", client_id.as_bytes()]));
        Names {
            suffix: suffix.map(|suffix| format!("-{suffix}")).unwrap_or_default(),
            of_client: digest.chars().take(DIGITS).collect(),
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
            away: one(&format!("{AWAY}{}", self.suffix)),
            place: one(&self.of_place()),
            is_later: one(&format!("{LATER}{}", self.suffix)).is_some(),
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
        set(&self.of_place(), token, Some(PLACE_SECONDS))
    }

    /// Forgets that.
    pub fn no_place(&self) -> Option<HeaderValue> {
        set(&self.of_place(), "", Some(0))
    }

    fn of_place(&self) -> String {
        format!("{PLACE}-{}", self.of_client)
    }

    /// Notes that no passkey is to be offered for a while.
    pub fn later(&self) -> Option<HeaderValue> {
        self.host(LATER, "1", Some(LATER_SECONDS))
    }

    /// Signs it out.
    pub fn no_session(&self) -> Option<HeaderValue> {
        self.host(SESSION, "", Some(0))
    }

    /// Names it, until it is closed.
    pub fn browser(&self, name: &str) -> Option<HeaderValue> {
        self.host(BROWSER, name, None)
    }

    /// Names it to a form of another site, while its person is away at an identity provider.
    pub fn away(&self, name: &str) -> Option<HeaderValue> {
        let held = format!("{AWAY}{}={name}", self.suffix);
        let rest = format!("Path=/; Secure; HttpOnly; SameSite=None; Max-Age={AWAY_SECONDS}");
        HeaderValue::from_str(&format!("{held}; {rest}")).ok()
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
        let names = Names::new(Some("0a1b2c3d"), ("p", "c"));
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
        let names = Names::new(None, ("p", "c"));
        let cookie = names.session("h").unwrap();
        assert_eq!(
            cookie,
            "__Host-cognito=h; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000"
        );
        assert_eq!(names.session("h\r\nX: 1"), None);
    }

    #[test]
    fn what_two_clients_of_a_pool_keep_in_a_browser_lies_apart() {
        let of = |client| Names::new(Some("0a1b2c3d"), ("p", client)).place("t").unwrap();
        assert_ne!(of("one"), of("two"));
        assert_eq!(of("one"), of("one"));
    }
}
