//! Where each service is called: its address on AWS, or the one that a flag, a variable or a profile names.

use std::error::Error;
use std::fmt;

use poolhouse_credentials::{Env, ProfileEndpoints};
use poolhouse_outbound::aws::{configured_endpoint, is_region};
use poolhouse_outbound::http::Endpoint;

use super::service::Service;

/// Whether AWS answers there, private endpoints included.
fn is_aws(endpoint: &Endpoint) -> bool {
    SUFFIXES.iter().any(|suffix| endpoint.host().ends_with(suffix))
}

/// The variable that sets all others and the profile's addresses aside.
const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
/// The services beside the user pools.
const OTHERS: [Service; 7] = [
    Service::Functions,
    Service::Mail,
    Service::Tokens,
    Service::Logs,
    Service::Secrets,
    Service::Parameters,
    Service::Tables,
];
/// How the names of AWS's hosts end.
const SUFFIXES: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// The addresses of all services for one run.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    region: String,
    user_pools: Endpoint,
    others: Vec<(Service, Endpoint)>,
}

impl Endpoints {
    /// Takes, for each service, the first of: the flag (user pools only), the service's variable, `AWS_ENDPOINT_URL`, the
    /// profile's entry for the service, the profile's entry for all, the service's address on AWS. This is the order of
    /// AWS's own tools.
    ///
    /// A pool that lies elsewhere has no Lambda, SES or STS on AWS around it. Then only what was named is called: the
    /// credentials of a pool at home are nobody's on AWS.
    ///
    /// # Errors
    /// An address that is not of the form `http://host:port`, or a region that is no region's name.
    pub(crate) fn resolve(
        region: &str,
        flag: Option<&str>,
        env: &Env,
        profile: &ProfileEndpoints,
    ) -> Result<Endpoints, EndpointError> {
        if !is_region(region) {
            return Err(EndpointError::Region(region.to_owned()));
        }
        let named = match flag {
            Some(url) => Some(parse("--endpoint-url", url)?),
            None => configured(Service::UserPools, env, profile)?,
        };
        let user_pools = match named {
            Some(named) => named,
            None => on_aws(Service::UserPools, region)?,
        };
        let mut others = Vec::new();
        for service in OTHERS {
            match configured(service, env, profile)? {
                Some(endpoint) => others.push((service, endpoint)),
                None if is_aws(&user_pools) => others.push((service, on_aws(service, region)?)),
                None => {}
            }
        }
        Ok(Endpoints {
            region: region.to_owned(),
            user_pools,
            others,
        })
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Where the service is; `None` if there is none around this pool.
    pub(crate) fn of(&self, service: Service) -> Option<&Endpoint> {
        match service {
            Service::UserPools => Some(&self.user_pools),
            other => self
                .others
                .iter()
                .find(|(service, _)| *service == other)
                .map(|(_, endpoint)| endpoint),
        }
    }

    /// Where the pool is.
    pub(crate) fn user_pools(&self) -> &Endpoint {
        &self.user_pools
    }

    /// Whether the pool is AWS's own.
    pub(crate) fn is_aws(&self) -> bool {
        is_aws(&self.user_pools)
    }
}

/// The address of a service on AWS.
fn on_aws(service: Service, region: &str) -> Result<Endpoint, EndpointError> {
    Endpoint::of_service(service.host(), region).ok_or_else(|| EndpointError::Region(region.to_owned()))
}

fn configured(
    service: Service,
    env: &Env,
    profile: &ProfileEndpoints,
) -> Result<Option<Endpoint>, EndpointError> {
    let unusable = |source: &str| EndpointError::Form {
        source: source.to_owned(),
    };
    if let Some(endpoint) = configured_endpoint(service.variable(), |name| env.get(name)).map_err(unusable)? {
        return Ok(Some(endpoint));
    }
    match profile.of(service.profile_key()).filter(|_| !env.is_true(IGNORE)) {
        Some(url) => parse("the profile's endpoint_url", url).map(Some),
        None => Ok(None),
    }
}

fn parse(source: &str, url: &str) -> Result<Endpoint, EndpointError> {
    Endpoint::parse(url).ok_or_else(|| EndpointError::Form {
        source: source.to_owned(),
    })
}

/// Why an address cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EndpointError {
    /// It is not scheme, host and port.
    Form {
        /// The flag, variable or entry it comes from.
        source: String,
    },
    /// There can be no such region.
    Region(String),
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndpointError::Form { source } => {
                write!(
                    f,
                    "{source} is not of the form http://host:port or https://host:port"
                )
            }
            EndpointError::Region(region) => {
                write!(
                    f,
                    "{region:?} is no region's name; pass --region, for example --region eu-central-1"
                )
            }
        }
    }
}

