//! `poolhouse nodes`: the servers that share a database.

use serde_json::{Value, json};

use crate::args::{KeysArgs, Output};
use crate::data::{self, Data};
use crate::engine::Engine;
use crate::error::CliError;
use crate::moment::date;
use crate::output::{once, print};
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::key_ring::{Chain, KeyRing, Root};
use poolhouse_pool::records::{About, Generation, ServerKeys};
use poolhouse_pool::run::generation;
use poolhouse_pool::run::nodes::{self, Node};

/// What is said of a database that is a file.
const ALONE: &str =
    "The database is a file, which one server has for itself. Several can share a PostgreSQL database.";

pub(super) fn run(at: &KeysArgs) -> Result<(), CliError> {
    once(show(at))
}

async fn show(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing_to_watch(&at.data, at.store.as_deref()).await?;
    let found = match data.engine {
        Engine::Sqlite(_) => Ok(None),
        Engine::Postgres(_) => Shown::of(&data).await.map(Some),
    };
    data.engine.close().await;
    let found = found?;
    if at.output == Output::Json {
        return print(&found.map_or(Value::Null, |found| found.as_json()).to_string());
    }
    match found {
        None => print(ALONE),
        Some(found) => found.lines().iter().try_for_each(|line| print(line)),
    }
}

/// The servers of a database, at a moment of its clock.
struct Shown {
    generation: u32,
    now: Millis,
    ring: KeyRing,
    nodes: Vec<Node>,
}

impl Shown {
    async fn of(data: &Data) -> Result<Shown, CliError> {
        let platform = data.platform()?;
        let failed = |error| CliError::new("the servers cannot be read").caused_by(error);
        let clock = platform.store.clock().await;
        let clock =
            clock.map_err(|error| CliError::new("the database does not tell the time").caused_by(error))?;
        let noted = generation::noted(&platform).await;
        let (Generation(generation), _) =
            noted.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
        Ok(Shown {
            generation,
            now: clock.map_or(platform.now(), Millis),
            ring: data.keys.clone(),
            nodes: nodes::nodes(&platform).await.map_err(failed)?,
        })
    }

    /// Milliseconds of the database's clock since a server said that it runs.
    fn age(&self, about: &About) -> i64 {
        (self.now.0 - about.at.0 - about.behind.unwrap_or_default()).max(0)
    }

    /// The epochs of the keys that a server seals with; `None` for one that is not here.
    fn seals_with(&self, said: &ServerKeys) -> [Option<u8>; 2] {
        let known = |chain: &Chain| -> Option<u8> {
            let roots: Vec<&Root> = chain.roots().collect();
            let used = roots.into_iter().find(|root| said.uses.contains(&root.id()));
            used.map(|root| root.epoch)
        };
        [known(&self.ring.master), known(&self.ring.code)]
    }

    fn lines(&self) -> Vec<String> {
        let running = self.nodes.iter().filter(|node| node.runs).count();
        let servers = if running == 1 {
            "1 server runs"
        } else {
            &format!("{running} servers run")
        };
        let mut lines = vec![format!(
            "{servers} on this database, whose rows are of generation {}.",
            self.generation
        )];
        lines.extend(self.nodes.iter().map(|node| self.line(node)));
        lines
    }

    fn line(&self, node: &Node) -> String {
        let state = if node.runs { "runs" } else { "silent" };
        let Some(said) = &node.said else {
            return format!("{}  {state}  with a key that is not in this master.key", node.id);
        };
        let keys = self
            .seals_with(said)
            .map(|epoch| epoch.map_or_else(|| "one that is not here".to_owned(), |epoch| epoch.to_string()));
        let keys = format!("master key {}, code key {}", keys[0], keys[1]);
        let Some(about) = &said.about else {
            return format!("{}  {state}  a version that does not say which  {keys}", node.id);
        };
        let name = if about.name.is_empty() {
            &node.id
        } else {
            &about.name
        };
        format!(
            "{name}  {state}  {}  {keys}  {}  last heard of {} s ago",
            about.version,
            clock(about.behind),
            self.age(about) / 1000
        )
    }

    fn as_json(&self) -> Value {
        let nodes = self.nodes.iter().map(|node| {
            let about = node.said.as_ref().and_then(|said| said.about.as_ref());
            let keys = node.said.as_ref().map(|said| self.seals_with(said));
            json!({
                "Id": node.id,
                "Name": about.map(|about| &about.name),
                "Runs": node.runs,
                "Version": about.map(|about| &about.version),
                "Generation": node.said.as_ref().map(ServerKeys::generation),
                "MasterKey": keys.and_then(|keys| keys[0]),
                "CodeKey": keys.and_then(|keys| keys[1]),
                "ClockBehindMs": about.and_then(|about| about.behind),
                "LastHeardOfMs": about.map(|about| self.age(about)),
            })
        });
        json!({ "Generation": self.generation, "Now": date(self.now), "Servers": nodes.collect::<Vec<_>>() })
    }
}

fn clock(behind: Option<i64>) -> String {
    match behind {
        None => "clock not compared".to_owned(),
        Some(0) => "clock as the database's".to_owned(),
        Some(behind) if behind > 0 => format!("clock {behind} ms behind"),
        Some(behind) => format!("clock {} ms ahead", -behind),
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_pool::testing::TestPool;

    use super::*;

    fn shown(nodes: Vec<Node>) -> Shown {
        Shown {
            generation: 1,
            now: Millis(100_000),
            ring: TestPool::first_keys(),
            nodes,
        }
    }

    fn said(about: Option<About>) -> ServerKeys {
        let ring = TestPool::first_keys();
        ServerKeys {
            has: Vec::new(),
            uses: vec![ring.master.current.id()],
            since: Millis(0),
            until: Millis(0),
            about,
        }
    }

    #[test]
    fn each_server_is_a_line_that_says_what_it_is_and_how_right_its_clock_is() {
        let about = About {
            name: "one".to_owned(),
            version: "0.1.0".to_owned(),
            generation: 1,
            at: Millis(95_000),
            behind: Some(1500),
        };
        let node = |id: &str, runs, said| Node {
            id: id.to_owned(),
            runs,
            said,
        };
        let shown = shown(vec![
            node("a", true, Some(said(Some(about)))),
            node("b", true, Some(said(None))),
            node("c", false, None),
        ]);
        assert_eq!(
            shown.lines(),
            [
                "2 servers run on this database, whose rows are of generation 1.",
                "one  runs  0.1.0  master key 1, code key one that is not here  clock 1500 ms behind  last heard of 3 s ago",
                "b  runs  a version that does not say which  master key 1, code key one that is not here",
                "c  silent  with a key that is not in this master.key",
            ]
        );
        let json = shown.as_json();
        assert_eq!(json["Servers"][0]["LastHeardOfMs"], 3500);
        assert_eq!(json["Servers"][1]["Generation"], 1);
        assert_eq!(json["Servers"][2]["Version"], Value::Null);
    }

    #[test]
    fn a_clock_is_behind_or_ahead_of_the_databases() {
        let cases = [None, Some(0), Some(12), Some(-7)].map(clock);
        assert_eq!(
            cases,
            [
                "clock not compared",
                "clock as the database's",
                "clock 12 ms behind",
                "clock 7 ms ahead"
            ]
        );
    }
}
