//! What was measured, for people.

use std::fmt;

/// The most that a server on PostgreSQL may spend on a sign-in, of what one on SQLite does.
const SERVER_LIMIT: f64 = 1.5;
/// How many times the sign-ins of one server three of them do at least.
const THREE_LIMIT: f64 = 1.8;

/// Milliseconds of CPU for each sign-in of a kind.
pub struct Row {
    pub kind: &'static str,
    /// How many are under way for each server.
    pub at_once: usize,
    pub sqlite: f64,
    /// The server on PostgreSQL, and its database.
    pub one: [f64; 2],
    /// Three servers together, and their database.
    pub three: [f64; 2],
}

impl Row {
    /// What a server on PostgreSQL spends, of what one on SQLite does.
    fn ratio(&self) -> f64 {
        self.one[0] / self.sqlite
    }

    /// How many times the sign-ins of one server three of them do that have as many cores each, and a database that is not what holds them up.
    fn times(&self) -> f64 {
        3.0 * self.one[0] / self.three[0]
    }

    /// How many cores a database needs for each core of three servers that are busy.
    fn database_cores(&self) -> f64 {
        self.three[1] / self.three[0]
    }
}

/// The whole measurement.
pub struct Report {
    pub rounds: u32,
    pub rows: Vec<Row>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "CPU time for each of {} sign-ins, all threads, mail included, in milliseconds",
            self.rounds
        )?;
        writeln!(
            f,
            "{:<12} {:>7} {:>8} {:>12} {:>6} {:>6} {:>17} {:>15} {:>10}",
            "sign-in",
            "at once",
            "SQLite",
            "PostgreSQL",
            "ratio",
            "limit",
            "database",
            "three servers",
            "database"
        )?;
        for row in &self.rows {
            let ratio = row.ratio();
            writeln!(
                f,
                "{:<12} {:>7} {:>8.2} {:>12.2} {ratio:>6.2} {SERVER_LIMIT:>6.2} {:<7} {:>9.2} {:>15.2} {:>10.2}",
                row.kind,
                row.at_once,
                row.sqlite,
                row.one[0],
                verdict(ratio <= SERVER_LIMIT),
                row.one[1],
                row.three[0],
                row.three[1],
            )?;
        }
        writeln!(
            f,
            "At once: sign-ins under way for each server, whose steps go round the servers."
        )?;
        write!(
            f,
            "Three servers, by what they and one of them spend, on machines of their own:"
        )?;
        for row in &self.rows {
            let times = row.times();
            write!(
                f,
                "\n{:<12} {:>7} {times:>8.2} times the sign-ins of one, limit {THREE_LIMIT:.2} {}; the database then needs {:.2} cores for each of theirs",
                row.kind,
                row.at_once,
                verdict(times >= THREE_LIMIT),
                row.database_cores(),
            )?;
        }
        Ok(())
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "kept" } else { "MISSED" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_spend_half_as_much_again_and_three_do_as_much_as_almost_two() {
        let row = |one: f64, three: f64| Row {
            kind: "password",
            at_once: 16,
            sqlite: 2.0,
            one: [one, 1.0],
            three: [three, 1.5],
        };
        let told = |row: Row| {
            let report = Report {
                rounds: 500,
                rows: vec![row],
            };
            report.to_string()
        };
        let kept = told(row(3.0, 5.0));
        assert!(
            kept.contains("password          16     2.00         3.00   1.50   1.50 kept         1.00            5.00       1.50"),
            "{kept}"
        );
        assert!(
            kept.contains("password          16     1.80 times the sign-ins of one, limit 1.80 kept; the database then needs 0.30 cores"),
            "{kept}"
        );
        let missed = told(row(3.01, 5.1));
        assert_eq!(missed.matches("MISSED").count(), 2, "{missed}");
    }
}
