//! A function's environment, read as the function itself reads it, and reduced to what the rules need: no password and no
//! key is kept. (What is kept of a key is its fingerprint, to tell whether two are the same.)

use poolhouse_confirm::{OtpKey, Settings, SettingsError};
use poolhouse_mail::smtp::Security;
use poolhouse_mail::{CarrierUrl, Mailbox};
use serde_json::Value;

/// The settings of one of our functions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Environment {
    /// The settings of the flow but for the keys, or why the function refuses to start.
    pub(crate) settings: Result<Settings, SettingsError>,
    /// `OTP_KEY`
    pub(crate) key: Option<Key>,
    /// `OTP_KEY_PREVIOUS`
    pub(crate) previous_key: Option<Key>,
    /// `USER_POOL_ID`, as it is set.
    pub(crate) user_pool_id: Option<String>,
    /// Whether `SESSION_MINUTES` is set.
    pub(crate) names_session: bool,
    /// `COUNTERS_TABLE`, as it is set.
    pub(crate) counters_table: Option<String>,
    /// Whom mail comes from; `Err` says why nobody.
    pub(crate) sender: Result<Sender, String>,
    /// How mail leaves; `Err` says why it does not.
    pub(crate) transport: Result<Transport, String>,
    /// Variables that lead calls to AWS elsewhere.
    pub(crate) endpoints: Vec<String>,
}

/// A key, or where the function finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// It is in the variable.
    Here(OtpKey),
    /// The variable says where it is: a file, SSM or Secrets Manager.
    Elsewhere(String),
}

impl Key {
    /// Whether the two are known to be different. A key that lies elsewhere may be any.
    pub(crate) fn is_not(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Here(one), Key::Here(other)) => one != other,
            _ => false,
        }
    }
}

/// Whom mail comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) address: String,
    pub(crate) domain: String,
}

/// How mail leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Transport {
    /// Whether SES sends it, by its API or by SMTP.
    pub(crate) uses_ses: bool,
    /// Whether a part of it is a secret that only the function fetches.
    pub(crate) is_secret: bool,
    /// Relays that mail may reach without TLS.
    pub(crate) in_clear: Vec<String>,
}

