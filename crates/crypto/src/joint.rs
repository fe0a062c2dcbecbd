//! A power of a number whose upper half is known beforehand.
//!
//! v^u with u of 256 bits is v^l · w^h, where l and h are the halves of u and w is v^(2^128). With w at hand both powers are computed at
//! once: 128 squarings instead of 256, and a product for each pair of digits instead of for each digit. v lasts as long as a
//! password and u is new at every sign-in, so w is worth storing beside v.

use crate::comb::{Engine, digit};
use crate::group::Residue;

/// Bits of a digit of either half: 13 products to prepare, 64 on the way.
const WINDOW_BITS: usize = 2;
/// Values of a digit.
const DIGITS: usize = 1 << WINDOW_BITS;
/// Bits of a half.
const HALF_BITS: usize = 128;

/// 2^128, most significant byte first.
pub(crate) const UPPER_HALF: [u8; 32] = {
    let mut exponent = [0; 32];
    exponent[15] = 1;
    exponent
};

/// `base` to an exponent everybody may know (most significant byte first), where `upper` is base^(2^128): the exponent's bits may show in
/// the time this takes, and in what it reads.
pub(crate) fn joint_power<E: Engine>(
    engine: E,
    base: &Residue,
    upper: &Residue,
    exponent: &[u8; 32],
) -> Residue {
    let factors = products(engine, base, upper);
    let half = HALF_BITS / WINDOW_BITS;
    let mut product = engine.start(&Residue::small(1));
    for index in (0..half).rev() {
        for _ in 0..WINDOW_BITS {
            engine.square(&mut product);
        }
        let [low, high] = [index, index + half].map(|index| usize::from(digit(exponent, index, WINDOW_BITS)));
        let pair = DIGITS * high + low;
        if pair != 0 {
            engine.times(&mut product, &factors[pair]);
        }
    }
    engine.finish(&product)
}

/// base^low · upper^high at 4 · high + low.
fn products<E: Engine>(engine: E, base: &Residue, upper: &Residue) -> Vec<E::Factor> {
    let [base, upper] = [base, upper].map(|residue| engine.factor(&engine.start(residue)));
    let mut factors = Vec::with_capacity(DIGITS * DIGITS);
    let mut first = engine.start(&Residue::small(1));
    for _ in 0..DIGITS {
        let row = factors.len();
        factors.push(engine.factor(&first));
        let mut entry = engine.start_with(&factors[row]);
        for _ in 1..DIGITS {
            engine.times(&mut entry, &base);
            factors.push(engine.factor(&entry));
        }
        engine.times(&mut first, &upper);
    }
    factors
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::bignum::AwsLc;
    use crate::testing::{exponents, integer, modulus, residues};

    /// Compares an engine with an independent implementation: any two numbers do, so that none is taken for a power of the other.
    fn assert_engine<E: Engine>(engine: E) {
        let assert_power = |base: &Residue, upper: &Residue, exponent: &[u8; 32]| {
            let (high, low) = exponent.split_at(16);
            let power = |base, half| integer(base).modpow(&BigUint::from_bytes_be(half), &modulus());
            let expected = power(base, low) * power(upper, high) % modulus();
            assert_eq!(
                integer(&joint_power(engine, base, upper, exponent)),
                expected,
                "{exponent:?}"
            );
        };
        for bit in 0..256 {
            let mut exponent = [0; 32];
            exponent[31 - bit / 8] = 1 << (bit % 8);
            assert_power(&Residue::small(3), &Residue::small(5), &exponent);
        }
        proptest!(ProptestConfig::with_cases(32), |(exponent in exponents(), a in residues(), b in residues())| {
            assert_power(&a, &b, &exponent);
        });
    }

    #[test]
    fn aws_lc_computes_what_another_implementation_does() {
        assert_engine(AwsLc);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn ifma_computes_what_another_implementation_does() {
        if let Some(ifma) = crate::ifma::Ifma::detect() {
            assert_engine(ifma);
        }
    }
}
