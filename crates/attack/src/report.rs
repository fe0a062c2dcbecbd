//! What the attacks came to: lines for people, a table for the documents.

use std::fmt::Write;

use crate::attack::{Attack, Figure};

/// A table of things to try.
pub struct Table {
    /// What each of them is.
    pub name: &'static str,
    /// Each of them, in the order of their numbers.
    pub entries: &'static [Attack],
    /// What stands above the table in its document.
    pub head: &'static str,
}

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

/// What stands above the table of attacks.
pub const ATTACKS_HEAD: &str = "<!-- Written by `cargo xtask attack --write` from a run. -->
# Attacks

What `cargo xtask attack` tries against a release build of the server, on one node with two cores that clients and server share: each attack, its figures with their limits, the seed that its choices began with, and the tests of every
run that try the same at a smaller scale. `cargo xtask attack F-20 --seed 8` makes one again; `cargo xtask attack timing` is F-40, which wants a quiet machine and is made by name only. An attack that misses a limit fails the command. Those that compare times want a machine
that does nothing else; where there was none, the row says that it was not measured.

F-29, random SRP sign-ins by clients that nobody here wrote, is `cargo xtask test srp-soak`. What was found by earlier attacks, and the tests that hold it since: [hardening.md](hardening.md).

| id | attack | figures | limits | seed | verdict | tests |
|---|---|---|---|---|---|---|
";

/// What stands above the table of faults.
pub const FAULTS_HEAD: &str = "<!-- Written by `cargo xtask fault --write` from a run. -->
# Faults

What goes wrong around a server, done to it by `cargo xtask fault`: each fault, its figures with their limits, the seed that its choices began with, and the tests of every run that hold the same at a smaller scale. Server, clients and database share one machine with two cores. `cargo xtask fault F-01 --seed 8`
makes one again; those that take minutes are made by name only, and without one all others are. A fault that misses a limit fails the command.

People sign up, sign in with a code and sign out everywhere while it happens, and a ledger notes what the server has acknowledged to them: users, tokens, sign-outs. Afterwards all of that must be there, and every code and session that was answered is answered once more.

Attacks are [another table](attacks.md). That every error where an answer is decided denies is its F-45. The store's own promises are held by a suite on every engine, with a judge of what many clients heard (`what_many_clients_heard_has_an_order`).

| id | fault | figures | limits | seed | verdict | tests |
|---|---|---|---|---|---|---|
";

/// The document from this run; rows of attacks that were not made stay as they are.
pub fn document(table: &Table, before: &str, made: &[Made]) -> String {
    table.head.to_owned() + &rows(table, before, made)
}

/// The row of an attack that no run has made yet.
fn unmade(attack: &Attack) -> String {
    let tests: Vec<String> = attack.tests.iter().map(|test| format!("`{test}`")).collect();
    format!(
        "| {} | {} | – | – | – | not measured | {} |\n",
        attack.id,
        attack.about,
        tests.join(", ")
    )
}

/// The rows of the table, in the order of the attacks' numbers. Those of attacks that were not made stay as they are.
fn rows(table: &Table, before: &str, made: &[Made]) -> String {
    let id_of = |row: &str| row.split('|').nth(1).map(|cell| cell.trim().to_owned());
    let is_row = |line: &&str| line.starts_with("| F-");
    let mut rows: Vec<(String, String)> = before
        .lines()
        .filter(is_row)
        .filter_map(|line| Some((id_of(line)?, format!("{line}\n"))))
        .filter(|(id, _)| made.iter().all(|made| made.attack.id != id))
        .collect();
    rows.extend(made.iter().map(|made| (made.attack.id.to_owned(), made.row())));
    for attack in table.entries {
        if !rows.iter().any(|(id, _)| id == attack.id) {
            rows.push((attack.id.to_owned(), unmade(attack)));
        }
    }
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attacks::ATTACKS;

    const TABLE: Table = Table {
        name: "attack",
        entries: ATTACKS,
        head: ATTACKS_HEAD,
    };

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
        let rows = rows(&TABLE, before, &[made(0, vec![Figure::exactly("tokens", 0, 0)])]);
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!(lines.len(), ATTACKS.len() + 1);
        assert!(lines[0].starts_with("| F-20 | "));
        assert!(lines[0].contains("| tokens: 0 | 0 | 7 | held | "), "{}", lines[0]);
        assert!(lines[1].starts_with("| F-21 | ") && lines[1].contains("| not measured | "));
        assert_eq!(lines.last(), Some(&"| F-99 | kept |"));
    }
}
