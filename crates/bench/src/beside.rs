//! The same sign-ins at two programs, of which one is what there was before a change: what one spends of what the other does.
//!
//! Both run during the whole measurement and have their turns, again and again, each first every other time. So whatever else the
//! machine does, and however fast it is, hits both of them; what it does to one turn alone shows in how far the turns are apart.

use std::fmt;

use crate::place::{self, Arguments};
use crate::pool::Outcome;
use crate::sign_in::Kind;

/// Sign-ins under way at a time.
const AT_ONCE: usize = 16;
/// Sign-ins of a turn: a hundredth of a second, in which CPU time is counted, is little beside what they cost.
const TURN: u32 = 50;

/// Milliseconds of CPU for each sign-in of a kind, in every turn: by the program, and by the one beside it.
struct Row {
    kind: &'static str,
    turns: Vec<[f64; 2]>,
}

impl Row {
    /// The means.
    fn costs(&self) -> [f64; 2] {
        [0, 1].map(|which| mean(self.turns.iter().map(|turn| turn[which])))
    }

    /// What one spends of what the other does, and how far off that may be: two standard errors of the turns' ratios.
    fn ratio(&self) -> (f64, f64) {
        let ratios: Vec<f64> = self.turns.iter().map(|[this, other]| this / other).collect();
        let middle = mean(ratios.iter().copied());
        let spread = mean(ratios.iter().map(|ratio| (ratio - middle).powi(2)));
        #[expect(clippy::cast_precision_loss, reason = "there are few turns")]
        let turns = ratios.len() as f64;
        (middle, 2.0 * (spread / (turns - 1.0).max(1.0)).sqrt())
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are few turns")]
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The whole measurement.
pub struct Report {
    rows: Vec<Row>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns = self.rows.first().map_or(0, |row| row.turns.len());
        writeln!(
            f,
            "CPU time for each sign-in, {AT_ONCE} at once, all threads, mail included, in {turns} turns of {TURN}"
        )?;
        write!(
            f,
            "{:<12} {:>10} {:>10} {:>14}",
            "sign-in", "this", "beside it", "ratio"
        )?;
        for row in &self.rows {
            let ([this, other], (ratio, off)) = (row.costs(), row.ratio());
            write!(
                f,
                "\n{:<12} {this:>7.2} ms {other:>7.2} ms {ratio:>7.3} ± {off:.3}",
                row.kind
            )?;
        }
        Ok(())
    }
}

/// Signs people in at both places in turn.
///
/// # Errors
/// If a sign-in fails.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let (rounds, warm_up) = (arguments.rounds, arguments.warm_up);
    let places = place::read::<2>(&arguments).await?;
    let mut rows = Kind::ALL.map(|kind| Row {
        kind: kind.name(),
        turns: Vec::new(),
    });
    for turn in 0..(rounds / TURN).max(1) {
        // Who was mailed a code a moment ago is not mailed another.
        let first = warm_up + turn * TURN;
        for (row, kind) in rows.iter_mut().zip(Kind::ALL) {
            let mut costs = [0.0; 2];
            let order = if turn % 2 == 0 { [0, 1] } else { [1, 0] };
            for which in order {
                let spent = places[which].sign_in(kind, first, TURN, AT_ONCE).await?;
                costs[which] = spent.servers.as_secs_f64() * 1000.0 / f64::from(TURN);
            }
            row.turns.push(costs);
        }
    }
    Ok(Report { rows: rows.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_turns_and_says_how_far_they_are_apart() {
        let row = |turns: &[[f64; 2]]| Row {
            kind: "password",
            turns: turns.to_vec(),
        };
        assert_eq!(row(&[[1.0, 2.0], [2.0, 4.0]]).ratio(), (0.5, 0.0));
        let (ratio, off) = row(&[[1.0, 1.0], [3.0, 2.0]]).ratio();
        assert!(
            (ratio - 1.25).abs() < 1e-9 && (off - 0.5).abs() < 1e-9,
            "{ratio} ± {off}"
        );
        let report = Report {
            rows: vec![row(&[[1.0, 1.0], [3.0, 2.0]])],
        };
        assert!(
            report
                .to_string()
                .ends_with("password        2.00 ms    1.50 ms   1.250 ± 0.500"),
            "{report}"
        );
    }
}
