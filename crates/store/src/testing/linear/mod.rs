//! Whether what many clients heard of a store has an order.
//!
//! A store is linearizable if everything that clients heard of it can be explained by calls that took effect one after the
//! other, each at some moment between its question and its answer. [`Recorded`] writes down who asked what when and what was
//! answered, over whatever faults; [`judge`] then looks for such an order and says so, or which answer nothing explains.
//!
//! The search is that of Wing and Gong, with Lowe's memory of what was tried. Keys that no call names together are judged apart,
//! which changes no verdict. Versions, none of which is ever written twice, leave it little to try.

mod history;
mod judge;
mod order;
mod recorded;

pub use history::{Change, Heard, Operation, What, Written};
pub use judge::{Ordered, Unordered, judge};
pub use recorded::{History, Recorded};
