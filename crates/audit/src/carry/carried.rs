//! A line on its way.

use poolhouse_pool::base::clock::Millis;
use serde_json::Value;

use crate::reading::Line;
use crate::shown::as_json;

/// One line on its way.
pub(crate) struct Carried {
    /// When it happened.
    pub at: Millis,
    /// Whether it tells of something that was refused or went wrong.
    pub is_notice: bool,
    /// All of it.
    pub json: Value,
}

impl Carried {
    pub(crate) fn of(line: &Line) -> Carried {
        Carried {
            at: line.at(),
            is_notice: match line {
                Line::Entry(_, entry) => !matches!(entry.outcome.as_str(), "done" | "tokens"),
                Line::Refused { .. } => true,
            },
            json: as_json(line),
        }
    }
}
