//! Arithmetic modulo N with AWS-LC's big numbers.
//!
//! # Why the calls are sound
//!
//! What a `SAFETY` comment below calls *live* is this:
//!
//! - **Ownership.** [`Number`], [`Scratch`] and [`Field`] each own the pointer they hold: it comes from the matching
//!   `*_new`, is checked for null, never leaves this file and is freed once, in `Drop` (the `Field` never, being a
//!   static). What C may write is reached through `&mut` or is local, what it only reads through `&`.
//! - **Threads.** A [`Field`] is written while it is made and only read after that: every function here takes its
//!   modulus and its Montgomery context as `const`, and AWS-LC's own RSA shares such contexts between threads. The
//!   others never cross a thread.
//!
//! Exponentiation also wants its base below the modulus, which is what a [`Residue`] is, and an odd modulus, which N is.
//! With all this given, the only failure left to the calls is want of memory; it is reported the way Rust reports it.
//!
//! # What takes constant time
//!
//! All numbers are read with the full width of N (48 words), whatever their value, so multiplications take AWS-LC's
//! fixed-width path. [`power`] uses `BN_mod_exp_mont_consttime`. [`power_of_public_exponent`] does not hide its
//! exponent, and says so in its name.

#![expect(unsafe_code, reason = "AWS-LC's big numbers have no safe binding")]

use std::ffi::c_int;
use std::ptr::NonNull;
use std::sync::OnceLock;

use aws_lc_sys as c;
use zeroize::Zeroizing;

use crate::comb::Engine;
use crate::fatal::out_of_memory;
use crate::group::{MODULUS, Residue, WIDTH};

/// Base to a secret exponent, in constant time.
pub(crate) fn power(base: &Residue, exponent: &[u8; 32]) -> Residue {
    exponentiate(c::BN_mod_exp_mont_consttime, base, exponent)
}

/// Base to an exponent everybody may know: its bits show in the time this takes.
pub(crate) fn power_of_public_exponent(base: &Residue, exponent: &[u8; 32]) -> Residue {
    exponentiate(c::BN_mod_exp_mont, base, exponent)
}

/// `BN_mod_exp_mont` and its variant: result, base, exponent, modulus, scratch, Montgomery context.
type Exponentiation = unsafe extern "C" fn(
    *mut c::BIGNUM,
    *const c::BIGNUM,
    *const c::BIGNUM,
    *const c::BIGNUM,
    *mut c::BN_CTX,
    *const c::BN_MONT_CTX,
) -> c_int;

fn exponentiate(function: Exponentiation, base: &Residue, exponent: &[u8; 32]) -> Residue {
    let field = Field::get();
    let (base, exponent) = (Number::of(base.as_bytes()), Number::of(exponent));
    let (mut result, mut scratch) = (Number::new(), Scratch::new());
    // SAFETY: all are live, and the base is below N.
    done(unsafe {
        function(
            result.as_mut(),
            base.as_ref(),
            exponent.as_ref(),
            field.modulus.as_ref(),
            scratch.as_mut(),
            field.montgomery.as_ptr(),
        )
    });
    result.to_residue()
}

/// a + b.
pub(crate) fn add(a: &Residue, b: &Residue) -> Residue {
    let (a, b) = (Number::of(a.as_bytes()), Number::of(b.as_bytes()));
    let mut sum = Number::new();
    // SAFETY: all are live, and both summands are below N.
    done(unsafe {
        c::BN_mod_add_quick(
            sum.as_mut(),
            a.as_ref(),
            b.as_ref(),
            Field::get().modulus.as_ref(),
        )
    });
    sum.to_residue()
}

/// AWS-LC as an engine for tables.
#[derive(Clone, Copy)]
pub(crate) struct AwsLc;

/// Words of a number.
const WORDS: usize = WIDTH / 8;

/// A number in Montgomery form, least significant word first.
#[derive(Clone)]
pub(crate) struct Factor(Zeroizing<[u64; WORDS]>);

/// A number in Montgomery form, and what multiplying it needs.
pub(crate) struct Product {
    value: Number,
    factor: Number,
    scratch: Scratch,
}

impl Engine for AwsLc {
    const DIGIT_BITS: usize = 6;
    type Factor = Factor;
    type Product = Product;

    fn start(self, residue: &Residue) -> Product {
        let plain = Number::of(residue.as_bytes());
        let (mut value, mut scratch) = (Number::new(), Scratch::new());
        let montgomery = Field::get().montgomery.as_ptr();
        // SAFETY: all are live.
        done(unsafe { c::BN_to_montgomery(value.as_mut(), plain.as_ref(), montgomery, scratch.as_mut()) });
        Product {
            value,
            factor: Number::new(),
            scratch,
        }
    }

    fn start_with(self, factor: &Factor) -> Product {
        let mut value = Number::new();
        value.set(factor);
        Product {
            value,
            factor: Number::new(),
            scratch: Scratch::new(),
        }
    }

    fn square(self, product: &mut Product) {
        let (value, scratch) = (product.value.as_mut(), product.scratch.as_mut());
        // SAFETY: all are live, and C allows the result to be both operands.
        done(unsafe {
            c::BN_mod_mul_montgomery(value, value, value, Field::get().montgomery.as_ptr(), scratch)
        });
    }

    fn times(self, product: &mut Product, factor: &Factor) {
        product.factor.set(factor);
        let (value, factor, scratch) = (
            product.value.as_mut(),
            product.factor.as_ref(),
            product.scratch.as_mut(),
        );
        // SAFETY: all are live, and C allows the result to be an operand.
        done(unsafe {
            c::BN_mod_mul_montgomery(value, value, factor, Field::get().montgomery.as_ptr(), scratch)
        });
    }

