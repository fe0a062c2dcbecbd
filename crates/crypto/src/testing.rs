//! What the unit tests share.

use std::sync::atomic::{AtomicU64, Ordering};

use num_bigint::BigUint;
use proptest::prelude::*;

use crate::group::{MODULUS, Residue, WIDTH};
use crate::{Entropy, sha256};

/// Random bytes that are the same in every run.
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u32) -> Self {
        Self(AtomicU64::new(u64::from(seed) << 32))
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = sha256(&[&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// Always the same bytes.
pub(crate) struct Fixed<const L: usize>(pub(crate) [u8; L]);

impl<const L: usize> Entropy for Fixed<L> {
    fn fill(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }
}

pub(crate) fn modulus() -> BigUint {
    BigUint::from_bytes_be(&MODULUS)
}

pub(crate) fn integer(residue: &Residue) -> BigUint {
    BigUint::from_bytes_be(residue.as_bytes())
}

pub(crate) fn residue(integer: &BigUint) -> Residue {
    Residue::from_unsigned(&integer.to_bytes_be()).expect("below N")
}

/// Any residue, the ends of the range more often than chance would have them.
pub(crate) fn residues() -> impl Strategy<Value = Residue> {
    let ends = [0_u8, 1, 2].map(|small| {
        [
            residue(&BigUint::from(small)),
            residue(&(modulus() - small - 1_u8)),
        ]
    });
    prop_oneof![
        1 => proptest::sample::select(ends.concat()),
        4 => proptest::collection::vec(any::<u8>(), 0..=WIDTH)
            .prop_map(|bytes| residue(&(BigUint::from_bytes_be(&bytes) % modulus()))),
    ]
}

/// Any exponent, likewise.
pub(crate) fn exponents() -> impl Strategy<Value = [u8; 32]> {
    let mut one = [0; 32];
    one[31] = 1;
    prop_oneof![1 => proptest::sample::select(vec![[0; 32], one, [0xff; 32]]), 4 => any::<[u8; 32]>()]
}
