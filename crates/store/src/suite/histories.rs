//! Whether what many clients hear at once can be explained by calls one after the other.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::testing::WriteFresh as _;
use crate::testing::linear::{History, Recorded};
use crate::{Batch, Expect, Row, Scan, Store};

/// Many clients, who read and write the same few rows as fast as they can.
pub struct Storm {
    /// Where their choices begin.
    pub seed: u64,
    /// How many there are, each of which asks one node.
    pub clients: usize,
    /// How many calls each of them makes.
    pub calls: usize,
    /// Into how many groups of three rows they write: the fewer, the more they meet.
    pub groups: usize,
}

impl Storm {
    /// Lets the clients loose on nodes of one store, and waits for them. What a store in trouble refuses is a call like any
    /// other.
    ///
    /// The rows are `pair/GROUP`, which may come and go, and `story/GROUP/a` and `story/GROUP/b`, which last.
    pub async fn rage(&self, nodes: Vec<Arc<dyn Store>>, history: &Arc<History>) {
        let mut clients = JoinSet::new();
        for client in 0..self.clients {
            let node = Arc::clone(&nodes[client % nodes.len()]);
            let mut client = Client {
                store: Recorded::new(node, Arc::clone(history)),
                dice: Dice(self.seed.wrapping_mul(1_000_003).wrapping_add(client as u64)),
            };
            let (calls, groups) = (self.calls, self.groups);
            clients.spawn(async move {
                for _ in 0..calls {
                    client.call(groups).await;
                }
            });
        }
        clients.join_all().await;
    }
}

struct Client {
    store: Recorded,
    dice: Dice,
}

impl Client {
    /// Most calls read. What is written expects what was just read, now and then something else, or nothing at all.
    async fn call(&mut self, groups: usize) {
        let group = self.dice.below(groups);
        let keys = keys(group);
        let named: Vec<&str> = keys.iter().map(String::as_str).collect();
        match self.dice.below(8) {
            0 => drop(self.store.get(named[self.dice.below(3)]).await),
            1 => drop(self.store.scan(Scan::prefix(format!("story/{group}/"), 10)).await),
            2..=4 => drop(self.store.get_many(&named).await),
            5 => {
                let batch = self.blind(&keys);
                drop(self.store.write(batch).await);
            }
            _ => {
                // Read and decided as a request does.
                if let Ok(rows) = self.store.get_many(&named).await {
                    let batch = self.considered(&keys, &rows);
                    drop(self.store.write(batch).await);
                }
            }
        }
    }

    /// Writes over whatever is there.
    fn blind(&mut self, keys: &[String; 3]) -> Batch {
        let body = self.dice.body();
        match self.dice.below(4) {
            0 => Batch::new().delete(&keys[1], Expect::Any),
            1 => Batch::new()
                .put(&keys[1], Expect::Any, &*body)
                .put(&keys[2], Expect::Any, &*body),
            _ => keys
                .iter()
                .fold(Batch::new(), |batch, key| batch.put(key, Expect::Any, &*body)),
        }
    }

    /// A step for each row or not, which expects what was read, and now and then what was not.
    fn considered(&mut self, keys: &[String; 3], rows: &[Option<Row>]) -> Batch {
        let mut batch = Batch::new();
        for (place, (key, row)) in keys.iter().zip(rows).enumerate() {
            let expect = match (self.dice.below(10), row) {
                (0, _) => Expect::Present,
                (1, _) | (_, None) => Expect::Absent,
                (_, Some(row)) => Expect::Version(row.version),
            };
            let body = self.dice.body();
            batch = match self.dice.below(6) {
                0 => batch,
                1 => batch.check(key, expect),
                2 => batch.delete(key, expect),
                3 if place == 0 => batch.put_until(key, expect, body, i64::MAX / 2),
                _ => batch.put(key, expect, body),
            };
        }
        batch
    }
}

fn keys(group: usize) -> [String; 3] {
    [
        format!("pair/{group}"),
        format!("story/{group}/a"),
        format!("story/{group}/b"),
    ]
}

/// Choices that a seed repeats (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn body(&mut self) -> String {
        format!("\"{:x}\"", self.next())
    }
}

/// Of clients that read and write the same rows at once, all answers together have an order.
pub async fn what_many_clients_heard_has_an_order(store: Arc<dyn Store>) {
    let history = Arc::<History>::default();
    let storm = Storm {
        seed: 7,
        clients: 8,
        calls: 60,
        groups: 3,
    };
    storm.rage(vec![store], &history).await;
    assert_eq!(history.answered(), history.operations().len());
    let story = history.judge().map_err(|why| why.to_string());
    assert_eq!(story.map(|ordered| ordered.parts), Ok(3));
}
