//! Montgomery multiplication modulo N with AVX-512 IFMA, eight limbs of 52 bits at a time.
//!
//! N has 3072 bits and takes 60 limbs; R is 2^3120. N ends in 64 one bits, so −1/N modulo 2^52 is 1 and each limb of the
//! Montgomery quotient is the lowest limb of the sum itself. Numbers in Montgomery form are kept below 2N instead of
//! N ("almost" reduced): 4N < R, so a product of two such numbers, (a·b + q·N) / R with q < R, is below 2N again.
//!
//! Sums of partial products are carried only at the end. In each of the 60 steps a lane takes four halves of products,
//! all below 2^52, so it stays below 240 · 2^52 < 2^60 and cannot overflow.
//!
//! No branch and no address depends on a number's value; tables are read whole.

#![expect(
    unsafe_code,
    reason = "vector instructions; the argument for each block stands beside it"
)]

use std::arch::x86_64::*;
use std::sync::OnceLock;

use zeroize::Zeroize;

use crate::bignum;
use crate::comb::{Engine, digit, digit_count};
use crate::constant_time_eq;
use crate::group::{GENERATOR, MODULUS, Residue, WIDTH};

/// Bits of a limb, which is a digit of a number as the instructions take it.
const LIMB_BITS: usize = 52;
/// Limbs that a number has.
const LIMBS: usize = 60;
const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;
/// Vectors that hold a number; the last four limbs are always zero.
const VECTORS: usize = 8;
/// N itself.
static N: Number = Number::from_bytes(&MODULUS);
/// Digits of an exponent are taken four bits at a time: 14 products to prepare, 64 on the way.
const WINDOW_BITS: usize = 4;

/// The proof that this processor has the instructions: [`Ifma::detect`] is the only way to one.
#[derive(Clone, Copy)]
pub(crate) struct Ifma(());

impl Ifma {
    /// Looks for the instructions.
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")).then_some(Self(()))
    }
}

/// Base to a secret exponent, in constant time.
pub(crate) fn power(ifma: Ifma, base: &Residue, exponent: &[u8; 32]) -> Residue {
    let [base, one] = [base, &Residue::small(1)].map(|residue| ifma.factor(&ifma.start(residue)));
    // SAFETY: an `Ifma` exists, so the processor has the instructions.
    let power = unsafe { window_power(&base, &one, exponent) };
    ifma.finish(&power)
}

/// A number below 2N, least significant limb first.
#[derive(Clone)]
#[repr(align(64))]
pub(crate) struct Number([[u64; 8]; VECTORS]);

impl Number {
    const ZERO: Self = Self([[0; 8]; VECTORS]);

    /// Cuts bytes, most significant first, into limbs.
    const fn from_bytes(bytes: &[u8; WIDTH]) -> Self {
        let mut number = Self::ZERO;
        let mut i = 0;
        while i < WIDTH {
            let (index, offset) = (8 * i / LIMB_BITS, 8 * i % LIMB_BITS);
            let bits = (bytes[WIDTH - 1 - i] as u64) << offset;
            number.0[index / 8][index % 8] |= bits & LIMB_MASK;
            number.0[(index + 1) / 8][(index + 1) % 8] |= bits >> LIMB_BITS;
            i += 1;
        }
        number
    }

