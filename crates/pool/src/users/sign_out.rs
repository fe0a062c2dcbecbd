//! Ending what a user has signed in to.

use std::collections::BTreeSet;

use poolhouse_store::{Batch, CommitError, Expect, Row, Scan};

use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{FamilyDevice, RecordBatch, RefreshRecord, Stored, UserRecord, UserSessions, load};
use crate::request::Ctx;

/// Families read at a time. A user rarely has more than a few.
const PAGE: usize = 200;
/// How often sign-ins are ended anew when others were noted meanwhile.
const RACES: usize = 64;

/// Deletes every refresh token of the user, and what is noted of its sessions. The caller sets `signed_out` on the user in
/// the same batch, which also ends access tokens of clients without revocation.
///
/// # Errors
/// When the store fails.
pub async fn revoke_all(ctx: &Ctx, pool_id: &str, sub: &str) -> Result<Batch, ApiError> {
    let (families, _) = all_but(ctx, pool_id, sub, None).await?;
    Ok(families.delete(UserSessions::key(pool_id, sub), Expect::Any))
}

/// Deletes the refresh tokens of the user but for those of the family in this row, and what is noted of the sessions that
/// end by it. The commit holds if no other session is noted meanwhile, or its note would be lost.
///
/// # Errors
/// When the store fails.
pub async fn revoke_others(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    kept: Option<&str>,
) -> Result<Batch, ApiError> {
    let (families, ended) = all_but(ctx, pool_id, sub, kept).await?;
    without_notes(ctx, pool_id, sub, families, &ended).await
}

/// Ends the same sign-ins, however many others are noted meanwhile.
///
/// # Errors
/// When the store fails.
pub async fn end_others(ctx: &Ctx, pool_id: &str, sub: &str, kept: Option<&str>) -> Result<(), ApiError> {
    for _ in 0..RACES {
        let missed = revoke_others(ctx, pool_id, sub, kept).await?;
        if missed.is_empty() {
            return Ok(());
        }
        match ctx.platform().commit(missed).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Whatever is noted: what is to end ends.
    let (families, _) = all_but(ctx, pool_id, sub, kept).await?;
    ctx.platform().commit(families).await?;
    Ok(())
}

/// Deletes the families that were signed in on a device, and what is noted of the sessions that end by it, on the condition of
/// [`revoke_others`]. The one in the row `asking` stays for its access tokens alone.
///
/// # Errors
/// When the store fails or a row is not a family.
pub async fn revoke_device(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    device_key: &str,
    asking: Option<&str>,
) -> Result<Batch, ApiError> {
    let mut families = Families::of(pool_id, sub);
    let (mut batch, mut ended) = (Batch::new(), BTreeSet::new());
    while let Some(page) = families.next(ctx).await? {
        for row in page {
            let family = decode::<RefreshRecord>(ctx.platform().open_row(row)?)?;
            let device = family.value.device.clone();
            let Some(device) = device.filter(|device| device.key == device_key) else {
                continue;
            };
            if asking == Some(&*family.key) {
                let device = Some(FamilyDevice {
                    is_forgotten: true,
                    ..device
                });
                let left = RefreshRecord {
                    device,
                    ..family.value.clone()
                };
                batch = batch.replace(&family, &left);
            } else {
                batch = batch.delete(family.key.clone(), Expect::Any);
                ended.insert(family.key);
            }
        }
    }
    without_notes(ctx, pool_id, sub, batch, &ended).await
}

/// The same batch, and what is noted of the sessions goes whose families end with it, if nothing is noted meanwhile.
async fn without_notes(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    families: Batch,
    ended: &BTreeSet<String>,
) -> Result<Batch, ApiError> {
    let noted = load(ctx.platform(), &UserSessions::key(pool_id, sub)).await?;
    let Some(noted) = noted.filter(|_| !ended.is_empty()) else {
        return Ok(families);
    };
    let key = |origin_jti: &str| String::from(RefreshRecord::key(pool_id, sub, origin_jti));
    let left = noted.value.without(|origin_jti| ended.contains(&key(origin_jti)));
    Ok(families.replace(&noted, &left))
}

/// What deletes the families of the user but for that in this row, and their rows.
async fn all_but(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    kept: Option<&str>,
) -> Result<(Batch, BTreeSet<String>), ApiError> {
    let mut families = Families::of(pool_id, sub);
    let (mut batch, mut ended) = (Batch::new(), BTreeSet::new());
    while let Some(page) = families.next(ctx).await? {
        for row in page.into_iter().filter(|row| kept != Some(&*row.key)) {
            batch = batch.delete(row.key.clone(), Expect::Any);
            ended.insert(row.key);
        }
    }
    Ok((batch, ended))
}

/// The family of the sign-in with this `event_id`.
///
/// # Errors
/// When the store fails or a row is not a family.
pub async fn family_of(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    event_id: &str,
) -> Result<Option<Stored<RefreshRecord>>, ApiError> {
    let mut families = Families::of(pool_id, sub);
    while let Some(page) = families.next(ctx).await? {
        for row in page {
            let family = decode::<RefreshRecord>(ctx.platform().open_row(row)?)?;
            if family.value.event_id == event_id {
                return Ok(Some(family));
            }
        }
    }
    Ok(None)
}

/// The family with whose tokens this device key was handed to the user, if they are good still.
///
/// # Errors
/// When the store fails or a row is not a family.
pub async fn family_of_device(
    ctx: &Ctx,
    pool_id: &str,
    user: &UserRecord,
    device_key: &str,
) -> Result<Option<Stored<RefreshRecord>>, ApiError> {
    let mut families = Families::of(pool_id, &user.sub);
    while let Some(page) = families.next(ctx).await? {
        for row in page {
            let family = decode::<RefreshRecord>(ctx.platform().open_row(row)?)?;
            let is_good = ctx.now < family.value.expires && !family.value.is_signed_out(user);
            if is_good && family.value.was_handed(device_key) {
                return Ok(Some(family));
            }
        }
    }
    Ok(None)
}

/// One user's families, page by page.
struct Families {
    prefix: String,
    after: Option<String>,
    is_over: bool,
}

impl Families {
    fn of(pool_id: &str, sub: &str) -> Families {
        Families {
            prefix: RefreshRecord::all(pool_id, sub),
            after: None,
            is_over: false,
        }
    }

    async fn next(&mut self, ctx: &Ctx) -> Result<Option<Vec<Row>>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        let scan = Scan {
            prefix: self.prefix.clone(),
            after: self.after.take(),
            limit: PAGE,
        };
        let page = ctx.platform().store.scan(scan).await?;
        self.after = page.last().map(|row| row.key.clone());
        self.is_over = page.len() < PAGE;
        Ok(Some(page))
    }
}
