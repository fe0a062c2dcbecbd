//! Settings from the environment, beside those of [`poolhouse_confirm::Settings`].

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_confirm::{Settings, SettingsError};
use poolhouse_mail::Mailbox;
use poolhouse_mail::smtp::{Relay, TlsSource, client_config};
use rustls::RootCertStore;
use rustls::crypto::ring;

use crate::http::Endpoint;

/// The environment, as one function that looks a variable up. An empty value counts as none.
pub struct Vars(Box<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String>;

impl Vars {
    /// Variables as `lookup` gives them.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Box::new(lookup))
    }

    /// The value of a variable without the white space around it.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn confirm(&self) -> Result<Settings, InitError> {
        Settings::from_vars(|name| self.get(name)).map_err(InitError::Confirm)
    }

    fn required(&self, name: &'static str, example: &'static str) -> Result<String, InitError> {
        self.get(name).ok_or(InitError::Missing { name, example })
    }
}

impl fmt::Debug for Vars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vars")
    }
}

/// How the time of one call is spent. Cognito's own limit is 5 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole call.
    pub call: Duration,
    /// One call to the user pool.
    pub pool: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_millis(3500),
            pool: Duration::from_millis(800),
        }
    }
}

/// Where and as whom the mail leaves.
pub(crate) struct MailSettings {
    pub(crate) from: Mailbox,
    /// The relay of the first attempt and that of the second, which may be the same.
    pub(crate) relays: [Relay; 2],
}

impl MailSettings {
    pub(crate) fn from_vars(vars: &Vars) -> Result<Self, InitError> {
        let from = vars.required("MAIL_FROM", "Example <no-reply@example.com>")?;
        let from = Mailbox::parse(&from).map_err(|error| InitError::unusable("MAIL_FROM", &error))?;
        let urls = vars.required(
            "SMTP_URL",
            "smtp://user:password@email-smtp.eu-central-1.amazonaws.com:587",
        )?;
        let relay = |url| Relay::parse(url).map_err(|error| InitError::unusable("SMTP_URL", &error));
        let relays = match urls.split_once(',') {
            None => [relay(&urls)?, relay(&urls)?],
            Some((_, more)) if more.contains(',') => {
                let why = "it lists more than two relays, and there is time for two".to_owned();
                return Err(InitError::Unusable {
                    name: "SMTP_URL",
                    why,
                });
            }
            Some((first, second)) => [relay(first)?, relay(second)?],
        };
        Ok(Self { from, relays })
    }
}

/// How the user pool is called back.
pub(crate) struct PoolSettings {
    pub(crate) region: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
}

impl PoolSettings {
    /// `None` if the function has no credentials: then the pool is not called, and the ledger is read from the event.
    pub(crate) fn from_vars(vars: &Vars) -> Result<Option<Self>, InitError> {
        let (Some(access_key_id), Some(secret)) =
            (vars.get("AWS_ACCESS_KEY_ID"), vars.get("AWS_SECRET_ACCESS_KEY"))
        else {
            return Ok(None);
        };
        let region = vars.get("AWS_REGION").or_else(|| vars.get("AWS_DEFAULT_REGION"));
        let region = match region.or_else(|| pool_region(&vars.get("USER_POOL_ID")?)) {
            Some(region) if region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => region,
            Some(_) => {
                return Err(InitError::Unusable {
                    name: "AWS_REGION",
                    why: "it is no region's name".to_owned(),
                });
            }
            None => {
                return Err(InitError::Missing {
                    name: "AWS_REGION",
                    example: "eu-central-1",
                });
            }
        };
        let session_token = vars.get("AWS_SESSION_TOKEN");
        Ok(Some(Self {
            endpoint: endpoint(vars, &region)?,
            region,
            access_key_id,
            secret,
            session_token,
        }))
    }
}

/// The endpoint that the SDKs would use, by the same variables in the same order.
fn endpoint(vars: &Vars, region: &str) -> Result<Endpoint, InitError> {
    let ignored = vars
        .get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    for name in ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"] {
        if let Some(url) = vars.get(name).filter(|_| !ignored) {
            let why = "it is not of the form http://host:port or https://host:port";
            return Endpoint::parse(&url).ok_or(InitError::Unusable {
                name,
                why: why.to_owned(),
            });
        }
    }
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    let unusable = InitError::Unusable {
        name: "AWS_REGION",
        why: "it is no region's name".to_owned(),
    };
    Endpoint::parse(&format!("https://cognito-idp.{region}.{suffix}")).ok_or(unusable)
}

