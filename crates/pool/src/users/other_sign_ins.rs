//! A change of a user that ends its other sign-ins, in the same commit.

use poolhouse_store::Batch;

use super::change::Proof;
use super::sign_out;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// What is committed with the change: what ends, and whatever else goes with it.
pub struct OtherSignIns {
    pool_id: String,
    sub: String,
    kept: String,
    also: Batch,
    ended: Batch,
}

impl OtherSignIns {
    /// All sign-ins of the user but for the family in the row `kept`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(
        ctx: &Ctx,
        (pool_id, sub): (&str, &str),
        kept: &str,
        also: Batch,
    ) -> Result<OtherSignIns, ApiError> {
        let mut others = OtherSignIns {
            pool_id: pool_id.to_owned(),
            sub: sub.to_owned(),
            kept: kept.to_owned(),
            also,
            ended: Batch::new(),
        };
        others.look(ctx).await?;
        Ok(others)
    }

    async fn look(&mut self, ctx: &Ctx) -> Result<(), ApiError> {
        let kept = Some(&*self.kept);
        self.ended = sign_out::revoke_others(ctx, &self.pool_id, &self.sub, kept).await?;
        Ok(())
    }
}

impl Proof for OtherSignIns {
    fn batch(&self, _: &Ctx) -> Batch {
        self.also.clone().merge(self.ended.clone())
    }

    /// A sign-in that was noted meanwhile is among those that end.
    async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if !self.ended.names(key) {
            return Ok(false);
        }
        self.look(ctx).await?;
        Ok(true)
    }
}
