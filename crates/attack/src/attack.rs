//! What an attack is, and what it measures. A fault is made and measured likewise.

use std::error::Error;
use std::fmt::Display;
use std::path::PathBuf;
use std::pin::Pin;

use crate::seed::Seeded;

/// What keeps an attack from being made ends the run: it is no figure.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// An attack under way.
pub type Running = Pin<Box<dyn Future<Output = Outcome<Vec<Figure>>> + Send>>;

/// One attack.
pub struct Attack {
    /// `F-20`
    pub id: &'static str,
    /// What it tries, in a few words.
    pub about: &'static str,
    /// When it is made.
    pub when: When,
    /// Tests of every run that try the same at a smaller scale, or the part of it that needs no server.
    pub tests: &'static [&'static str],
    /// Makes it.
    pub run: fn(Arena) -> Running,
}

/// When an attack is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In every run of the attacks.
    Always,
    /// By this name alone: it wants a quiet machine, or takes minutes.
    Named(&'static str),
}

/// Where attacks find what they need.
#[derive(Clone)]
pub struct Arena {
    /// The folder of the server's programs.
    pub programs: PathBuf,
    /// An empty folder of this attack's own.
    pub home: PathBuf,
    /// The folder of PostgreSQL's programs, where there is one.
    pub postgres: Option<PathBuf>,
    /// What the attack's choices begin with.
    pub seed: u64,
    /// How often something is killed, where that was said.
    pub kills: Option<usize>,
}

impl Arena {
    /// The attack's own randomness: the same in every run with this seed.
    pub fn random(&self) -> Seeded {
        Seeded::new(self.seed)
    }
}

/// One number of an attack.
pub struct Figure {
    /// What was counted or measured.
    pub what: String,
    /// The number, with its unit.
    pub value: String,
    /// What it may be.
    pub limit: String,
    /// Whether it is within the limit.
    pub holds: bool,
}

impl Figure {
    /// A number that must be exactly this one.
    pub fn exactly<T: Display + PartialEq>(what: impl Into<String>, value: T, expected: T) -> Figure {
        Figure {
            what: what.into(),
            holds: value == expected,
            value: value.to_string(),
            limit: expected.to_string(),
        }
    }

    /// A number that must not be larger than this one.
    pub fn at_most<T: Display + PartialOrd>(what: impl Into<String>, value: T, most: T) -> Figure {
        Figure {
            what: what.into(),
            holds: value <= most,
            value: value.to_string(),
            limit: format!("≤ {most}"),
        }
    }

    /// A measured number that must not be larger than this one, to two decimals.
    pub fn measured(what: impl Into<String>, value: f64, most: f64, unit: &str) -> Figure {
        Figure {
            what: what.into(),
            holds: value <= most,
            value: format!("{value:.2}{unit}"),
            limit: format!("≤ {most}{unit}"),
        }
    }

    /// A number that must lie between these two, to three decimals.
    pub fn between(what: impl Into<String>, value: f64, (least, most): (f64, f64)) -> Figure {
        Figure {
            what: what.into(),
            holds: (least..=most).contains(&value),
            value: format!("{value:.3}"),
            limit: format!("{least} to {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_outside_of_its_limit_does_not_hold() {
        assert!(Figure::exactly("tokens", 0, 0).holds);
        assert!(!Figure::exactly("tokens", 1, 0).holds);
        assert!(Figure::at_most("guesses", 3, 3).holds);
        assert!(!Figure::at_most("guesses", 4, 3).holds);
        assert!(!Figure::measured("p99", 2.01, 2.0, "×").holds);
        assert!(!Figure::measured("p99", f64::NAN, 2.0, "×").holds);
        assert!(Figure::between("AUC", 0.5, (0.48, 0.52)).holds);
        assert!(!Figure::between("AUC", 0.53, (0.48, 0.52)).holds);
        assert!(!Figure::between("AUC", f64::NAN, (0.48, 0.52)).holds);
    }
}
