//! What the attacks came to: lines for people, a table for the documents.

use std::fmt::Write;

use crate::attack::{Attack, Figure};

/// One attack's figures.
pub struct Made {
    pub attack: &'static Attack,
    pub seed: u64,
    pub figures: Vec<Figure>,
}

impl Made {
    pub fn holds(&self) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(|figure| figure.holds)
    }

    fn verdict(&self) -> &'static str {
        if self.holds() { "held" } else { "FAILED" }
    }

    /// For people: what was tried, then a line for each figure.
    pub fn lines(&self) -> String {
        let mut text = format!(
            "{:<6} {}: {} (seed {})",
            self.verdict(),
            self.attack.id,
            self.attack.about,
            self.seed
        );
        for figure in &self.figures {
            let mark = if figure.holds { "" } else { "  <- outside" };
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n         {}: {} (limit {}){mark}",
                figure.what, figure.value, figure.limit
            );
        }
        text
    }

    /// A row of the table.
    fn row(&self) -> String {
        let cell = |of: fn(&Figure) -> String| -> String {
            let cells: Vec<String> = self.figures.iter().map(of).collect();
            cells.join("<br>")
        };
        let tests: Vec<String> = self.attack.tests.iter().map(|test| format!("`{test}`")).collect();
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            self.attack.id,
            self.attack.about,
            cell(|figure| format!("{}: {}", figure.what, figure.value)),
            cell(|figure| figure.limit.clone()),
            self.seed,
            self.verdict(),
            tests.join(", ")
        )
    }
}

/// What stands above the table.
const HEAD: &str = "<!-- Written by `cargo xtask attack --write` from a run. -->
# Attacks

What `cargo xtask attack` tries against a release build of the server, on one node with two cores that clients and server share: each attack, its figures with their limits, the seed that its choices began with, and the tests of every
run that try the same at a smaller scale. `cargo xtask attack F-20 --seed 8` makes one again; `cargo xtask attack timing` is F-40, which wants a quiet machine and is made by name only. An attack that misses a limit fails the command.

F-29, random SRP sign-ins by clients that nobody here wrote, is `cargo xtask test srp-soak`. What was found by earlier attacks, and the tests that hold it since: [hardening.md](hardening.md).

| id | attack | figures | limits | seed | verdict | tests |
|---|---|---|---|---|---|---|
";

/// The document from this run; rows of attacks that were not made stay as they are.
pub fn document(before: &str, made: &[Made]) -> String {
    HEAD.to_owned() + &table(before, made)
}

/// The rows of the table, in the order of the attacks' numbers. Those of attacks that were not made stay as they are.
fn table(before: &str, made: &[Made]) -> String {
    let id_of = |row: &str| row.split('|').nth(1).map(|cell| cell.trim().to_owned());
    let is_row = |line: &&str| line.starts_with("| F-");
    let mut rows: Vec<(String, String)> = before
        .lines()
        .filter(is_row)
        .filter_map(|line| Some((id_of(line)?, format!("{line}\n"))))
        .filter(|(id, _)| made.iter().all(|made| made.attack.id != id))
        .collect();
    rows.extend(made.iter().map(|made| (made.attack.id.to_owned(), made.row())));
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attacks::ATTACKS;

    fn made(index: usize, figures: Vec<Figure>) -> Made {
        Made {
            attack: &ATTACKS[index],
            seed: 7,
            figures,
        }
    }

    #[test]
    fn an_attack_without_a_figure_has_proved_nothing() {
        assert!(!made(0, Vec::new()).holds());
        assert!(made(0, vec![Figure::exactly("tokens", 0, 0)]).holds());
        let mixed = vec![Figure::exactly("tokens", 0, 0), Figure::exactly("tokens", 1, 0)];
        let made = made(0, mixed);
        assert!(!made.holds());
        assert!(made.lines().starts_with("FAILED F-20: "), "{}", made.lines());
        assert!(made.lines().ends_with("tokens: 1 (limit 0)  <- outside"));
    }

    #[test]
    fn a_new_run_replaces_its_own_rows_alone() {
        let before = "# Attacks\n| F-20 | old |\n| F-99 | kept |\nwords\n";
        let rows = table(before, &[made(0, vec![Figure::exactly("tokens", 0, 0)])]);
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("| F-20 | "));
        assert!(lines[0].contains("| tokens: 0 | 0 | 7 | held | "), "{}", lines[0]);
        assert_eq!(lines[1], "| F-99 | kept |");
    }
}
