//! Showing a plan, asking, and doing it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use super::apply::{ApplyError, Surroundings, apply};
use super::plan::Plan;
use super::snapshot::{Snapshot, SnapshotError};
use crate::console::{Console, Reply};

/// Whether a plan may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Ask.
    Ask,
    /// It was given beforehand.
    Given,
    /// Only show the plan.
    DryRun,
}

/// Why a change did not come about, or not as planned.
#[derive(Debug)]
pub(crate) enum ChangeError {
    /// The operator was asked and said no.
    Declined,
    /// Nobody could be asked.
    NobodyToAsk,
    /// There would have been no way back.
    Snapshot(SnapshotError),
    /// It was begun.
    Apply {
        source: ApplyError,
        /// The way back.
        snapshot: PathBuf,
    },
}

/// Shows the plan; with consent, writes the snapshot to `path` and applies the plan. `now` is in seconds since 1970. Returns
/// whether anything was changed.
///
/// # Errors
/// See [`ChangeError`]. Nothing was changed unless it is [`ChangeError::Apply`].
pub(crate) async fn carry_out(
    console: &mut dyn Console,
    to: Surroundings<'_>,
    plan: &Plan,
    command: &str,
    consent: Consent,
    path: &Path,
    now: u64,
) -> Result<bool, ChangeError> {
    if plan.is_empty() {
        notes(console, plan);
        console.say("Nothing to do: everything is as it shall be.");
        return Ok(false);
    }
    for line in plan.lines() {
        console.say(&line);
    }
    notes(console, plan);
    match consent {
        Consent::DryRun => {
            console.say("Dry run: nothing was changed.");
            return Ok(false);
        }
        Consent::Ask => {
            let doubts = plan.doubts.iter().map(String::as_str);
            for question in doubts.chain(["Change this?"]) {
                match console.ask(question) {
                    Reply::Yes => {}
                    Reply::No => return Err(ChangeError::Declined),
                    Reply::Nobody => return Err(ChangeError::NobodyToAsk),
                }
            }
        }
        Consent::Given => {}
    }
    let endpoint = to.aws.endpoints.user_pools().to_string();
    let region = to.aws.endpoints.region().to_owned();
    let snapshot = Snapshot::before(plan, command, endpoint, region, now);
    snapshot.write(path).map_err(ChangeError::Snapshot)?;
    console.say(&format!("Snapshot: {}", path.display()));
    match apply(to, plan).await {
        Ok(()) => {
            console.say("Done, and verified: nothing else has changed.");
            Ok(true)
        }
        Err(source) => Err(ChangeError::Apply {
            source,
            snapshot: path.to_owned(),
        }),
    }
}

fn notes(console: &mut dyn Console, plan: &Plan) {
    for doubt in &plan.doubts {
        console.say(&format!("careful: {doubt}"));
    }
    for note in &plan.notes {
        console.say(&format!("note: {note}"));
    }
    let unknown = plan.unknown_members();
    if !unknown.is_empty() {
        console.say(&format!(
            "note: this version does not know {}; what was read is sent back as it came",
            unknown.join(", ")
        ));
    }
}

impl ChangeError {
    /// What to do next.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            ChangeError::Declined | ChangeError::Snapshot(_) => None,
            ChangeError::NobodyToAsk => {
                Some("Pass --yes to agree to the plan, or --dry-run to see it only.".to_owned())
            }
            ChangeError::Apply { source, snapshot } if source.may_have_changed() => {
                let back = format!("To go back: poolhouse rollback {}", snapshot.display());
                Some(
                    source
                        .advice()
                        .map_or(back.clone(), |advice| format!("{advice}\n{back}")),
                )
            }
            ChangeError::Apply { source, .. } => source.advice(),
        }
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Declined => f.write_str("nothing was changed"),
            ChangeError::NobodyToAsk => f.write_str("nobody is there to ask, so nothing was changed"),
            ChangeError::Snapshot(error) => error.fmt(f),
            ChangeError::Apply { source, .. } => source.fmt(f),
        }
    }
}

impl Error for ChangeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ChangeError::Declined | ChangeError::NobodyToAsk => None,
            ChangeError::Snapshot(error) => error.source(),
            ChangeError::Apply { source, .. } => source.source(),
        }
    }
}
