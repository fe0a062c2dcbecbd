//! Arithmetic modulo N, by the fastest means this processor has.

use std::sync::OnceLock;

use crate::bignum::{self, AwsLc};
use crate::comb::{self, Table};
use crate::group::Residue;
#[cfg(target_arch = "x86_64")]
use crate::ifma::{self, Ifma};
use crate::joint::joint_power;

pub(crate) use crate::bignum::add;

/// g to a secret exponent (most significant byte first), in constant time.
pub(crate) fn power_of_generator(exponent: &[u8; 32]) -> Residue {
    match means() {
        #[cfg(target_arch = "x86_64")]
        Means::Ifma(table) => table.power_of_generator(exponent),
        Means::AwsLc(table) => table.power_of_generator(exponent),
    }
}

/// Base to a secret exponent, in constant time.
pub(crate) fn power(base: &Residue, exponent: &[u8; 32]) -> Residue {
    match means() {
        #[cfg(target_arch = "x86_64")]
        Means::Ifma(table) => ifma::power(table.engine(), base, exponent),
        Means::AwsLc(_) => bignum::power(base, exponent),
    }
}

/// Base to an exponent everybody may know: its bits may show in the time this takes.
pub(crate) fn power_of_public_exponent(base: &Residue, exponent: &[u8; 32]) -> Residue {
    match means() {
        #[cfg(target_arch = "x86_64")]
        Means::Ifma(table) => ifma::power(table.engine(), base, exponent),
        Means::AwsLc(_) => bignum::power_of_public_exponent(base, exponent),
    }
}

/// Base to an exponent everybody may know, as [`power_of_public_exponent`], where `upper` is base^(2^128).
pub(crate) fn power_of_public_halves(base: &Residue, upper: &Residue, exponent: &[u8; 32]) -> Residue {
    match means() {
        #[cfg(target_arch = "x86_64")]
        Means::Ifma(table) => joint_power(table.engine(), base, upper, exponent),
        Means::AwsLc(table) => joint_power(table.engine(), base, upper, exponent),
    }
}

/// a · b.
pub(crate) fn multiply(a: &Residue, b: &Residue) -> Residue {
    match means() {
        #[cfg(target_arch = "x86_64")]
        Means::Ifma(table) => comb::multiply(table.engine(), a, b),
        Means::AwsLc(table) => comb::multiply(table.engine(), a, b),
    }
}

/// Builds the table of powers now rather than at the first use.
pub(crate) fn warm_up() {
    means();
}

/// What multiplies here, with its table of powers.
enum Means {
    #[cfg(target_arch = "x86_64")]
    Ifma(Table<Ifma>),
    AwsLc(Table<AwsLc>),
}

fn means() -> &'static Means {
    static MEANS: OnceLock<Means> = OnceLock::new();
    MEANS.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        if let Some(ifma) = Ifma::detect() {
            return Means::Ifma(Table::new(ifma));
        }
        Means::AwsLc(Table::new(AwsLc))
    })
}
