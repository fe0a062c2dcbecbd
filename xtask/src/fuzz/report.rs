//! The figures of a run, for the screen and for `docs/reference/fuzz.md`.

use std::fs;

use super::Ended;
use crate::{Outcome, root};

const LIST: &str = "docs/reference/fuzz.md";
/// What the first row of the figures begins with.
const HEADING: &str = "| target | seconds | inputs |";

/// A row for each target.
pub fn table(ended: &[Ended]) -> String {
    let rows = ended.iter().map(|one| {
        let crashes = if one.crashed { "CRASHED" } else { "no crash" };
        let Ended {
            target,
            progress,
            seconds,
            ..
        } = one;
        let speed = progress.inputs / seconds;
        format!("{target:<14} {seconds:>5} s  {speed:>6} a second  {progress}  {crashes}\n")
    });
    format!("\n{}", rows.collect::<String>())
}

/// Puts the rows of these targets into the list, in the place of those of an earlier run.
pub fn write(ended: &[Ended]) -> Outcome {
    let path = root::path(LIST);
    let text = fs::read_to_string(&path)?;
    Ok(fs::write(path, with_rows(&text, ended)?)?)
}

fn with_rows(text: &str, ended: &[Ended]) -> Outcome<String> {
    let start = text
        .find(HEADING)
        .ok_or_else(|| format!("{LIST} has no row {HEADING:?}"))?;
    let length: usize = text[start..]
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .map(str::len)
        .sum();
    let (before, table, after) = (
        &text[..start],
        &text[start..start + length],
        &text[start + length..],
    );
    let name = |row: &str| row.split('`').nth(1).unwrap_or_default().to_owned();
    let mut rows: Vec<(String, String)> = table
        .lines()
        .skip(2)
        .map(|row| (name(row), format!("{row}\n")))
        .filter(|(name, _)| ended.iter().all(|one| one.target != *name))
        .collect();
    rows.extend(ended.iter().map(|one| (one.target.clone(), row(one))));
    rows.sort();
    let head: String = table.split_inclusive('\n').take(2).collect();
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    Ok([before, &head, &rows, after].concat())
}

fn row(one: &Ended) -> String {
    let crashes = u8::from(one.crashed);
    format!(
        "| `{}` | {} | {} | {} | {} | {crashes} |\n",
        one.target,
        one.seconds,
        thousands(one.progress.inputs),
        thousands(one.progress.covered),
        thousands(one.progress.kept),
    )
}

/// `1,234,567`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::output::Progress;
    use super::*;

    #[test]
    fn the_rows_of_a_run_take_the_place_of_earlier_ones() {
        let list = "x\n\n| target | seconds | inputs | places reached | kept | crashes |\n|---|---|---|---|---|---|\n\
                    | `event` | 1 | 2 | 3 | 4 | 0 |\n| `ledger` | 1 | 2 | 3 | 4 | 0 |\n\ny\n";
        let ended = |target: &str| Ended {
            target: target.to_owned(),
            progress: Progress {
                inputs: 1_234_567,
                covered: 89,
                kept: 1000,
            },
            seconds: 600,
            crashed: false,
        };
        let written = with_rows(list, &[ended("json_body"), ended("ledger")]).unwrap();
        let expected = "x\n\n| target | seconds | inputs | places reached | kept | crashes |\n|---|---|---|---|---|---|\n\
                        | `event` | 1 | 2 | 3 | 4 | 0 |\n| `json_body` | 600 | 1,234,567 | 89 | 1,000 | 0 |\n\
                        | `ledger` | 600 | 1,234,567 | 89 | 1,000 | 0 |\n\ny\n";
        assert_eq!(written, expected);
    }
}
