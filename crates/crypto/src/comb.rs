//! Powers of the generator, from a table made once.
//!
//! The exponent is cut into digits of [`BITS`] bits. Row *i* of the table holds g to every multiple of 2^(i·BITS) that
//! the digit *i* can ask for, so g^x is one product with a factor from every row and no squaring. Which factor is
//! taken is a secret: a row is always read whole, and all but one entry masked away.

use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::bignum::{Factor, Product, WORDS};
use crate::group::{GENERATOR, Residue};

/// Bits of a digit.
const BITS: usize = 6;
/// Entries of a row: one for each value of a digit.
const ENTRIES: usize = 1 << BITS;
/// Digits of a 256-bit exponent.
const ROWS: usize = 256_usize.div_ceil(BITS);

/// g to a secret exponent (most significant byte first), in constant time.
pub(crate) fn power_of_generator(exponent: &[u8; 32]) -> Residue {
    let mut product = Product::of(&Residue::small(1));
    let mut factor = Factor(Zeroizing::new([0; WORDS]));
    for (row, digit) in table().iter().zip(digits(exponent)) {
        select(row, digit, &mut factor);
        product.times(&factor);
    }
    product.to_residue()
}

/// Builds the table now rather than at the first use.
pub(crate) fn warm_up() {
    table();
}

type Row = [Factor; ENTRIES];

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut base = Product::of(&Residue::small(GENERATOR)).to_factor();
        (0..ROWS)
            .map(|_| {
                let mut power = Product::of(&Residue::small(1));
                let row = std::array::from_fn(|_| {
                    let entry = power.to_factor();
                    power.times(&base);
                    entry
                });
                // After the last entry the power is base^ENTRIES: what the next row counts in.
                base = power.to_factor();
                row
            })
            .collect()
    })
}

/// Copies the entry `digit` of a row, reading all of them alike.
fn select(row: &Row, digit: u8, out: &mut Factor) {
    out.0.fill(0);
    for (index, entry) in (0_u8..).zip(row) {
        let mask = mask_if_equal(index, digit);
        for (out, word) in out.0.iter_mut().zip(&*entry.0) {
            *out |= word & mask;
        }
    }
}

/// All ones if the two are equal, otherwise all zeros; without a branch.
fn mask_if_equal(a: u8, b: u8) -> u64 {
    // Hidden from the optimiser, which might otherwise turn the mask back into a comparison and a jump.
    let difference = u64::from(std::hint::black_box(a ^ b));
    // Only zero borrows into the highest bit.
    0_u64.wrapping_sub(difference.wrapping_sub(1) >> 63)
}

/// The digits of an exponent, least significant first.
fn digits(exponent: &[u8; 32]) -> impl Iterator<Item = u8> + '_ {
    (0..ROWS).map(|row| (0..BITS).fold(0, |digit, bit| digit | bit_of(exponent, row * BITS + bit) << bit))
}

fn bit_of(exponent: &[u8; 32], index: usize) -> u8 {
    // The last digit reaches beyond the exponent.
    exponent
        .iter()
        .rev()
        .nth(index / 8)
        .map_or(0, |byte| byte >> (index % 8) & 1)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{integer, modulus};

    fn expected(exponent: &[u8; 32]) -> BigUint {
        BigUint::from(GENERATOR).modpow(&BigUint::from_bytes_be(exponent), &modulus())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn powers_of_the_generator_equal_those_of_another_implementation(exponent: [u8; 32]) {
            prop_assert_eq!(integer(&power_of_generator(&exponent)), expected(&exponent));
        }
    }

    #[test]
    fn every_single_bit_of_the_exponent_counts() {
        for bit in 0..256 {
            let mut exponent = [0; 32];
            exponent[31 - bit / 8] = 1 << (bit % 8);
            assert_eq!(
                integer(&power_of_generator(&exponent)),
                expected(&exponent),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn the_ends_of_the_range_are_no_exception() {
        for exponent in [[0; 32], [0xff; 32]] {
            assert_eq!(integer(&power_of_generator(&exponent)), expected(&exponent));
        }
    }

    #[test]
    fn a_mask_is_all_or_nothing() {
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                assert_eq!(mask_if_equal(a, b), if a == b { u64::MAX } else { 0 });
            }
        }
    }
}
