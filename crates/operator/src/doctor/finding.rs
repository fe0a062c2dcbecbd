//! Rules and what they find.

use super::facts::Facts;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Sign-in does not work, or works without a code.
    Error,
    /// It works, and will hurt.
    Warning,
    /// Good to know. It does not count in the exit code.
    Note,
}

impl Severity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that can be wrong.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// Its name, which does not change from version to version.
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    /// What it is, in general.
    pub(crate) title: &'static str,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// What to do.
    pub(crate) fix: &'static str,
    /// Whether `--fix` does it.
    pub(crate) fixable: bool,
    /// Finds it.
    pub(crate) check: fn(&Facts) -> Vec<Hit>,
}

/// Where a rule found something, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// `user pool`, `app client web (…)`, `function 2faCreate`, …
    pub(crate) subject: String,
    /// What was found there.
    pub(crate) what: String,
}

impl Hit {
    pub(crate) fn new(subject: impl Into<String>, what: impl Into<String>) -> Hit {
        Hit {
            subject: subject.into(),
            what: what.into(),
        }
    }

    /// Something about the pool itself.
    pub(crate) fn pool(what: impl Into<String>) -> Hit {
        Hit::new("user pool", what)
    }
}