impl Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoints: &Endpoints, service: Service) -> Option<String> {
        endpoints.of(service).map(Endpoint::to_string)
    }

    fn resolve(flag: Option<&str>, pairs: &[(&str, &str)], profile: &ProfileEndpoints) -> Endpoints {
        Endpoints::resolve("eu-central-1", flag, &Env::of(pairs), profile).unwrap()
    }

    #[test]
    fn without_settings_every_service_is_on_aws() {
        let endpoints = resolve(None, &[], &ProfileEndpoints::default());
        let hosts = [
            Service::UserPools,
            Service::Functions,
            Service::Mail,
            Service::Tokens,
            Service::Logs,
        ]
        .map(|service| url(&endpoints, service).unwrap());
        assert_eq!(
            hosts,
            ["cognito-idp", "lambda", "email", "sts", "logs"]
                .map(|name| format!("https://{name}.eu-central-1.amazonaws.com"))
        );
        assert!(endpoints.is_aws());
        let china = on_aws(Service::UserPools, "cn-north-1").unwrap();
        assert_eq!(
            china.to_string(),
            "https://cognito-idp.cn-north-1.amazonaws.com.cn"
        );
    }

    #[test]
    fn a_pool_elsewhere_has_only_the_services_that_were_named() {
        let endpoints = resolve(Some("http://127.0.0.1:9229"), &[], &ProfileEndpoints::default());
        assert_eq!(
            url(&endpoints, Service::UserPools).as_deref(),
            Some("http://127.0.0.1:9229")
        );
        assert_eq!(url(&endpoints, Service::Functions), None);
        assert!(!endpoints.is_aws());
        let pairs = [("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1")];
        let endpoints = resolve(
            Some("http://127.0.0.1:9229"),
            &pairs,
            &ProfileEndpoints::default(),
        );
        assert_eq!(
            url(&endpoints, Service::Functions).as_deref(),
            Some("http://127.0.0.1:1")
        );
        assert_eq!(url(&endpoints, Service::Mail), None);
    }

    #[test]
    fn the_order_of_the_sources_is_that_of_the_sdks() {
        let profile = ProfileEndpoints {
            all: Some("http://127.0.0.1:4".to_owned()),
            services: vec![("lambda".to_owned(), "http://127.0.0.1:3".to_owned())],
        };
        let at =
            |flag, pairs: &[_], service| url(&resolve(flag, pairs, &profile), service).unwrap_or_default();
        let general = ("AWS_ENDPOINT_URL", "http://127.0.0.1:2");
        let own = ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:1");
        assert_eq!(
            at(Some("http://127.0.0.1:9"), &[general, own], Service::UserPools),
            "http://127.0.0.1:9"
        );
        assert_eq!(
            at(None, &[general, own], Service::UserPools),
            "http://127.0.0.1:1"
        );
        assert_eq!(at(None, &[general], Service::Functions), "http://127.0.0.1:2");
        assert_eq!(at(None, &[], Service::Functions), "http://127.0.0.1:3");
        assert_eq!(at(None, &[], Service::Tokens), "http://127.0.0.1:4");
        let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True");
        assert_eq!(
            at(None, &[general, own, ignored], Service::UserPools),
            "https://cognito-idp.eu-central-1.amazonaws.com"
        );
    }

    #[test]
    fn a_private_endpoint_of_aws_is_aws() {
        let private = "https://vpce-0a.cognito-idp.eu-central-1.vpce.amazonaws.com";
        let endpoints = resolve(Some(private), &[], &ProfileEndpoints::default());
        assert!(endpoints.is_aws());
        assert!(endpoints.of(Service::Functions).is_some());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let none = ProfileEndpoints::default();
        let error = |region, flag, pairs: &[_]| {
            Endpoints::resolve(region, flag, &Env::of(pairs), &none)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error("eu-central-1", Some("localhost:9229"), &[]),
            "--endpoint-url is not of the form http://host:port or https://host:port"
        );
        assert_eq!(
            error("eu-central-1", None, &[("AWS_ENDPOINT_URL_STS", "http://a/b")]),
            "AWS_ENDPOINT_URL_STS is not of the form http://host:port or https://host:port"
        );
        assert_eq!(
            error("evil.example/", None, &[]),
            "\"evil.example/\" is no region's name; pass --region, for example --region eu-central-1"
        );
    }
}