    fn factor(self, product: &Product) -> Factor {
        let mut bytes = Zeroizing::new([0; WIDTH]);
        // SAFETY: the number is live, and the length is the array's.
        done(unsafe { c::BN_bn2le_padded(bytes.as_mut_ptr(), bytes.len(), product.value.as_ref()) });
        let mut words = Zeroizing::new([0; WORDS]);
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Factor(words)
    }

    fn finish(self, product: &Product) -> Residue {
        let (mut plain, mut scratch) = (Number::new(), Scratch::new());
        let (value, montgomery) = (product.value.as_ref(), Field::get().montgomery.as_ptr());
        // SAFETY: all are live.
        done(unsafe { c::BN_from_montgomery(plain.as_mut(), value, montgomery, scratch.as_mut()) });
        plain.to_residue()
    }

    fn select(self, row: &[Factor], index: u8, out: &mut Factor) {
        out.0.fill(0);
        for (i, entry) in (0_u8..).zip(row) {
            let mask = mask_if_equal(i, index);
            for (out, word) in out.0.iter_mut().zip(&*entry.0) {
                *out |= word & mask;
            }
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

/// An owned big number, wiped when dropped.
struct Number(NonNull<c::BIGNUM>);

impl Number {
    fn new() -> Self {
        // SAFETY: asks for nothing.
        Self(made(unsafe { c::BN_new() }))
    }

    /// From bytes, most significant first. The width follows from their count, not from their value.
    fn of(bytes: &[u8]) -> Self {
        let mut number = Self::new();
        // SAFETY: the number is live, and the length is the slice's.
        made(unsafe { c::BN_bin2bn(bytes.as_ptr(), bytes.len(), number.as_mut()) });
        number
    }

    fn set(&mut self, factor: &Factor) {
        let mut bytes = Zeroizing::new([0; WIDTH]);
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(&*factor.0) {
            *bytes = word.to_le_bytes();
        }
        // SAFETY: the number is live, and the length is the array's.
        made(unsafe { c::BN_le2bn(bytes.as_ptr(), bytes.len(), self.as_mut()) });
    }

    fn to_residue(&self) -> Residue {
        let mut bytes = Zeroizing::new([0; WIDTH]);
        // SAFETY: the number is live, and the length is the array's.
        done(unsafe { c::BN_bn2bin_padded(bytes.as_mut_ptr(), bytes.len(), self.as_ref()) });
        Residue::from_reduced(*bytes)
    }

    fn as_ref(&self) -> *const c::BIGNUM {
        self.0.as_ptr()
    }

    fn as_mut(&mut self) -> *mut c::BIGNUM {
        self.0.as_ptr()
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: owned, and not used again.
        unsafe { c::BN_clear_free(self.0.as_ptr()) }
    }
}

/// AWS-LC's pool of temporary numbers.
struct Scratch(NonNull<c::BN_CTX>);

impl Scratch {
    fn new() -> Self {
        // SAFETY: asks for nothing.
        Self(made(unsafe { c::BN_CTX_new() }))
    }

    fn as_mut(&mut self) -> *mut c::BN_CTX {
        self.0.as_ptr()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: owned, and not used again.
        unsafe { c::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// N and what Montgomery multiplication precomputes for it.
struct Field {
    modulus: Number,
    montgomery: NonNull<c::BN_MONT_CTX>,
}

// SAFETY: nothing but memory belongs to a field, whichever thread it is on.
unsafe impl Send for Field {}
// SAFETY: a field is only read, see "Threads" above.
unsafe impl Sync for Field {}

impl Field {
    fn get() -> &'static Self {
        static FIELD: OnceLock<Field> = OnceLock::new();
        FIELD.get_or_init(|| {
            let (modulus, mut scratch) = (Number::of(&MODULUS), Scratch::new());
            // SAFETY: both are live, and N is odd.
            let montgomery =
                made(unsafe { c::BN_MONT_CTX_new_for_modulus(modulus.as_ref(), scratch.as_mut()) });
            Self { modulus, montgomery }
        })
    }
}

/// A C function that returns a pointer returned one.
fn made<T>(pointer: *mut T) -> NonNull<T> {
    NonNull::new(pointer).unwrap_or_else(|| out_of_memory())
}

/// A C function that returns 1 on success did.
fn done(status: c_int) {
    if status != 1 {
        out_of_memory();
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{exponents, integer, modulus, residue, residues};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn powers_equal_those_of_another_implementation(base in residues(), exponent in exponents()) {
            let expected = integer(&base).modpow(&BigUint::from_bytes_be(&exponent), &modulus());
            prop_assert_eq!(integer(&power(&base, &exponent)), expected.clone());
            prop_assert_eq!(integer(&power_of_public_exponent(&base, &exponent)), expected);
        }

        #[test]
        fn sums_equal_those_of_another_implementation(a in residues(), b in residues()) {
            prop_assert_eq!(integer(&add(&a, &b)), (integer(&a) + integer(&b)) % modulus());
        }
    }

    #[test]
    fn threads_share_the_field() {
        let base = residue(&BigUint::from(3_u8));
        let expected = integer(&power(&base, &[7; 32]));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| integer(&power(&base, &[7; 32]))))
                .collect();
            for thread in threads {
                assert_eq!(thread.join().expect("the thread ends"), expected);
            }
        });
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
