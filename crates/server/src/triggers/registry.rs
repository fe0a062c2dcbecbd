//! Which place serves which function.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_confirm as confirm;
use poolhouse_triggers::Invoker;

use super::function_name;

/// The functions that this server can run.
pub struct Functions {
    confirm: confirm::Settings,
    mapped: BTreeMap<String, Arc<Invoker>>,
}

impl Functions {
    /// The confirm-code functions in process under these settings, and `mapped` functions by ARN or name.
    pub fn new(confirm: confirm::Settings, mapped: BTreeMap<String, Arc<Invoker>>) -> Functions {
        Functions { confirm, mapped }
    }

    /// The settings of the functions in process.
    pub fn confirm(&self) -> &confirm::Settings {
        &self.confirm
    }

    /// The place that the configuration maps this function to: by its whole ARN, or else by its name.
    pub fn find(&self, arn: &str) -> Option<&Arc<Invoker>> {
        self.mapped.get(arn).or_else(|| self.mapped.get(function_name(arn)))
    }

    /// Every mapped function, for start-up and shutdown.
    pub fn mapped(&self) -> impl Iterator<Item = (&str, &Arc<Invoker>)> {
        self.mapped.iter().map(|(name, invoker)| (name.as_str(), invoker))
    }
}
