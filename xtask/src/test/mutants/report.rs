//! The list in `docs/reference/mutants.md`: survivors that are explained, and the scores that were measured.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use super::mutant::{Judged, Name, Verdict};
use crate::system::process;
use crate::test::tally::Tally;
use crate::{Outcome, console, root};

const LIST: &str = "docs/reference/mutants.md";
/// What follows this line in the list is written by `--write`.
const MEASURED: &str = "## Measured\n";
/// The parts whose scores are asked for, by how their files begin.
const GROUPS: [&str; 4] = [
    "crates/confirm/",
    "crates/pool/src/auth/",
    "crates/pool/src/users/",
    "crates/store/",
];

/// How many of a file's mutants came to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Score {
    unviable: u64,
    caught: u64,
    timed_out: u64,
    missed: u64,
    untried: u64,
    date: String,
}

/// Prints the score and what is to be done about it. A mutant that was caught or is explained is a test that passed.
///
/// # Errors
/// If the list cannot be read.
pub fn judge(judged: &[Judged], whole: bool) -> Outcome<Tally> {
    let explained = explained(&fs::read_to_string(root::path(LIST))?);
    let missed: Vec<&Judged> = judged
        .iter()
        .filter(|one| one.verdict == Verdict::Missed)
        .collect();
    let unexplained: Vec<_> = missed
        .iter()
        .filter(|one| !explained.contains(&one.name))
        .collect();
    let stale = if whole {
        stale(judged, &explained)
    } else {
        Vec::new()
    };
    for one in &unexplained {
        console::say(format!("survived: {}", one.full))?;
    }
    for Name { file, what } in &stale {
        console::say(format!("explained in {LIST}, but caught or gone: {file}: {what}"))?;
    }
    for (group, score) in totals(&scores(judged, "")) {
        console::say(format!("{group}: {}", score.in_words()))?;
    }
    let caught = judged
        .iter()
        .filter(|one| matches!(one.verdict, Verdict::Caught | Verdict::TimedOut));
    let known = missed.len() - unexplained.len();
    Ok(Tally {
        passed: (caught.count() + known) as u64,
        failed: (unexplained.len() + stale.len()) as u64,
    })
}

/// Writes the scores of these files into the list. Those of other files stay.
///
/// # Errors
/// If the list cannot be read or written.
pub fn write(judged: &[Judged]) -> Outcome {
    let date = process::capture(Command::new("date").arg("+%F"))?;
    let text = fs::read_to_string(root::path(LIST))?;
    let (before, measured) = text.split_once(MEASURED).ok_or("the list has no measurements")?;
    let mut all: BTreeMap<String, Score> = measured.lines().filter_map(Score::read).collect();
    all.retain(|file, _| root::path(file).exists());
    all.extend(scores(judged, date.trim()));
    Ok(fs::write(
        root::path(LIST),
        format!("{before}{MEASURED}\n{}", table(&all)),
    )?)
}

fn table(scores: &BTreeMap<String, Score>) -> String {
    let mut lines = vec![
        "| part or file | do not compile | viable | caught | of these by the time limit | survive | not tried | score | date |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for (group, total) in totals(scores) {
        lines.push(total.row(&format!("**{group}**")));
        let files = scores.iter().filter(|(file, _)| file.starts_with(group));
        lines.extend(files.map(|(file, score)| score.row(&format!("`{file}`"))));
    }
    lines.join("\n") + "\n"
}

fn scores(judged: &[Judged], date: &str) -> BTreeMap<String, Score> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for one in judged {
        let score = scores.entry(one.name.file.clone()).or_default();
        score.date = date.to_owned();
        match one.verdict {
            Verdict::Unviable => score.unviable += 1,
            Verdict::Caught => score.caught += 1,
            Verdict::TimedOut => score.timed_out += 1,
            Verdict::Missed => score.missed += 1,
            Verdict::Untried => score.untried += 1,
        }
    }
    scores
}

fn totals(scores: &BTreeMap<String, Score>) -> Vec<(&'static str, Score)> {
    let total = |group: &'static str| {
        let mut total = Score::default();
        for score in scores
            .iter()
            .filter(|(file, _)| file.starts_with(group))
            .map(|(_, score)| score)
        {
            total.unviable += score.unviable;
            total.caught += score.caught;
            total.timed_out += score.timed_out;
            total.missed += score.missed;
            total.untried += score.untried;
        }
        (group, total)
    };
    GROUPS
        .map(total)
        .into_iter()
        .filter(|(_, total)| *total != Score::default())
        .collect()
}

impl Score {
    fn viable(&self) -> u64 {
        self.caught + self.timed_out + self.missed + self.untried
    }

    /// In percent. What was not tried counts as if nobody noticed it.
    fn value(&self) -> f64 {
        let noticed = self.caught + self.timed_out;
        noticed as f64 * 100.0 / self.viable().max(1) as f64
    }

