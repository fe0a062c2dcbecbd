//! A pool's or app client's risk configuration: in its own row, which every sign-in reads anyway.

use std::net::IpAddr;

use poolhouse_api::{Shape, shapes::RiskConfigurationType};
use serde_json::Value;

use crate::base::ip_range::IpRange;

/// A risk configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// As it was set, without the ids.
    pub configuration: RiskConfigurationType,
    blocked: Vec<IpRange>,
}

/// A text that is no range of IP addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRange(pub String);

impl Risk {
    /// The configuration as it was set.
    ///
    /// # Errors
    /// If one of its ranges is none.
    pub fn new(configuration: RiskConfigurationType) -> Result<Risk, NoRange> {
        let exceptions = configuration.risk_exception_configuration.as_ref();
        let read = |list: Option<&Vec<String>>| -> Result<Vec<IpRange>, NoRange> {
            let ranges = list.into_iter().flatten();
            ranges
                .map(|text| IpRange::parse(text).ok_or_else(|| NoRange(text.clone())))
                .collect()
        };
        read(exceptions.and_then(|exceptions| exceptions.skipped_ip_range_list.as_ref()))?;
        let blocked = read(exceptions.and_then(|exceptions| exceptions.blocked_ip_range_list.as_ref()))?;
        Ok(Risk {
            configuration,
            blocked,
        })
    }

    /// Whether nobody signs in from this address. One that is not known may be any.
    pub fn blocks(&self, address: Option<IpAddr>) -> bool {
        match address {
            Some(address) => self.blocked.iter().any(|range| range.contains(address)),
            None => !self.blocked.is_empty(),
        }
    }

    /// The member of the document that holds it.
    pub fn to_member(&self) -> Value {
        self.configuration.to_json()
    }

    /// What a document holds; `None` if that cannot be read.
    pub fn from_member(member: Option<&Value>) -> Option<Option<Risk>> {
        let Some(member) = member else { return Some(None) };
        let configuration = RiskConfigurationType::from_json(member).ok()?;
        Some(Some(Risk::new(configuration).ok()?))
    }
}
