//! Which file of a crate imports from which: `use` declarations and paths in code, followed to the file that defines the
//! name.
//!
//! What counts is the file that says what a name means. A name that a module re-exports is followed to where it is
//! defined, and neither `mod x;` nor the re-export of a child's name is an import: a module may list what it is made of.
//! Tests, and code that was generated, import as they like.

pub mod edges;
pub mod modules;
mod resolve;
mod source;
mod tokens;
