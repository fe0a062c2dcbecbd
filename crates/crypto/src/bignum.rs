//! Arithmetic modulo N with AWS-LC's big numbers: the one place of this project that steps outside safe Rust.
//!
//! Safe callers see four functions on [`Residue`]s and one accumulator, [`Product`], that stays in Montgomery form.
//!
//! # Why the calls below are sound
//!
//! - **Ownership.** [`Number`], [`Scratch`] and [`Field`] each own the one pointer they hold: it comes from the
//!   matching `*_new`, is checked for null, never leaves this file and is freed once, in `Drop` (the `Field` never,
//!   being a static). Rust's borrows of the owners are the borrows of the C objects: what C may write is reached
//!   through `&mut` or is local, what it only reads through `&`.
//! - **Aliasing.** Where the result is also an operand, the C function documents that it allows it
//!   (`BN_mod_mul_montgomery`, as all of `BN_*`).
//! - **Threads.** A [`Field`] is written while it is made and only read after that: every function here takes its
//!   modulus and its Montgomery context as `const`, and AWS-LC shares such contexts between threads in its own RSA.
//!   The other two never cross a thread.
//! - **Buffers.** Every pointer into Rust memory is passed with the length of the slice it came from.
//! - **Ranges.** Exponentiation wants its base below the modulus, which is what a [`Residue`] is. N is odd, positive
//!   and public. With these given, the only failure left to the calls is want of memory, and that is reported the way
//!   Rust reports it.
//!
//! # What takes constant time
//!
//! All numbers are read with the full width of N (48 words), whatever their value, so that multiplications take AWS-LC's
//! fixed-width path. [`power`] uses `BN_mod_exp_mont_consttime`. [`power_of_public_exponent`] does not hide its
//! exponent, and says so in its name.

#![expect(
    unsafe_code,
    reason = "AWS-LC's big numbers have no safe binding; the argument for each call stands above"
)]

use std::ptr::NonNull;
use std::sync::OnceLock;

use aws_lc_sys as c;
use zeroize::{Zeroize, Zeroizing};

use crate::fatal::out_of_memory;
use crate::group::{MODULUS, Residue, WIDTH};

