//! How many connections a server keeps, for whom, and how long a slow one may take; when an answer leaves. Bytes go through unseen:
//! what they say is not known here.

pub mod grid;
pub mod heads;
pub mod places;
pub mod timed;
