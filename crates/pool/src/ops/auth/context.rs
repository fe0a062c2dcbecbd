//! What a server that signs somebody in says of whom it does that for.

use std::net::IpAddr;

use poolhouse_api::shapes::ContextDataType;

use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord};
use crate::request::{Ctx, check_address};

/// The request as one from the address that `ContextData` names, or from one that nobody knows: the server's own is not
/// that of the person.
pub fn on_behalf(ctx: &Ctx, context: Option<&ContextDataType>) -> Ctx {
    let mut ctx = ctx.clone();
    ctx.asker.address = address(context);
    ctx.audit.comes_from(ctx.asker.address, None);
    ctx
}

fn address(context: Option<&ContextDataType>) -> Option<IpAddr> {
    context?.ip_address.parse().ok()
}

/// Checks that sign-ins are taken from the address that `ContextData` names. A server that names none vouches for it; one
/// that names what is no address might mean a blocked one.
///
/// # Errors
/// As [`check_address`].
pub fn check(
    pool: &PoolRecord,
    client: &ClientRecord,
    context: Option<&ContextDataType>,
) -> Result<(), ApiError> {
    if context.is_none() {
        return Ok(());
    }
    check_address(pool, client, address(context))
}
