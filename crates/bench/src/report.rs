//! What was measured, for people.

use std::fmt;

/// The server's CPU time that the project has set itself as a limit, in milliseconds for each sign-in.
const PASSWORD_LIMIT_MS: f64 = 1.2;
const SRP_AND_CODE_LIMIT_MS: f64 = 3.2;

/// One kind of sign-in: milliseconds of the server for each, one at a time and several, and of the arithmetic that no server can leave out.
pub struct Cost {
    pub alone_ms: f64,
    pub together_ms: f64,
    pub floor_ms: f64,
}

/// The whole measurement.
pub struct Report {
    pub rounds: u32,
    /// How many are several.
    pub at_once: usize,
    pub password: Cost,
    pub srp_and_code: Cost,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "CPU time of the server's process for each of {} sign-ins, all threads, mail included",
            self.rounds
        )?;
        writeln!(
            f,
            "{:<12} {:>7} {:>10} {:>10} {:>7} {:>10}",
            "sign-in", "at once", "server", "floor", "ratio", "limit"
        )?;
        let kinds = [
            ("password", &self.password, PASSWORD_LIMIT_MS),
            ("SRP and code", &self.srp_and_code, SRP_AND_CODE_LIMIT_MS),
        ];
        for (name, cost, limit_ms) in kinds {
            row(f, (name, 1), cost.alone_ms, cost.floor_ms, limit_ms)?;
            row(f, (name, self.at_once), cost.together_ms, cost.floor_ms, limit_ms)?;
        }
        write!(
            f,
            "The floor is the arithmetic alone, measured in the same run: docs/reference/performance.md"
        )
    }
}

fn row(
    f: &mut fmt::Formatter<'_>,
    (name, at_once): (&str, usize),
    server_ms: f64,
    floor_ms: f64,
    limit_ms: f64,
) -> fmt::Result {
    let ratio = server_ms / floor_ms;
    let verdict = if server_ms <= limit_ms { "kept" } else { "MISSED" };
    writeln!(
        f,
        "{name:<12} {at_once:>7} {server_ms:>7.2} ms {floor_ms:>7.2} ms {ratio:>7.2} {limit_ms:>7.2} ms  {verdict}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_kept_or_missed() {
        let report = Report {
            rounds: 500,
            at_once: 16,
            password: Cost {
                alone_ms: 0.9,
                together_ms: 0.75,
                floor_ms: 0.6,
            },
            srp_and_code: Cost {
                alone_ms: 3.4,
                together_ms: 2.55,
                floor_ms: 1.7,
            },
        };
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        let rows = [
            "password           1    0.90 ms    0.60 ms    1.50    1.20 ms  kept",
            "password          16    0.75 ms    0.60 ms    1.25    1.20 ms  kept",
            "SRP and code       1    3.40 ms    1.70 ms    2.00    3.20 ms  MISSED",
            "SRP and code      16    2.55 ms    1.70 ms    1.50    3.20 ms  kept",
        ];
        assert_eq!(lines[..4], rows);
    }
}
