//! The three trigger functions as Lambda binaries.