    fn in_words(&self) -> String {
        let (noticed, viable) = (self.caught + self.timed_out, self.viable());
        format!(
            "score {:.1} % ({noticed} of {viable} viable mutants caught, {} do not compile)",
            self.value(),
            self.unviable
        )
    }

    fn row(&self, name: &str) -> String {
        let (noticed, viable) = (self.caught + self.timed_out, self.viable());
        let score = if viable == 0 {
            "–".to_owned()
        } else {
            format!("{:.1} %", self.value())
        };
        let Score {
            unviable,
            timed_out,
            missed,
            untried,
            date,
            ..
        } = self;
        format!(
            "| {name} | {unviable} | {viable} | {noticed} | {timed_out} | {missed} | {untried} | {score} | {date} |"
        )
    }

    /// Reads the row of a file.
    fn read(row: &str) -> Option<(String, Score)> {
        let (file, numbers) = row.strip_prefix("| `")?.split_once("` | ")?;
        let mut cells = numbers.trim_end_matches(" |").split(" | ");
        let mut number = || cells.next()?.parse::<u64>().ok();
        let (unviable, _, noticed, timed_out) = (number()?, number()?, number()?, number()?);
        let (missed, untried) = (number()?, number()?);
        let score = Score {
            unviable,
            caught: noticed.checked_sub(timed_out)?,
            timed_out,
            missed,
            untried,
            date: cells.nth(1)?.to_owned(),
        };
        Some((file.to_owned(), score))
    }
}

/// The rows `` | `FILE` | `MUTATION` | why | `` of the list.
fn explained(list: &str) -> BTreeSet<Name> {
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let mut cells = row.split("` | `");
        let file = cells.next()?.to_owned();
        let (what, why) = cells.next()?.split_once("` | ")?;
        // A bar ends a cell unless it is marked.
        let what = what.replace("\\|", "|");
        let has_reason = why.chars().any(char::is_alphabetic);
        has_reason.then_some(Name { file, what })
    })
    .collect()
}

/// Explanations without a survivor. A mutation may be made at several places of one function, so one that is caught at
/// one may survive at another; and only a whole run can say that one is gone.
fn stale<'a>(judged: &[Judged], explained: &'a BTreeSet<Name>) -> Vec<&'a Name> {
    let files: BTreeSet<&str> = judged.iter().map(|one| one.name.file.as_str()).collect();
    let missed: BTreeSet<&Name> = judged
        .iter()
        .filter(|one| one.verdict == Verdict::Missed)
        .map(|one| &one.name)
        .collect();
    explained
        .iter()
        .filter(|name| files.contains(name.file.as_str()) && !missed.contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(file: &str, what: &str) -> Name {
        Name {
            file: file.to_owned(),
            what: what.to_owned(),
        }
    }

    fn judged(file: &str, what: &str, verdict: Verdict) -> Judged {
        Judged {
            name: name(file, what),
            full: String::new(),
            verdict,
            by: None,
        }
    }

    #[test]
    fn survivors_need_a_reason_and_reasons_need_a_survivor() {
        let list = "| file | mutation | why |\n|---|---|---|\n| `a.rs` | `replace \\| with &` | Same. |\n\
                    | `a.rs` | `replace + with -` |  |\n| `b.rs` | `delete !` | Elsewhere. |\n";
        let explained = explained(list);
        assert_eq!(
            explained,
            BTreeSet::from([name("a.rs", "replace | with &"), name("b.rs", "delete !")])
        );
        let run = |what| {
            [
                judged("a.rs", "delete -", Verdict::Caught),
                judged("a.rs", what, Verdict::Missed),
            ]
        };
        assert_eq!(stale(&run("replace | with &"), &explained), [] as [&Name; 0]);
        assert_eq!(
            stale(&run("delete -"), &explained),
            [&name("a.rs", "replace | with &")]
        );
    }

    #[test]
    fn scores_are_written_as_they_are_read_with_a_total_for_each_part() {
        let verdicts = [
            Verdict::Caught,
            Verdict::TimedOut,
            Verdict::Missed,
            Verdict::Untried,
            Verdict::Unviable,
        ];
        let scores = scores(
            &verdicts.map(|verdict| judged("crates/store/src/a.rs", "", verdict)),
            "2026-01-02",
        );
        let table = table(&scores);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| **crates/store/** | 1 | 4 | 2 | 1 | 1 | 1 | 50.0 % |  |",
                "| `crates/store/src/a.rs` | 1 | 4 | 2 | 1 | 1 | 1 | 50.0 % | 2026-01-02 |"
            ]
        );
        assert_eq!(
            table.lines().filter_map(Score::read).collect::<BTreeMap<_, _>>(),
            scores
        );
    }
}
