//! A setting that cannot be used.

use std::fmt;

/// A setting that cannot be used: its environment variable, what is wrong with it, what to do. The value of a secret
/// is never quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    variable: &'static str,
    problem: String,
    remedy: String,
}

impl SettingsError {
    pub(crate) fn new(variable: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The environment variable that sets it.
    #[must_use]
    pub const fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.variable, self.problem, self.remedy)
    }
}

impl std::error::Error for SettingsError {}
