//! Small encodings of text that several crates need, each in one place, and a set of words in few bits.
//!
//! `docs/decisions/small-encodings.md` says why they are our own. Nothing here is constant-time: a secret that passes
//! through is compared and wiped by its owner.

pub mod base32;
pub mod hex;
pub mod html;
pub mod percent;
pub mod word_set;

mod causes;

pub use causes::with_causes;