/// The region in a pool's id: `eu-central-1_AbCd12345`.
fn pool_region(pool_id: &str) -> Option<String> {
    pool_id.split_once('_').map(|(region, _)| region.to_owned())
}

/// TLS with ring and Mozilla's roots, made when the first connection needs it.
pub(crate) fn tls() -> TlsSource {
    TlsSource::lazy(|| {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        client_config(Arc::new(ring::default_provider()), roots).map(Arc::new)
    })
}

/// Why a function cannot be made. `Display` names the variable and what to do; no value of a secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InitError {
    /// A variable that must be set is not.
    Missing {
        /// The variable.
        name: &'static str,
        /// What its value looks like.
        example: &'static str,
    },
    /// A variable's value cannot be used.
    Unusable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A setting of the confirm-code flow.
    Confirm(SettingsError),
}

impl InitError {
    fn unusable(name: &'static str, error: &dyn Error) -> Self {
        Self::Unusable {
            name,
            why: error.to_string(),
        }
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, example } => write!(f, "{name} is not set; it looks like {example}"),
            Self::Unusable { name, why } => write!(f, "{name} cannot be used: {why}"),
            Self::Confirm(error) => error.fmt(f),
        }
    }
}

impl Error for InitError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &'static [(&str, &str)]) -> Vars {
        Vars::new(|name| {
            pairs
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    fn endpoint_of(pairs: &'static [(&str, &str)]) -> String {
        endpoint(&vars(pairs), "eu-central-1")
            .unwrap()
            .authority()
            .to_owned()
    }

    #[test]
    fn the_endpoint_is_the_one_the_sdks_would_use() {
        assert_eq!(endpoint_of(&[]), "cognito-idp.eu-central-1.amazonaws.com");
        assert_eq!(
            endpoint_of(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]),
            "127.0.0.1:1"
        );
        let both: &[_] = &[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:2"),
        ];
        assert_eq!(endpoint_of(both), "127.0.0.1:2");
        let ignored: &[_] = &[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"),
        ];
        assert_eq!(endpoint_of(ignored), "cognito-idp.eu-central-1.amazonaws.com");
        let china = endpoint(&vars(&[]), "cn-north-1").unwrap();
        assert_eq!(china.authority(), "cognito-idp.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn without_credentials_the_pool_is_not_called_and_a_region_can_come_from_its_id() {
        assert!(
            PoolSettings::from_vars(&vars(&[("AWS_REGION", "eu-central-1")]))
                .unwrap()
                .is_none()
        );
        let region = |pairs| PoolSettings::from_vars(&vars(pairs)).map(|settings| settings.unwrap().region);
        let with_pool: &[_] = &[
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("USER_POOL_ID", "eu-west-3_a"),
        ];
        assert_eq!(region(with_pool), Ok("eu-west-3".to_owned()));
        let nowhere: &[_] = &[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let missing = region(nowhere).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "AWS_REGION is not set; it looks like eu-central-1"
        );
    }

    #[test]
    fn mail_settings_are_refused_by_name_and_without_their_secrets() {
        let error = |pairs| {
            MailSettings::from_vars(&vars(pairs))
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(&[]),
            "MAIL_FROM is not set; it looks like Example <no-reply@example.com>"
        );
        let refused: &[_] = &[("MAIL_FROM", "a@example.com"), ("SMTP_URL", "smtp://u:hunter2@")];
        assert_eq!(
            error(refused),
            "SMTP_URL cannot be used: the SMTP URL names no valid host (an IPv6 address stands in brackets)"
        );
        let three: &[_] = &[
            ("MAIL_FROM", "a@example.com"),
            ("SMTP_URL", "smtp://a.example,smtp://b.example,smtp://c.example"),
        ];
        assert_eq!(
            error(three),
            "SMTP_URL cannot be used: it lists more than two relays, and there is time for two"
        );
        let two: &[_] = &[
            ("MAIL_FROM", "a@example.com"),
            ("SMTP_URL", "smtp://one.example, smtps://two.example"),
        ];
        let relays = |pairs| {
            MailSettings::from_vars(&vars(pairs))
                .unwrap()
                .relays
                .map(|relay| relay.to_string())
        };
        assert_eq!(relays(two), ["one.example:587", "two.example:465"]);
        let one: &[_] = &[("MAIL_FROM", "a@example.com"), ("SMTP_URL", "smtp://one.example")];
        assert_eq!(relays(one), ["one.example:587", "one.example:587"]);
    }
}