    /// Joins limbs to bytes, most significant first. The number must be below 2^3072.
    fn to_bytes(&self) -> [u8; WIDTH] {
        let limbs = self.0.as_flattened();
        std::array::from_fn(|i| {
            let bit = 8 * (WIDTH - 1 - i);
            let (index, offset) = (bit / LIMB_BITS, bit % LIMB_BITS);
            let bits = limbs[index] >> offset | limbs[index + 1] << (LIMB_BITS - offset);
            bits.to_le_bytes()[0]
        })
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A product, and room for the next.
pub(crate) struct Product {
    value: Number,
    next: Number,
}

impl Engine for Ifma {
    const DIGIT_BITS: usize = 4;
    type Factor = Number;
    type Product = Product;

    fn start(self, residue: &Residue) -> Product {
        let mut product = Product {
            value: Number::from_bytes(residue.as_bytes()),
            next: Number::ZERO,
        };
        self.times(&mut product, r_squared());
        product
    }

    fn start_with(self, factor: &Number) -> Product {
        Product {
            value: factor.clone(),
            next: Number::ZERO,
        }
    }

    fn square(self, product: &mut Product) {
        // SAFETY: an `Ifma` exists, so the processor has the instructions.
        unsafe { multiply(&mut product.next, &product.value, &product.value) }
        std::mem::swap(&mut product.value, &mut product.next);
    }

    fn times(self, product: &mut Product, factor: &Number) {
        // SAFETY: an `Ifma` exists, so the processor has the instructions.
        unsafe { multiply(&mut product.next, &product.value, factor) }
        std::mem::swap(&mut product.value, &mut product.next);
    }

    fn factor(self, product: &Product) -> Number {
        product.value.clone()
    }

    fn finish(self, product: &Product) -> Residue {
        let mut plain_one = Number::ZERO;
        plain_one.0[0][0] = 1;
        let mut plain = Number::ZERO;
        // SAFETY: an `Ifma` exists, so the processor has the instructions.
        unsafe { multiply(&mut plain, &product.value, &plain_one) }
        // (a + q·N) / R with a < 2N and q < R is at most N, and N only when it stands for zero.
        let mut bytes = plain.to_bytes();
        let keep = 0_u8.wrapping_sub(u8::from(!constant_time_eq(&bytes, &MODULUS)));
        bytes.iter_mut().for_each(|byte| *byte &= keep);
        Residue::from_reduced(bytes)
    }

    fn select(self, row: &[Number], index: u8, out: &mut Number) {
        // SAFETY: an `Ifma` exists, so the processor has the instructions.
        unsafe { select(row, index, out) }
    }
}

/// R² modulo N: a residue times this is the residue in Montgomery form.
fn r_squared() -> &'static Number {
    static R_SQUARED: OnceLock<Number> = OnceLock::new();
    R_SQUARED.get_or_init(|| {
        let mut exponent = [0; 32];
        exponent[30..].copy_from_slice(&((2 * LIMBS * LIMB_BITS) as u16).to_be_bytes());
        let residue = bignum::power_of_public_exponent(&Residue::small(GENERATOR), &exponent);
        Number::from_bytes(residue.as_bytes())
    })
}

/// Raises a number in Montgomery form to a power, from the exponent's highest digit down.
#[target_feature(enable = "avx512f,avx512ifma")]
fn window_power(base: &Number, one: &Number, exponent: &[u8; 32]) -> Product {
    let mut powers = vec![one.clone(); 1 << WINDOW_BITS];
    for i in 1..powers.len() {
        let (lower, upper) = powers.split_at_mut(i);
        multiply(&mut upper[0], &lower[i - 1], base);
    }
    let mut value = Number::ZERO;
    let mut next = Number::ZERO;
    let mut factor = Number::ZERO;
    let last = digit_count(WINDOW_BITS) - 1;
    select(&powers, digit(exponent, last, WINDOW_BITS), &mut value);
    for index in (0..last).rev() {
        for _ in 0..WINDOW_BITS {
            multiply(&mut next, &value, &value);
            std::mem::swap(&mut value, &mut next);
        }
        select(&powers, digit(exponent, index, WINDOW_BITS), &mut factor);
        multiply(&mut next, &value, &factor);
        std::mem::swap(&mut value, &mut next);
    }
    Product { value, next }
}

/// out = a · b / R modulo N, below 2N.
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply(out: &mut Number, a: &Number, b: &Number) {
    let zero = _mm512_setzero_si512();
    let a_vectors: [__m512i; VECTORS] = std::array::from_fn(|j| load(&a.0[j]));
    let n_vectors: [__m512i; VECTORS] = std::array::from_fn(|j| load(&N.0[j]));
    let mut sum = [zero; VECTORS];
    // The lowest lane is followed in a register of its own, carries included: the quotient's limb is made of it, and
    // what the vectors hold there is dropped unread.
    let lowest_a = u128::from(a.0[0][0]);
    let mut lowest = 0_u64;
    for &b_limb in &b.0.as_flattened()[..LIMBS] {
        let total = lowest_a * u128::from(b_limb) + u128::from(lowest);
        let q_limb = total as u64 & LIMB_MASK;
        // total + q · (2^52 − 1) is q · 2^52 plus a multiple of 2^52; this is that sum without its lowest, empty limb.
        let carry = (total >> LIMB_BITS) as u64 + q_limb;
        let (b_vector, q_vector) = (broadcast(b_limb), broadcast(q_limb));
        for j in 0..VECTORS {
            sum[j] = _mm512_madd52lo_epu64(sum[j], a_vectors[j], b_vector);
            sum[j] = _mm512_madd52lo_epu64(sum[j], n_vectors[j], q_vector);
        }
        // Down by a limb: the halves that follow belong one limb higher than those before.
        for j in 0..VECTORS {
            let above = if j + 1 < VECTORS { sum[j + 1] } else { zero };
            sum[j] = _mm512_alignr_epi64::<1>(above, sum[j]);
        }
        lowest = carry.wrapping_add(_mm_cvtsi128_si64(_mm512_castsi512_si128(sum[0])) as u64);
        for j in 0..VECTORS {
            sum[j] = _mm512_madd52hi_epu64(sum[j], a_vectors[j], b_vector);
            sum[j] = _mm512_madd52hi_epu64(sum[j], n_vectors[j], q_vector);
        }
    }
    for (limbs, vector) in out.0.iter_mut().zip(sum) {
        store(limbs, vector);
    }
    out.0[0][0] = lowest;
    let mut carry = 0;
    for limb in &mut out.0.as_flattened_mut()[..LIMBS] {
        carry += *limb;
        *limb = carry & LIMB_MASK;
        carry >>= LIMB_BITS;
    }
}

/// Copies the entry with this index, reading all of them alike.
#[target_feature(enable = "avx512f,avx512ifma")]
fn select(row: &[Number], index: u8, out: &mut Number) {
    let index = broadcast(u64::from(index));
    let mut selected = [_mm512_setzero_si512(); VECTORS];
    for (i, entry) in (0_u64..).zip(row) {
        let mask = _mm512_cmpeq_epi64_mask(broadcast(i), index);
        for (selected, limbs) in selected.iter_mut().zip(&entry.0) {
            *selected = _mm512_mask_mov_epi64(*selected, mask, load(limbs));
        }
    }
    for (limbs, vector) in out.0.iter_mut().zip(selected) {
        store(limbs, vector);
    }
}

#[target_feature(enable = "avx512f")]
fn broadcast(limb: u64) -> __m512i {
    _mm512_set1_epi64(limb.cast_signed())
}

#[target_feature(enable = "avx512f")]
fn load(limbs: &[u64; 8]) -> __m512i {
    // SAFETY: the reference is good for 64 bytes; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(limbs.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store(limbs: &mut [u64; 8], vector: __m512i) {
    // SAFETY: the reference is good for 64 bytes; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(limbs.as_mut_ptr().cast(), vector) }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{exponents, integer, modulus, residues};

    /// A number as the module keeps them: anything below 2N.
    fn numbers() -> impl Strategy<Value = BigUint> {
        let ends = [
            BigUint::ZERO,
            modulus() - 1_u8,
            modulus(),
            modulus() + 1_u8,
            modulus() * 2_u8 - 1_u8,
        ];
        prop_oneof![
            1 => proptest::sample::select(ends.to_vec()),
            4 => proptest::collection::vec(any::<u8>(), WIDTH + 1)
                .prop_map(|bytes| BigUint::from_bytes_be(&bytes) % (modulus() * 2_u8)),
        ]
    }

    fn to_number(integer: &BigUint) -> Number {
        let mut number = Number::ZERO;
        for (index, limb) in number.0.as_flattened_mut().iter_mut().enumerate() {
            *limb = (integer >> (LIMB_BITS * index))
                .iter_u64_digits()
                .next()
                .unwrap_or(0)
                & LIMB_MASK;
        }
        number
    }

    fn to_integer(number: &Number) -> BigUint {
        let limbs = number.0.as_flattened().iter().rev();
        limbs.fold(BigUint::ZERO, |integer, &limb| (integer << LIMB_BITS) + limb)
    }

    proptest! {
        #[test]
        fn products_are_right_and_stay_below_twice_n(a in numbers(), b in numbers()) {
            let Some(ifma) = Ifma::detect() else { return Ok(()) };
            let mut product = Product { value: to_number(&a), next: Number::ZERO };
            ifma.times(&mut product, &to_number(&b));
            let product = to_integer(&product.value);
            prop_assert!(product < modulus() * 2_u8);
            prop_assert_eq!((product << (LIMBS * LIMB_BITS)) % modulus(), a * b % modulus());
        }

        #[test]
        fn reduction_is_complete(a in numbers()) {
            let Some(ifma) = Ifma::detect() else { return Ok(()) };
            let plain = integer(&ifma.finish(&Product { value: to_number(&a), next: Number::ZERO }));
            prop_assert!(plain < modulus());
            prop_assert_eq!((plain << (LIMBS * LIMB_BITS)) % modulus(), a % modulus());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn powers_equal_those_of_two_other_implementations(base in residues(), exponent in exponents()) {
            let Some(ifma) = Ifma::detect() else { return Ok(()) };
            let power = integer(&power(ifma, &base, &exponent));
            prop_assert_eq!(&power, &integer(&bignum::power(&base, &exponent)));
            prop_assert_eq!(power, integer(&base).modpow(&BigUint::from_bytes_be(&exponent), &modulus()));
        }
    }

    #[test]
    fn bytes_come_back_from_digits() {
        for residue in [
            Residue::small(0),
            Residue::small(1),
            crate::testing::residue(&(modulus() - 1_u8)),
        ] {
            let number = Number::from_bytes(residue.as_bytes());
            assert_eq!(number.to_bytes(), *residue.as_bytes());
            assert_eq!(to_integer(&number), integer(&residue));
        }
    }

    #[test]
    fn every_entry_of_a_row_can_be_selected() {
        let Some(ifma) = Ifma::detect() else { return };
        let row: Vec<Number> = (0..32_u8).map(|i| to_number(&(modulus() - i))).collect();
        let mut selected = Number::ZERO;
        for (index, entry) in (0..).zip(&row) {
            ifma.select(&row, index, &mut selected);
            assert_eq!(selected.0, entry.0);
        }
    }
}
