//! A domain of the hosted pages.
//!
//! A domain is looked up by its name alone, before a pool is known. A pool has at most one of each kind, which the row below the
//! pool keeps so: it refers to the domain by name, and a pool is not deleted while it is there.

use poolhouse_api::shapes::{CustomDomainConfigType, SecurityPolicyType};
use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use super::reference::Reference;
use crate::base::clock::Millis;

/// A domain as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRecord {
    /// The prefix alone, or the whole name of a custom domain. Never changes.
    pub domain: String,
    /// The pool that it leads to.
    pub pool_id: String,
    /// What a custom domain has beside its name; a prefix has none of it.
    pub custom: Option<CustomDomain>,
    /// 1 for the classic pages, 2 for managed login.
    pub managed_login_version: i64,
    /// When it was last changed, as `Version` says it: `20261128231500`.
    pub version: String,
    /// The name that stands for AWS's distribution.
    pub cloud_front: String,
    /// When it was created.
    pub created: Millis,
}

/// What a custom domain has beside its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDomain {
    /// `CertificateArn`
    pub certificate_arn: String,
    /// `SecurityPolicy`
    pub security_policy: Option<SecurityPolicyType>,
}

impl From<CustomDomainConfigType> for CustomDomain {
    fn from(config: CustomDomainConfigType) -> CustomDomain {
        CustomDomain {
            certificate_arn: config.certificate_arn,
            security_policy: config.security_policy,
        }
    }
}

impl CustomDomain {
    /// The same as the API describes it.
    pub fn described(&self) -> CustomDomainConfigType {
        CustomDomainConfigType {
            certificate_arn: self.certificate_arn.clone(),
            security_policy: self.security_policy,
        }
    }

    fn from_json(custom: &Value) -> Option<CustomDomain> {
        let security_policy = match custom.get("policy") {
            None | Some(Value::Null) => None,
            Some(policy) => Some(SecurityPolicyType::parse(policy.as_str()?)?),
        };
        Some(CustomDomain {
            certificate_arn: text(custom, "certificate")?,
            security_policy,
        })
    }
}

impl DomainRecord {
    /// Where a domain lies.
    pub fn key(domain: &str) -> Key<DomainRecord> {
        Key::listed(Directory::Domain, domain)
    }

    /// Where the domain of a pool is noted: its custom one, or its prefix.
    pub fn of_pool(pool_id: &str, custom: bool) -> Key<Reference> {
        Key::of_pool(pool_id, if custom { "custom-domain" } else { "domain" })
    }

    /// Where this domain is noted below its pool.
    pub fn noted(&self) -> Key<Reference> {
        DomainRecord::of_pool(&self.pool_id, self.custom.is_some())
    }
}

impl Document for DomainRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "domain": self.domain,
            "pool": self.pool_id,
            "managedLogin": self.managed_login_version,
            "version": self.version,
            "cloudFront": self.cloud_front,
            "created": self.created.0,
        });
        if let Some(custom) = &self.custom {
            let policy = custom.security_policy.map(|policy| policy.as_str());
            document["custom"] = json!({ "certificate": custom.certificate_arn, "policy": policy });
        }
        document
    }

    fn from_document(document: &Value) -> Option<DomainRecord> {
        let custom = match document.get("custom") {
            None => None,
            Some(custom) => Some(CustomDomain::from_json(custom)?),
        };
        Some(DomainRecord {
            domain: text(document, "domain")?,
            pool_id: text(document, "pool")?,
            custom,
            managed_login_version: integer(document, "managedLogin")?,
            version: text(document, "version")?,
            cloud_front: text(document, "cloudFront")?,
            created: Millis(integer(document, "created")?),
        })
    }
}
