//! `AuthParameters` and `ChallengeResponses`: free maps whose keys the flows name.

use std::collections::BTreeMap;

use crate::base::error::ApiError;

/// The map of a request, with the service's sentence for what is missing. Unknown keys are ignored, as clients leave
/// keys of earlier steps in.
#[derive(Clone, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// The map as the request carried it.
    pub fn new(map: Option<BTreeMap<String, String>>) -> Parameters {
        Parameters(map.unwrap_or_default())
    }

    /// Whether the request carried nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A key's value, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A key that the flow needs; an empty value counts as missing.
    ///
    /// # Errors
    /// `InvalidParameterException` `Missing required parameter NAME`
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::missing_parameter(name))
    }

    /// All keys that start with `prefix`, without it.
    pub fn prefixed<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}
