//! Settings from the environment, beside those of [`poolhouse_confirm::Settings`].

use std::sync::Arc;
use std::time::Duration;

use poolhouse_mail::ses::Ses;
use poolhouse_mail::{Carrier, CarrierUrl, Mailbox};
use poolhouse_outbound::{TlsSource, client_config, roots};
use rustls::crypto::ring;

use crate::aws::{Aws, Kind};
use crate::vars::{InitError, Vars};

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
    /// The carrier of the first attempt and that of the second, which may be the same.
    pub(crate) carriers: [Carrier; 2],
}

impl MailSettings {
    /// Whether the environment says anything about mail.
    pub(crate) fn are_in(vars: &Vars) -> bool {
        ["MAIL_FROM", "MAIL_URL", "SMTP_URL"]
            .iter()
            .any(|name| vars.get(name).is_some())
    }

    pub(crate) fn from_vars(vars: &Vars, aws: Option<&Aws<'_>>, tls: &TlsSource) -> Result<Self, InitError> {
        let from = vars.required("MAIL_FROM", "Example <no-reply@example.com>")?;
        let from = Mailbox::parse(&from).map_err(|error| InitError::unusable("MAIL_FROM", &error))?;
        let (name, urls) = match (vars.get("MAIL_URL"), vars.get("SMTP_URL")) {
            (Some(urls), _) => ("MAIL_URL", urls),
            (None, Some(urls)) => ("SMTP_URL", urls),
            (None, None) => {
                return Err(InitError::Missing {
                    name: "MAIL_URL",
                    example: "ses://eu-central-1 or smtp://user:password@relay.example.com:587",
                });
            }
        };
        let carrier = |url: &str| match CarrierUrl::parse(url) {
            Ok(CarrierUrl::Smtp(relay)) => Ok(Carrier::Smtp(relay, tls.clone())),
            Ok(CarrierUrl::Ses(url)) => {
                let why =
                    "ses:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set".to_owned();
                let aws = aws.ok_or(InitError::Unusable { name, why })?;
                let service = aws.service(Kind::Ses, url.region.as_deref())?;
                Ok(Carrier::Ses(Ses::new(service, url.configuration_set)))
            }
            Err(error) => Err(InitError::unusable(name, &error)),
        };
        let carriers = match urls.split(',').collect::<Vec<_>>()[..] {
            [only] => [carrier(only)?, carrier(only)?],
            [first, second] => [carrier(first)?, carrier(second)?],
            _ => {
                let why = "it lists more than two carriers, and there is time for two".to_owned();
                return Err(InitError::Unusable { name, why });
            }
        };
        Ok(Self { from, carriers })
    }
}

/// TLS with ring and Mozilla's roots, made when the first connection needs it.
pub(crate) fn tls() -> TlsSource {
    TlsSource::lazy(|| client_config(Arc::new(ring::default_provider()), roots()).map(Arc::new))
}

#[cfg(test)]
mod tests {
    use poolhouse_outbound::aws::Clock;

    use super::*;

    fn mail(pairs: &[(&'static str, &'static str)]) -> Result<[String; 2], String> {
        let pairs = pairs.to_vec();
        let vars = Vars::new(move |name| {
            let found = pairs.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        let clock: Clock = Arc::new(|| Duration::ZERO);
        let aws = Aws::from_vars(&vars, &tls(), &clock).unwrap();
        let settings = MailSettings::from_vars(&vars, aws.as_ref(), &tls());
        settings
            .map(|settings| settings.carriers.map(|carrier| carrier.to_string()))
            .map_err(|error| error.to_string())
    }

    const FROM: (&str, &str) = ("MAIL_FROM", "a@example.com");

    #[test]
    fn mail_settings_are_refused_by_name_and_without_their_secrets() {
        let refused = |url| mail(&[FROM, url]).unwrap_err();
        assert_eq!(
            mail(&[]).unwrap_err(),
            "MAIL_FROM is not set; it looks like Example <no-reply@example.com>"
        );
        assert_eq!(
            mail(&[FROM]).unwrap_err(),
            "MAIL_URL is not set; it looks like ses://eu-central-1 or smtp://user:password@relay.example.com:587"
        );
        assert_eq!(
            refused(("SMTP_URL", "smtp://u:hunter2@")),
            "SMTP_URL cannot be used: the SMTP URL names no valid host (an IPv6 address stands in brackets)"
        );
        assert_eq!(
            refused(("MAIL_URL", "https://relay.example")),
            "MAIL_URL cannot be used: a mail URL starts with smtp://, smtps:// or ses://"
        );
        assert_eq!(
            refused(("MAIL_URL", "ses://")),
            "MAIL_URL cannot be used: ses:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set"
        );
        assert_eq!(
            refused(("SMTP_URL", "smtp://a.example,smtp://b.example,smtp://c.example")),
            "SMTP_URL cannot be used: it lists more than two carriers, and there is time for two"
        );
    }

    #[test]
    fn one_carrier_is_asked_twice_and_of_two_the_second_is_the_way_out() {
        let smtp = |urls: &[(&'static str, &'static str)]| mail(&[&[FROM], urls].concat()).unwrap();
        assert_eq!(
            smtp(&[("SMTP_URL", "smtp://one.example, smtps://two.example")]),
            ["one.example:587", "two.example:465"]
        );
        assert_eq!(
            smtp(&[
                ("MAIL_URL", "smtp://one.example"),
                ("SMTP_URL", "smtp://two.example")
            ]),
            ["one.example:587", "one.example:587"]
        );
        let aws = [
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_REGION", "eu-central-1"),
        ];
        let ses = |urls| smtp(&[aws.as_slice(), &[("MAIL_URL", urls)]].concat());
        assert_eq!(
            ses("ses://,smtp://two.example"),
            ["ses.eu-central-1", "two.example:587"]
        );
        assert_eq!(ses("ses://eu-west-1"), ["ses.eu-west-1", "ses.eu-west-1"]);
    }
}
