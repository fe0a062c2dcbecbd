//! `poolhouse keys status`: which keys there are and how far their rotations are, never a key.

use serde_json::{Value, json};

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::engine::Engine;
use crate::error::CliError;
use crate::moment::date;
use crate::output::print;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::key_ring::{Before, CODE_HELD, KeyRing, MASTER_HELD, Root, RootKey};
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::signing;
use poolhouse_pool::records::ServerKeys;
use poolhouse_pool::run::rotation::ROW_HELD;
use poolhouse_pool::run::servers;

pub(super) async fn run(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing_to_watch(&at.data, at.store.as_deref()).await?;
    let platform = data.platform()?;
    let pools = of_pools(&platform).await;
    let servers = match data.engine {
        Engine::Sqlite(_) => Ok(None),
        Engine::Postgres(_) => of_servers(&platform, &data.keys).await.map(Some),
    };
    data.engine.close().await;
    let (pools, servers) = (pools?, servers?);
    if at.output == Output::Json {
        return print(&as_json(&data.keys, &pools, servers.as_ref()).to_string());
    }
    for root in [RootKey::Master, RootKey::Code] {
        print(&line(&data.keys, root))?;
    }
    if let Some(servers) = &servers {
        print(&servers.text())?;
    }
    for pool in &pools {
        print(&format!("{}  {}", pool.id, pool.text()))?;
    }
    Ok(())
}

/// The servers that run on a database that several can share.
struct ServersStatus {
    running: usize,
    /// Those that lack a key of this directory's file.
    without: usize,
    /// Those that seal with another key than this directory's file has in use.
    otherwise: usize,
}

impl ServersStatus {
    fn text(&self) -> String {
        let Self {
            running,
            without,
            otherwise,
        } = self;
        let mut text = format!("servers on this database: {running}");
        if *without > 0 {
            text.push_str(&format!(
                "; {without} without a key that is here: copy master.key there"
            ));
        }
        if *otherwise > 0 {
            text.push_str(&format!("; {otherwise} with another key in use"));
        }
        text
    }
}

async fn of_servers(platform: &Platform, ring: &KeyRing) -> Result<ServersStatus, CliError> {
    let failed = |error| CliError::new("the other servers' keys cannot be read").caused_by(error);
    let running = servers::running(platform).await.map_err(failed)?;
    let ids = |roots: Vec<&Root>| roots.into_iter().map(Root::id).collect::<Vec<_>>();
    let chains = [&ring.master, &ring.code];
    let newest = ids(chains
        .map(|chain| chain.next.as_ref().unwrap_or(&chain.current))
        .into());
    let used = ids(chains.map(|chain| &chain.current).into());
    let count = |is: &dyn Fn(&ServerKeys) -> bool| {
        // Of one whose words cannot be read here nothing can be said that is good.
        running
            .iter()
            .filter(|server| server.as_ref().is_none_or(is))
            .count()
    };
    Ok(ServersStatus {
        running: running.len(),
        without: count(&|server| !server.has_all(&newest)),
        otherwise: count(&|server| server.uses != used),
    })
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
        RootKey::Master | RootKey::Code => MASTER_HELD + ROW_HELD,
    };
    before.since.plus_seconds(held)
}

fn as_json(ring: &KeyRing, pools: &[PoolStatus], servers: Option<&ServersStatus>) -> Value {
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
        "Servers": servers.map(|servers| {
            json!({ "Running": servers.running, "Without": servers.without, "Otherwise": servers.otherwise })
        }),
    })
}