/// Base to a secret exponent, in constant time.
pub(crate) fn power(base: &Residue, exponent: &[u8; 32]) -> Residue {
    let field = Field::get();
    let (base, exponent) = (Number::of(base.as_bytes()), Number::of(exponent));
    let (mut result, mut scratch) = (Number::new(), Scratch::new());
    done(unsafe {
        c::BN_mod_exp_mont_consttime(
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

/// Base to an exponent everybody may know: its bits show in the time this takes.
pub(crate) fn power_of_public_exponent(base: &Residue, exponent: &[u8; 32]) -> Residue {
    let field = Field::get();
    let (base, exponent) = (Number::of(base.as_bytes()), Number::of(exponent));
    let (mut result, mut scratch) = (Number::new(), Scratch::new());
    done(unsafe {
        c::BN_mod_exp_mont(
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

/// a · b.
pub(crate) fn multiply(a: &Residue, b: &Residue) -> Residue {
    let mut product = Product::of(a);
    product.times(&Product::of(b).to_factor());
    product.to_residue()
}

/// a + b.
pub(crate) fn add(a: &Residue, b: &Residue) -> Residue {
    let field = Field::get();
    let (a, b) = (Number::of(a.as_bytes()), Number::of(b.as_bytes()));
    let mut sum = Number::new();
    done(unsafe { c::BN_mod_add_quick(sum.as_mut(), a.as_ref(), b.as_ref(), field.modulus.as_ref()) });
    sum.to_residue()
}

/// Words of a [`Factor`].
pub(crate) const WORDS: usize = WIDTH / 8;

/// A number in Montgomery form, least significant word first: an entry of a table of powers.
#[derive(Clone)]
pub(crate) struct Factor(pub(crate) Zeroizing<[u64; WORDS]>);

/// A running product in Montgomery form.
pub(crate) struct Product {
    value: Number,
    factor: Number,
    scratch: Scratch,
}

impl Product {
    /// Starts from a residue.
    pub(crate) fn of(residue: &Residue) -> Self {
        let field = Field::get();
        let plain = Number::of(residue.as_bytes());
        let (mut value, mut scratch) = (Number::new(), Scratch::new());
        done(unsafe {
            c::BN_to_montgomery(
                value.as_mut(),
                plain.as_ref(),
                field.montgomery.as_ptr(),
                scratch.as_mut(),
            )
        });
        Self {
            value,
            factor: Number::new(),
            scratch,
        }
    }

    /// Multiplies by a factor.
    pub(crate) fn times(&mut self, factor: &Factor) {
        let field = Field::get();
        self.factor.set(factor);
        let value = self.value.as_mut();
        done(unsafe {
            c::BN_mod_mul_montgomery(
                value,
                value,
                self.factor.as_ref(),
                field.montgomery.as_ptr(),
                self.scratch.as_mut(),
            )
        });
    }

    /// The product as a factor for others.
    pub(crate) fn to_factor(&self) -> Factor {
        let mut bytes = [0; WIDTH];
        done(unsafe { c::BN_bn2le_padded(bytes.as_mut_ptr(), bytes.len(), self.value.as_ref()) });
        let mut words = Zeroizing::new([0; WORDS]);
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        bytes.zeroize();
        Factor(words)
    }

    /// The product itself.
    pub(crate) fn to_residue(&self) -> Residue {
        let field = Field::get();
        let (mut plain, mut scratch) = (Number::new(), Scratch::new());
        done(unsafe {
            c::BN_from_montgomery(
                plain.as_mut(),
                self.value.as_ref(),
                field.montgomery.as_ptr(),
                scratch.as_mut(),
            )
        });
        plain.to_residue()
    }
}

/// An owned big number, wiped when dropped.
struct Number(NonNull<c::BIGNUM>);

impl Number {
    fn new() -> Self {
        Self(made(unsafe { c::BN_new() }))
    }

    /// From bytes, most significant first. The width follows from their count, not from their value.
    fn of(bytes: &[u8]) -> Self {
        let mut number = Self::new();
        made(unsafe { c::BN_bin2bn(bytes.as_ptr(), bytes.len(), number.as_mut()) });
        number
    }

    fn set(&mut self, factor: &Factor) {
        let mut bytes = [0; WIDTH];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(&*factor.0) {
            *bytes = word.to_le_bytes();
        }
        made(unsafe { c::BN_le2bn(bytes.as_ptr(), bytes.len(), self.as_mut()) });
        bytes.zeroize();
    }

    fn to_residue(&self) -> Residue {
        let mut bytes = [0; WIDTH];
        done(unsafe { c::BN_bn2bin_padded(bytes.as_mut_ptr(), bytes.len(), self.as_ref()) });
        Residue::from_reduced(bytes)
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
        unsafe { c::BN_clear_free(self.0.as_ptr()) }
    }
}

/// AWS-LC's pool of temporary numbers.
struct Scratch(NonNull<c::BN_CTX>);

impl Scratch {
    fn new() -> Self {
        Self(made(unsafe { c::BN_CTX_new() }))
    }

    fn as_mut(&mut self) -> *mut c::BN_CTX {
        self.0.as_ptr()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        unsafe { c::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// N and what Montgomery multiplication precomputes for it.
struct Field {
    modulus: Number,
    montgomery: NonNull<c::BN_MONT_CTX>,
}

// Only read after it is made: see "Threads" above.
unsafe impl Send for Field {}
unsafe impl Sync for Field {}

impl Field {
    fn get() -> &'static Self {
        static FIELD: OnceLock<Field> = OnceLock::new();
        FIELD.get_or_init(|| {
            let (modulus, mut scratch) = (Number::of(&MODULUS), Scratch::new());
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
fn done(status: std::ffi::c_int) {
    if status != 1 {
        out_of_memory();
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{integer, modulus, residue};

    /// Any residue, the ends of the range more often than chance would have them.
    fn residues() -> impl Strategy<Value = Residue> {
        let ends = [0_u8, 1, 2].map(|small| residue(&BigUint::from(small)));
        let other_ends = [1_u8, 2].map(|small| residue(&(modulus() - small)));
        prop_oneof![
            1 => proptest::sample::select([&ends[..], &other_ends].concat()),
            4 => proptest::collection::vec(any::<u8>(), 0..=WIDTH)
                .prop_map(|bytes| residue(&(BigUint::from_bytes_be(&bytes) % modulus()))),
        ]
    }

    fn exponents() -> impl Strategy<Value = [u8; 32]> {
        let mut one = [0; 32];
        one[31] = 1;
        prop_oneof![1 => proptest::sample::select(vec![[0; 32], one, [0xff; 32]]), 4 => any::<[u8; 32]>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn powers_equal_those_of_another_implementation(base in residues(), exponent in exponents()) {
            let expected = integer(&base).modpow(&BigUint::from_bytes_be(&exponent), &modulus());
            prop_assert_eq!(integer(&power(&base, &exponent)), expected.clone());
            prop_assert_eq!(integer(&power_of_public_exponent(&base, &exponent)), expected);
        }

        #[test]
        fn products_and_sums_equal_those_of_another_implementation(a in residues(), b in residues()) {
            prop_assert_eq!(integer(&multiply(&a, &b)), integer(&a) * integer(&b) % modulus());
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
}
