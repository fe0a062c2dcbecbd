//! AWS services as the environment describes them: region, credentials and endpoints by the variables of AWS's SDKs.

use std::fmt;
use std::sync::Arc;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Clock, Credentials, Service, configured_endpoint, is_region};
use poolhouse_outbound::http::{Endpoint, Proxies};

use crate::vars::{InitError, Vars};

/// A service that the functions may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    UserPools,
    Ses,
    SecretsManager,
    ParameterStore,
    Tables,
}

impl Kind {
    /// What errors call it.
    const fn label(self) -> &'static str {
        match self {
            Self::UserPools => "the user pool",
            Self::Ses => "SES",
            Self::SecretsManager => "Secrets Manager",
            Self::ParameterStore => "the Parameter Store",
            Self::Tables => "the table of counters",
        }
    }

    /// Its name in signatures.
    const fn signing_name(self) -> &'static str {
        match self {
            Self::UserPools => "cognito-idp",
            Self::Ses => poolhouse_mail::ses::SIGNING_NAME,
            Self::SecretsManager => "secretsmanager",
            Self::ParameterStore => "ssm",
            Self::Tables => "dynamodb",
        }
    }

    /// The first label of its endpoint's host name.
    const fn host(self) -> &'static str {
        match self {
            Self::Ses => "email",
            other => other.signing_name(),
        }
    }

    /// The variable that names another endpoint.
    const fn variable(self) -> &'static str {
        match self {
            Self::UserPools => "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            Self::Ses => "AWS_ENDPOINT_URL_SESV2",
            Self::SecretsManager => "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            Self::ParameterStore => "AWS_ENDPOINT_URL_SSM",
            Self::Tables => "AWS_ENDPOINT_URL_DYNAMODB",
        }
    }
}

/// Who calls AWS from where.
pub(crate) struct Aws<'a> {
    vars: &'a Vars,
    region: String,
    caller: Caller,
}

impl fmt::Debug for Aws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl<'a> Aws<'a> {
    /// `None` without credentials: then no service is called.
    pub(crate) fn from_vars(
        vars: &'a Vars,
        tls: &TlsSource,
        clock: &Clock,
    ) -> Result<Option<Self>, InitError> {
        let (Some(access_key_id), Some(secret)) =
            (vars.get("AWS_ACCESS_KEY_ID"), vars.get("AWS_SECRET_ACCESS_KEY"))
        else {
            return Ok(None);
        };
        let region = vars.get("AWS_REGION").or_else(|| vars.get("AWS_DEFAULT_REGION"));
        let region = region.or_else(|| pool_region(&vars.get("USER_POOL_ID")?));
        let credentials = Credentials::new(access_key_id, secret, vars.get("AWS_SESSION_TOKEN"));
        let proxies = Proxies::from_vars(|name| vars.get(name)).map_err(|error| InitError::Unusable {
            name: error.variable,
            why: "it is not of the form http://host:port or http://user:password@host:port".to_owned(),
        })?;
        Ok(Some(Self {
            vars,
            region: region.ok_or(InitError::Missing {
                name: "AWS_REGION",
                example: "eu-central-1",
            })?,
            caller: Caller {
                credentials: Arc::new(credentials),
                tls: tls.clone(),
                proxies,
                clock: Clock::clone(clock),
            },
        }))
    }

    /// The service, in the caller's region unless another is named.
    pub(crate) fn service(&self, kind: Kind, region: Option<&str>) -> Result<Service, InitError> {
        let region = region.unwrap_or(&self.region).to_owned();
        if !is_region(&region) {
            return Err(no_region());
        }
        Ok(Service {
            label: kind.label(),
            signing_name: kind.signing_name(),
            endpoint: self.endpoint(kind, &region)?,
            region,
            caller: self.caller.clone(),
        })
    }

    /// The endpoint that the SDKs would use, by the same variables in the same order.
    fn endpoint(&self, kind: Kind, region: &str) -> Result<Endpoint, InitError> {
        let configured = configured_endpoint(kind.variable(), |name| self.vars.get(name));
        let configured = configured.map_err(|name| InitError::Unusable {
            name,
            why: "it is not of the form http://host:port or https://host:port".to_owned(),
        })?;
        configured
            .or_else(|| Endpoint::of_service(kind.host(), region))
            .ok_or_else(no_region)
    }
}

fn no_region() -> InitError {
    InitError::Unusable {
        name: "AWS_REGION",
        why: "it is no region's name".to_owned(),
    }
}

/// The region in a pool's id: `eu-central-1_AbCd12345`.
fn pool_region(pool_id: &str) -> Option<String> {
    pool_id.split_once('_').map(|(region, _)| region.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::tls;

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s")];

    fn service(kind: Kind, pairs: &[(&str, &str)]) -> Result<(String, String), String> {
        let pairs: Vec<(String, String)> = KEYS
            .iter()
            .chain(pairs)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let vars = Vars::new(move |name| {
            let found = pairs.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.clone())
        });
        let clock: Clock = Arc::new(|| Duration::ZERO);
        let aws = Aws::from_vars(&vars, &tls(), &clock).map_err(|error| error.to_string())?;
        let service = aws
            .unwrap()
            .service(kind, None)
            .map_err(|error| error.to_string())?;
        Ok((service.region, service.endpoint.authority().to_owned()))
    }

    fn endpoint(kind: Kind, pairs: &[(&str, &str)]) -> String {
        let region = [("AWS_REGION", "eu-central-1")];
        service(kind, &[&region, pairs].concat()).unwrap().1
    }

    #[test]
    fn the_endpoint_is_the_one_the_sdks_would_use() {
        let pool = Kind::UserPools;
        assert_eq!(endpoint(pool, &[]), "cognito-idp.eu-central-1.amazonaws.com");
        let general = ("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        assert_eq!(endpoint(pool, &[general]), "127.0.0.1:1");
        let own = ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:2");
        assert_eq!(endpoint(pool, &[general, own]), "127.0.0.1:2");
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
        assert_eq!(
            endpoint(pool, &[general, own, ignored]),
            "cognito-idp.eu-central-1.amazonaws.com"
        );
        assert_eq!(
            endpoint(Kind::Ses, &[own]),
            "email.eu-central-1.amazonaws.com",
            "another service's endpoint"
        );
        assert_eq!(
            endpoint(Kind::Ses, &[("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:3")]),
            "127.0.0.1:3"
        );
        assert_eq!(
            endpoint(Kind::SecretsManager, &[]),
            "secretsmanager.eu-central-1.amazonaws.com"
        );
        assert_eq!(
            endpoint(Kind::ParameterStore, &[]),
            "ssm.eu-central-1.amazonaws.com"
        );
        assert_eq!(endpoint(Kind::Tables, &[]), "dynamodb.eu-central-1.amazonaws.com");
        let china = service(pool, &[("AWS_REGION", "cn-north-1")]).unwrap();
        assert_eq!(china.1, "cognito-idp.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn a_region_can_come_from_the_pools_id_and_must_be_one() {
        let pool = Kind::UserPools;
        let region = |pairs: &[(&str, &str)]| service(pool, pairs).map(|(region, _)| region);
        assert_eq!(
            region(&[("USER_POOL_ID", "eu-west-3_a")]),
            Ok("eu-west-3".to_owned())
        );
        assert_eq!(
            region(&[]),
            Err("AWS_REGION is not set; it looks like eu-central-1".to_owned())
        );
        assert_eq!(
            region(&[("AWS_REGION", "eu central")]),
            Err("AWS_REGION cannot be used: it is no region's name".to_owned())
        );
    }
}
