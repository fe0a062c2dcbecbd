//! The Cognito user pools API as facts: wire types, errors, operations and constraints, generated from `model/`.
//!
//! A request is handled in this order: the bytes become JSON, [`Operation::validate`] walks the JSON and lists what is
//! wrong in the service's own sentence, and only then [`Shape::from_json`] reads it into a plain struct, in which what the
//! model requires is there and not an `Option`. Nothing here does I/O.

mod body;
mod constraint;
pub mod contract;
mod error;
mod operation;
mod shape;
mod validate;

mod generated {
    pub(crate) mod calls;
    pub(crate) mod constraints;
    pub(crate) mod enums;
    pub(crate) mod errors;
    pub(crate) mod operations;
    pub(crate) mod requests;
    pub(crate) mod responses;
    pub(crate) mod types;
}

pub use body::parse_body;
pub use generated::errors::ErrorCode;
pub use generated::operations::Operation;
pub use operation::Auth;
pub use shape::{Blob, Call, Field, Missing, Nothing, Shape, Timestamp};
pub use validate::Rejection;

/// A unit type for every operation, tying it to the types of its request and its answer.
pub mod calls {
    pub use crate::generated::calls::*;
}

/// The structures and closed sets of the API, under the model's names.
pub mod shapes {
    pub use crate::generated::enums::*;
    pub use crate::generated::requests::*;
    pub use crate::generated::responses::*;
    pub use crate::generated::types::*;
}
