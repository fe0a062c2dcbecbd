//! `poolhouse keys status`: which keys there are and how far their rotations are, never a key.

use serde_json::{Value, json};

use super::data;
use super::moment::date;
use super::{CliError, KeysArgs, Output, print};
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::key_ring::{Before, CODE_HELD, KeyRing, MASTER_HELD, RootKey};
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::signing;

pub(super) async fn run(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing_to_watch(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let pools = of_pools(&platform).await;
    data.engine.close().await;
    let pools = pools?;
    if at.output == Output::Json {
        return print(&as_json(&data.keys, &pools).to_string());
    }
    for root in [RootKey::Master, RootKey::Code] {
        print(&line(&data.keys, root))?;
    }
    for pool in &pools {
        print(&format!("{}  {}", pool.id, pool.text()))?;
    }
    Ok(())
}

/// A pool's signing keys.
struct PoolStatus {
    id: String,
    from: Millis,
    next: Option<Millis>,
    published: usize,
}

impl PoolStatus {
    fn text(&self) -> String {
        let since = match self.from {
            Millis(0) => "the pool's first keys".to_owned(),
            from => format!("keys that sign since {}", date(from)),
        };
        match self.next {
            Some(next) => format!("{since}; the next sign from {} on", date(next)),
            None => since,
        }
    }
}

async fn of_pools(platform: &Platform) -> Result<Vec<PoolStatus>, CliError> {
    let failed = |error| CliError::new("the signing keys cannot be read").caused_by(error);
    let now = platform.now();
    let mut found = Vec::new();
    for id in signing::pool_ids(platform).await.map_err(failed)? {
        let Some(keys) = signing::read(platform, &id).await.map_err(failed)? else {
            continue;
        };
        found.push(PoolStatus {
            id,
            from: keys.signing(now).map_or(Millis(0), |pair| pair.from),
            next: keys.next(now).map(|pair| pair.from),
            published: keys.published(now).count(),
        });
    }
    Ok(found)
}

fn line(ring: &KeyRing, root: RootKey) -> String {
    let chain = ring.chain(root);
    let mut text = format!("{:<6}  key {}", root.name(), chain.current.epoch);
    if let Some(next) = &chain.next {
        text.push_str(&format!("; key {} waits for a server to take it up", next.epoch));
    }
    if let Some(before) = &chain.before {
        let epoch = before.root.epoch;
        let until = date(held_until(before, root));
        text.push_str(&if before.resealed {
            format!("; key {epoch} is kept until {until} for browsers that are remembered")
        } else {
            format!("; key {epoch} goes when nothing is sealed with it any more, not before {until}")
        });
    }
    text
}

/// Until when a key is kept at least.
fn held_until(before: &Before, root: RootKey) -> Millis {
    let held = match root {
        RootKey::Code if before.resealed => CODE_HELD,
        RootKey::Master | RootKey::Code => MASTER_HELD,
    };
    before.since.plus_seconds(held)
}

fn as_json(ring: &KeyRing, pools: &[PoolStatus]) -> Value {
    let root = |root| {
        let chain = ring.chain(root);
        json!({
            "Epoch": chain.current.epoch,
            "Next": chain.next.as_ref().map(|next| next.epoch),
            "Before": chain.before.as_ref().map(|before| before.root.epoch),
            "Resealed": chain.before.as_ref().is_none_or(|before| before.resealed),
        })
    };
    let pools = pools.iter().map(|pool| {
        json!({
            "UserPoolId": pool.id,
            "SignsSince": date(pool.from),
            "NextSignsFrom": pool.next.map(date),
            "Published": pool.published,
        })
    });
    json!({
        "Master": root(RootKey::Master),
        "Code": root(RootKey::Code),
        "RefreshTokensOfEpochs": ring.refresh.iter().map(|kept| kept.epoch).collect::<Vec<_>>(),
        "Signing": pools.collect::<Vec<_>>(),
    })
}
