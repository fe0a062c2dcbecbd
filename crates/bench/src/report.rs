//! What was measured, for people.

use std::fmt;

/// The server's CPU time that the project has set itself as a limit, in milliseconds for each sign-in.
const PASSWORD_LIMIT_MS: f64 = 1.2;
const SRP_AND_CODE_LIMIT_MS: f64 = 3.2;

/// One kind of sign-in: milliseconds of the server for each, and of the arithmetic that no server can leave out.
pub struct Cost {
    pub server_ms: f64,
    pub floor_ms: f64,
}

/// The whole measurement.
pub struct Report {
    pub rounds: u32,
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
            "{:<14} {:>10} {:>10} {:>7} {:>10}",
            "sign-in", "server", "floor", "ratio", "limit"
        )?;
        row(f, "password", &self.password, PASSWORD_LIMIT_MS)?;
        row(f, "SRP and code", &self.srp_and_code, SRP_AND_CODE_LIMIT_MS)?;
        write!(
            f,
            "The floor is the arithmetic alone, measured in the same run: docs/reference/performance.md"
        )
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, cost: &Cost, limit_ms: f64) -> fmt::Result {
    let Cost { server_ms, floor_ms } = cost;
    let ratio = server_ms / floor_ms;
    let verdict = if *server_ms <= limit_ms { "kept" } else { "MISSED" };
    writeln!(
        f,
        "{name:<14} {server_ms:>7.2} ms {floor_ms:>7.2} ms {ratio:>7.2} {limit_ms:>7.2} ms  {verdict}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_kept_or_missed() {
        let report = Report {
            rounds: 500,
            password: Cost {
                server_ms: 0.9,
                floor_ms: 0.6,
            },
            srp_and_code: Cost {
                server_ms: 3.4,
                floor_ms: 1.7,
            },
        };
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2],
            "password          0.90 ms    0.60 ms    1.50    1.20 ms  kept"
        );
        assert_eq!(
            lines[3],
            "SRP and code      3.40 ms    1.70 ms    2.00    3.20 ms  MISSED"
        );
    }
}
