//! Arithmetic on measurements.

use std::time::Duration;

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which this share of the values lies; not a number if there are none.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let index = (share * last as f64).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// By how much the second number of each pair grows with the first, by least squares; not a number for fewer than two pairs.
pub fn slope(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let both: f64 = pairs.iter().map(|pair| (pair.0 - x) * (pair.1 - y)).sum();
    let square: f64 = pairs.iter().map(|pair| (pair.0 - x).powi(2)).sum();
    both / square
}

/// How well one number tells the first kind from the second: the chance that one drawn from the second is larger (ties
/// count half). 0.5 tells nothing.
pub fn auc(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = first.iter().map(|value| (*value, false)).collect();
    all.extend(second.iter().map(|value| (*value, true)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = 0.0;
    let mut at = 0;
    while at < all.len() {
        let ties = all[at..].iter().take_while(|other| other.0 == all[at].0).count();
        let rank = at as f64 + (ties as f64 + 1.0) / 2.0;
        ranks += rank * all[at..at + ties].iter().filter(|value| value.1).count() as f64;
        at += ties;
    }
    let (n, m) = (first.len() as f64, second.len() as f64);
    (ranks - m * (m + 1.0) / 2.0) / (n * m)
}

/// The chance that values as uneven as these, or more so, come of equally likely kinds (Pearson's chi-square with the
/// Wilson-Hilferty approximation).
pub fn evenness(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    let expected = total as f64 / counts.len() as f64;
    let square: f64 = counts
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum();
    let freedom = counts.len() as f64 - 1.0;
    let spread = 2.0 / (9.0 * freedom);
    let normal = ((square / freedom).cbrt() - (1.0 - spread)) / spread.sqrt();
    upper_tail(normal)
}

/// The share of a normal distribution above a value (Abramowitz and Stegun 7.1.26, to 1.5e-7).
fn upper_tail(value: f64) -> f64 {
    let x = value.abs() / 2f64.sqrt();
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial = t
        * (0.254_829_592
            + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = polynomial * (-x * x).exp() / 2.0;
    if value >= 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_that_of_the_line_through_the_middle() {
        assert_eq!(slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]), 2.0);
        assert_eq!(slope(&[(0.0, 1.0), (1.0, 2.0), (2.0, 1.0)]), 0.0);
        assert!(slope(&[(0.0, 1.0)]).is_nan() && slope(&[]).is_nan());
    }

    #[test]
    fn what_does_not_tell_is_a_half_and_what_does_is_one() {
        assert_eq!(auc(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.5);
        assert_eq!(auc(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(auc(&[3.0, 4.0], &[1.0, 2.0]), 0.0);
        assert_eq!(auc(&[1.0, 3.0], &[2.0, 4.0]), 0.75);
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(quantile(&values, 0.5), 3.0);
        assert_eq!(quantile(&values, 0.99), 5.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn even_counts_are_likely_and_uneven_ones_are_not() {
        assert!(evenness(&[1000; 10]) > 0.999);
        // Nine degrees of freedom: 16.92 is exceeded in one case of twenty.
        let one_in_twenty = [1091, 909, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000];
        let chance = evenness(&one_in_twenty);
        assert!((0.04..0.06).contains(&chance), "{chance}");
        // A generator that never draws its last digit.
        assert!(evenness(&[1111, 1111, 1111, 1111, 1111, 1111, 1111, 1111, 1112, 0]) < 1e-6);
    }
}