impl Environment {
    /// Reads the variables of a function's configuration.
    pub(crate) fn read(variables: &Value) -> Environment {
        let get = |name: &str| {
            let value = variables.get(name)?.as_str()?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        // A reference is not read as the key that it stands for.
        let here = |name: &str| get(name).filter(|value| !is_reference(value));
        let key = |name: &str| match get(name) {
            Some(value) if is_reference(&value) => Some(Key::Elsewhere(value)),
            Some(value) => OtpKey::from_text(&value).ok().map(Key::Here),
            None => None,
        };
        let both_elsewhere = matches!(key("OTP_KEY"), Some(Key::Elsewhere(_)));
        let settings = Settings::from_vars(|name| match name {
            // Without the key that it follows, a previous key would be refused.
            "OTP_KEY_PREVIOUS" if both_elsewhere => None,
            "OTP_KEY" | "OTP_KEY_PREVIOUS" => here(name),
            _ => get(name),
        });
        Environment {
            settings: settings.map(|settings| Settings {
                keys: None,
                ..settings
            }),
            key: key("OTP_KEY"),
            previous_key: key("OTP_KEY_PREVIOUS"),
            user_pool_id: get("USER_POOL_ID"),
            names_session: get("SESSION_MINUTES").is_some(),
            counters_table: get("COUNTERS_TABLE"),
            sender: sender(get("MAIL_FROM")),
            transport: transport(get("MAIL_URL"), get("SMTP_URL")),
            endpoints: endpoints(variables),
        }
    }
}

/// Whether a value says where the secret is, instead of being it: `@/path`, `ssm:…`, `secretsmanager:…`.
fn is_reference(value: &str) -> bool {
    ["@", "ssm:", "secretsmanager:"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
}

fn sender(value: Option<String>) -> Result<Sender, String> {
    let text = value.ok_or("MAIL_FROM is not set")?;
    let mailbox = Mailbox::parse(&text).map_err(|error| format!("MAIL_FROM cannot be used: {error}"))?;
    let address = mailbox.address();
    Ok(Sender {
        address: address.as_str().to_owned(),
        domain: address.domain().to_owned(),
    })
}

fn transport(mail_url: Option<String>, smtp_url: Option<String>) -> Result<Transport, String> {
    let (name, urls) = match (mail_url, smtp_url) {
        (Some(urls), _) => ("MAIL_URL", urls),
        (None, Some(urls)) => ("SMTP_URL", urls),
        (None, None) => return Err("MAIL_URL is not set".to_owned()),
    };
    let mut transport = Transport::default();
    for url in urls.split(',').map(str::trim) {
        if is_reference(url) {
            transport.is_secret = true;
            continue;
        }
        match CarrierUrl::parse(url).map_err(|error| format!("{name} cannot be used: {error}"))? {
            CarrierUrl::Ses(_) => transport.uses_ses = true,
            CarrierUrl::Smtp(relay) => {
                transport.uses_ses |= is_ses(relay.host());
                let may_be_clear = matches!(relay.security(), Security::None | Security::Opportunistic);
                if may_be_clear && !relay.is_loopback() {
                    transport
                        .in_clear
                        .push(format!("{}:{}", relay.host(), relay.port()));
                }
            }
        }
    }
    Ok(transport)
}

fn is_ses(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    (host.starts_with("email-smtp.") || host.starts_with("email-smtp-fips."))
        && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
}

fn endpoints(variables: &Value) -> Vec<String> {
    let names = variables.as_object().into_iter().flatten().map(|(name, _)| name);
    names
        .filter(|name| name.starts_with("AWS_ENDPOINT_URL"))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    #[test]
    fn carriers_of_ses_are_told_from_others_and_clear_ones_are_named() {
        let read = |urls: &str| transport(Some(urls.to_owned()), None).unwrap();
        assert!(read("smtp://u:p@email-smtp.eu-central-1.amazonaws.com:587").uses_ses);
        assert!(read("ses://eu-central-1").uses_ses);
        assert!(!read("smtp://mail.example.com, smtps://two.example").uses_ses);
        assert_eq!(
            read("smtp://a.example?tls=none,smtp://127.0.0.1:25?tls=none,smtp://b.example?tls=opportunistic")
                .in_clear,
            ["a.example:587", "b.example:587"]
        );
        let secret = read("secretsmanager:mail#url,ses://");
        assert!(secret.is_secret && secret.uses_ses);
    }

    #[test]
    fn nothing_secret_is_kept() {
        let environment = Environment::read(&json!({
            "OTP_KEY": KEY,
            "SMTP_URL": "smtp://user:hunter2@mail.example.com",
            "MAIL_FROM": "App <no-reply@example.com>",
            "AWS_ENDPOINT_URL_SES": "http://127.0.0.1:1",
        }));
        let shown = format!("{environment:?}");
        assert!(matches!(environment.key, Some(Key::Here(_))));
        assert!(!shown.contains("hunter2") && !shown.contains("0011"), "{shown}");
        assert_eq!(environment.endpoints, ["AWS_ENDPOINT_URL_SES"]);
        assert_eq!(environment.sender.unwrap().domain, "example.com");
    }

    #[test]
    fn a_key_that_lies_elsewhere_is_a_key_and_may_be_any() {
        let read = |key: &str| Environment::read(&json!({ "OTP_KEY": key, "OTP_KEY_PREVIOUS": KEY }));
        let elsewhere = read("ssm:/codes/key");
        assert_eq!(elsewhere.key, Some(Key::Elsewhere("ssm:/codes/key".to_owned())));
        assert!(elsewhere.settings.is_ok());
        let here = read(&KEY.replace('0', "f")).key.unwrap();
        assert!(!here.is_not(&elsewhere.key.unwrap()));
        assert!(here.is_not(&elsewhere.previous_key.unwrap()));
        assert!(read("too short").settings.is_err());
    }

    #[test]
    fn what_is_missing_or_unusable_is_said_without_its_value() {
        let environment =
            Environment::read(&json!({ "SMTP_URL": "smtp://u:hunter2@", "MAIL_FROM": "nobody" }));
        assert_eq!(
            environment.transport.unwrap_err(),
            "SMTP_URL cannot be used: the SMTP URL names no valid host (an IPv6 address stands in brackets)"
        );
        assert!(
            environment
                .sender
                .unwrap_err()
                .starts_with("MAIL_FROM cannot be used: ")
        );
        let environment = Environment::read(&Value::Null);
        assert_eq!(environment.sender, Err("MAIL_FROM is not set".to_owned()));
        assert_eq!(environment.transport, Err("MAIL_URL is not set".to_owned()));
        assert_eq!(environment.key, None);
    }
}
