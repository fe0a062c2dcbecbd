//! How many connections a server keeps, for whom, and how long a slow one may take. Bytes go through unseen: what they say is
//! not known here.

pub mod heads;
pub mod places;
pub mod timed;
