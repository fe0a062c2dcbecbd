//! Whole requests, signed by others and by us, honest and not.

#![cfg(test)]

mod received;
mod refusals;
mod signatures;
mod tampering;
