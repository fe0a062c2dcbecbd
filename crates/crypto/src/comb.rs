//! Powers of the generator, from a table made once.
//!
//! The exponent is cut into digits. Row *i* of the table holds g to every multiple of 2^(i · digit width) that the digit
//! *i* can ask for, so g^x is one product with a factor from every row and no squaring. Which factor is taken is a
//! secret: a row is always read whole, and all but one entry masked away.

use crate::group::{GENERATOR, Residue};

/// Multiplication modulo N, in a form that suits it.
pub(crate) trait Engine: Copy {
    /// Bits of a digit: wider digits need fewer multiplications, but read more of the table. The best width was found by
    /// measuring; see docs/decisions/bignum.md.
    const DIGIT_BITS: usize;
    /// An entry of a table.
    type Factor: Clone;
    /// A running product.
    type Product;

    /// Starts a product with a residue.
    fn start(self, residue: &Residue) -> Self::Product;
    /// Starts a product with a factor.
    fn start_with(self, factor: &Self::Factor) -> Self::Product;
    /// Multiplies a product by itself.
    fn square(self, product: &mut Self::Product);
    /// Multiplies a product by a factor.
    fn times(self, product: &mut Self::Product, factor: &Self::Factor);
    /// Makes a factor of a product.
    fn factor(self, product: &Self::Product) -> Self::Factor;
    /// Reduces a product.
    fn finish(self, product: &Self::Product) -> Residue;
    /// Copies the entry with this index, reading all of them alike.
    fn select(self, row: &[Self::Factor], index: u8, out: &mut Self::Factor);
}

/// A product of two residues.
pub(crate) fn multiply<E: Engine>(engine: E, a: &Residue, b: &Residue) -> Residue {
    let mut product = engine.start(a);
    engine.times(&mut product, &engine.factor(&engine.start(b)));
    engine.finish(&product)
}

/// The powers of the generator that an engine multiplies.
pub(crate) struct Table<E: Engine> {
    engine: E,
    rows: Vec<Vec<E::Factor>>,
}

impl<E: Engine> Table<E> {
    /// Computes the table: a few milliseconds.
    pub(crate) fn new(engine: E) -> Self {
        let entries = 1_usize << E::DIGIT_BITS;
        let mut base = engine.factor(&engine.start(&Residue::small(GENERATOR)));
        let mut row = || {
            let mut power = engine.start(&Residue::small(1));
            let row = (0..entries)
                .map(|_| {
                    let entry = engine.factor(&power);
                    engine.times(&mut power, &base);
                    entry
                })
                .collect();
            // The power after the last entry is what the next row counts in.
            base = engine.factor(&power);
            row
        };
        let rows = (0..digit_count(E::DIGIT_BITS)).map(|_| row()).collect();
        Self { engine, rows }
    }

    pub(crate) fn engine(&self) -> E {
        self.engine
    }

    /// g to a secret exponent (most significant byte first), in constant time.
    pub(crate) fn power_of_generator(&self, exponent: &[u8; 32]) -> Residue {
        let mut product = self.engine.start(&Residue::small(1));
        let mut factor = self.engine.factor(&product);
        for (index, row) in self.rows.iter().enumerate() {
            self.engine
                .select(row, digit(exponent, index, E::DIGIT_BITS), &mut factor);
            self.engine.times(&mut product, &factor);
        }
        self.engine.finish(&product)
    }
}

/// How many digits of this many bits an exponent has.
pub(crate) const fn digit_count(bits: usize) -> usize {
    256_usize.div_ceil(bits)
}

/// A digit of an exponent; index 0 is the least significant one. The last digit may reach beyond the exponent.
pub(crate) fn digit(exponent: &[u8; 32], index: usize, bits: usize) -> u8 {
    let bit = |index: usize| {
        exponent
            .iter()
            .rev()
            .nth(index / 8)
            .map_or(0, |byte| byte >> (index % 8) & 1)
    };
    (0..bits).fold(0, |digit, offset| digit | bit(index * bits + offset) << offset)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::bignum::AwsLc;
    use crate::testing::{exponents, integer, modulus, residues};

    /// Compares an engine with an independent implementation.
    fn assert_engine<E: Engine>(engine: E) {
        let table = Table::new(engine);
        let assert_power = |exponent: &[u8; 32]| {
            let expected = BigUint::from(GENERATOR).modpow(&BigUint::from_bytes_be(exponent), &modulus());
            assert_eq!(
                integer(&table.power_of_generator(exponent)),
                expected,
                "{exponent:?}"
            );
        };
        for bit in 0..256 {
            let mut exponent = [0; 32];
            exponent[31 - bit / 8] = 1 << (bit % 8);
            assert_power(&exponent);
        }
        proptest!(ProptestConfig::with_cases(32), |(exponent in exponents(), a in residues(), b in residues())| {
            assert_power(&exponent);
            prop_assert_eq!(integer(&multiply(engine, &a, &b)), integer(&a) * integer(&b) % modulus());
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

    #[test]
    fn digits_make_up_the_exponent() {
        let exponent = [0x9e; 32];
        for bits in 1..=8 {
            let digits = (0..digit_count(bits))
                .map(|index| BigUint::from(digit(&exponent, index, bits)) << (index * bits));
            assert_eq!(
                digits.sum::<BigUint>(),
                BigUint::from_bytes_be(&exponent),
                "{bits} bits"
            );
        }
    }
}
