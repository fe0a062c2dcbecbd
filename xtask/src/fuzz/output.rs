//! What libFuzzer says while it works.

use std::fmt;

/// How far a target is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Inputs that were tried.
    pub inputs: u64,
    /// Places of the program that were reached.
    pub covered: u64,
    /// Inputs that are kept because each reaches something of its own.
    pub kept: u64,
}

impl Progress {
    /// Reads a line: `#2097152 pulse  cov: 1234 ft: 5678 corp: 321/45Kb lim: 4096 exec/s: 34952 rss: 456Mb`, or a line of the
    /// last figures, `stat::number_of_executed_units: 20316`.
    pub fn read(&mut self, line: &str) {
        if let Some(units) = line.strip_prefix("stat::number_of_executed_units:") {
            self.inputs = units.trim().parse().unwrap_or(self.inputs);
            return;
        }
        let Some(rest) = line.strip_prefix('#') else {
            return;
        };
        let mut words = rest.split_whitespace();
        let Some(inputs) = words.next().and_then(|word| word.parse().ok()) else {
            return;
        };
        self.inputs = inputs;
        while let Some(word) = words.next() {
            let field = match word {
                "cov:" => &mut self.covered,
                "corp:" => &mut self.kept,
                _ => continue,
            };
            let number = words.next().and_then(|word| word.split('/').next()?.parse().ok());
            *field = number.unwrap_or(*field);
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress {
            inputs,
            covered,
            kept,
        } = self;
        write!(f, "{inputs} inputs, {covered} places reached, {kept} inputs kept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_every_kind_of_line() {
        let mut progress = Progress::default();
        for line in [
            "INFO: seed corpus: files: 17 min: 100b max: 900b total: 9000b rss: 60Mb",
            "#17\tINITED cov: 1200 ft: 1300 corp: 15/8Kb exec/s: 0 rss: 80Mb",
            "#2097152\tpulse  cov: 1234 ft: 5678 corp: 321/45Kb lim: 4096 exec/s: 34952 rss: 456Mb",
            "#x is no count",
        ] {
            progress.read(line);
        }
        let expected = Progress {
            inputs: 2_097_152,
            covered: 1234,
            kept: 321,
        };
        assert_eq!(progress, expected);
        progress.read("stat::number_of_executed_units: 2200000");
        assert_eq!(progress.inputs, 2_200_000);
        assert_eq!(
            progress.to_string(),
            "2200000 inputs, 1234 places reached, 321 inputs kept"
        );
    }
}
