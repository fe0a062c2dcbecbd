//! The environment, and why a function cannot be made of it.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use poolhouse_confirm::{Settings, SettingsError};

use crate::spelling;

/// The environment: a function that looks a variable up, and the names that are there. An empty value counts as none.
pub struct Vars {
    lookup: Box<Lookup>,
    names: Vec<String>,
}

type Lookup = dyn Fn(&str) -> Option<String>;

impl Vars {
    /// Variables as `lookup` gives them.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self {
            lookup: Box::new(lookup),
            names: Vec::new(),
        }
    }

    /// The same with the names of all variables there are, so that a misspelt one can be told.
    #[must_use]
    pub fn named(self, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            names: names.into_iter().collect(),
            ..self
        }
    }

    /// The value of a variable without the white space around it.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The same with these values in place of their variables' own.
    pub(crate) fn with(self, values: HashMap<&'static str, String>) -> Self {
        let (lookup, names) = (self.lookup, self.names);
        Self::new(move |name| values.get(name).cloned().or_else(|| lookup(name))).named(names)
    }

    /// The settings of the flow.
    ///
    /// # Errors
    /// A variable that cannot be used, or whose name nearly is that of another one.
    pub(crate) fn confirm(&self) -> Result<Settings, InitError> {
        let misspelt = self.names.iter().find_map(|name| {
            let meant = spelling::meant_by(name)?;
            Some((name.clone(), meant))
        });
        if let Some((name, meant)) = misspelt {
            return Err(InitError::Misspelt { name, meant });
        }
        Settings::from_vars(|name| self.get(name)).map_err(InitError::Confirm)
    }

    pub(crate) fn required(&self, name: &'static str, example: &'static str) -> Result<String, InitError> {
        self.get(name).ok_or(InitError::Missing { name, example })
    }
}

impl fmt::Debug for Vars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vars")
    }
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
    /// A variable that nothing reads, and the one that its name nearly is.
    Misspelt {
        /// The variable.
        name: String,
        /// The one that was meant.
        meant: &'static str,
    },
    /// A setting of the confirm-code flow.
    Confirm(SettingsError),
}

impl InitError {
    pub(crate) fn unusable(name: &'static str, error: &dyn Error) -> Self {
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
            Self::Misspelt { name, meant } => {
                write!(
                    f,
                    "{name} is not a setting of the functions: is it meant to be {meant}?"
                )
            }
            Self::Confirm(error) => error.fmt(f),
        }
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Its words are this error's own.
            Self::Confirm(error) => error.source(),
            Self::Missing { .. } | Self::Unusable { .. } | Self::Misspelt { .. } => None,
        }
    }
}
