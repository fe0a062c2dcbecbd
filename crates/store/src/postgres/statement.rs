//! A group of batches as one statement, and its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::fault::Fault;
use super::placement::Placement;
use super::queue::Order;
use crate::batch::{Step, Write};
use crate::{Expect, StoreError};

/// What a key must hold, as the statement has it.
const ANYTHING: i64 = 0;
const NOTHING: i64 = -1;
const SOMETHING: i64 = -2;
const IMPOSSIBLE: i64 = -3;

/// The parameters of one statement.
struct Group<'a> {
    keys: Vec<&'a str>,
    briefs: Vec<bool>,
    writes: Vec<bool>,
    batches: Vec<i32>,
    numbers: Vec<i32>,
    kinds: Vec<i32>,
    wants: Vec<i64>,
    versions: Vec<i64>,
    expiries: Vec<Option<i64>>,
    bodies: Vec<Option<&'a str>>,
}

impl<'a> Group<'a> {
    fn new(orders: &'a [Order], placement: &Placement) -> Self {
        // Ascending, which is the order of the locks.
        let mut keys: BTreeMap<&str, bool> = BTreeMap::new();
        for (key, step) in orders.iter().flat_map(|order| order.batch.steps()) {
            *keys.entry(key).or_default() |= step.write.is_some();
        }
        let numbers: BTreeMap<&str, i32> = keys.keys().copied().zip(1..).collect();
        let mut group = Self {
            briefs: keys.keys().map(|key| placement.is_brief(key)).collect(),
            writes: keys.values().copied().collect(),
            keys: keys.into_keys().collect(),
            batches: Vec::new(),
            numbers: Vec::new(),
            kinds: Vec::new(),
            wants: Vec::new(),
            versions: Vec::new(),
            expiries: Vec::new(),
            bodies: Vec::new(),
        };
        for (batch, order) in (0..).zip(orders) {
            for (key, step) in order.batch.steps() {
                group.push(
                    batch,
                    order.version.get(),
                    numbers.get(key).copied().unwrap_or(0),
                    step,
                );
            }
        }
        group
    }

    fn push(&mut self, batch: i32, version: i64, number: i32, step: &'a Step) {
        let (kind, expires, body) = match &step.write {
            None => (0, None, None),
            Some(Write::Put { body, expires }) => (1, *expires, Some(body.as_str())),
            Some(Write::Delete) => (2, None, None),
        };
        self.batches.push(batch);
        self.numbers.push(number);
        self.kinds.push(kind);
        self.wants.push(wanted(step.expects()));
        self.versions.push(version);
        self.expiries.push(expires);
        self.bodies.push(body);
    }
}

/// All expectations of one key as one.
fn wanted(expects: &[Expect]) -> i64 {
    expects.iter().fold(ANYTHING, |wanted, expect| {
        let also = match expect {
            Expect::Any => ANYTHING,
            Expect::Absent => NOTHING,
            Expect::Present => SOMETHING,
            Expect::Version(version) => version.get(),
        };
        match (wanted, also) {
            (wanted, ANYTHING) => wanted,
            (ANYTHING, also) => also,
            (wanted, also) if wanted == also => wanted,
            (SOMETHING, version @ 1..) | (version @ 1.., SOMETHING) => version,
            _ => IMPOSSIBLE,
        }
    })
}

/// The statement that applies groups, for one schema.
pub(super) struct Statement(String);

impl Statement {
    pub(super) fn new(schema: &str) -> Self {
        let parameters = "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12";
        Self(format!("SELECT refused, at FROM {schema}.commit_1({parameters})"))
    }

    /// Sends the orders as one group named `id`, and answers for each the key of its conflict, if it met one.
    pub(super) async fn send(
        &self,
        client: &Client,
        id: i64,
        orders: &[Order],
        placement: &Placement,
    ) -> Result<Vec<Option<String>>, Fault> {
        let group = Group::new(orders, placement);
        let deferred = orders.iter().all(|order| order.batch.is_deferred());
        let parameters: [(&(dyn ToSql + Sync), Type); 12] = [
            (&id, Type::INT8),
            (&deferred, Type::BOOL),
            (&group.keys, Type::TEXT_ARRAY),
            (&group.briefs, Type::BOOL_ARRAY),
            (&group.writes, Type::BOOL_ARRAY),
            (&group.batches, Type::INT4_ARRAY),
            (&group.numbers, Type::INT4_ARRAY),
            (&group.kinds, Type::INT4_ARRAY),
            (&group.wants, Type::INT8_ARRAY),
            (&group.versions, Type::INT8_ARRAY),
            (&group.expiries, Type::INT8_ARRAY),
            (&group.bodies, Type::TEXT_ARRAY),
        ];
        let row = client
            .query_typed_one(&self.0, &parameters)
            .await
            .map_err(Fault::of)?;
        // It was answered, so it is committed: an answer that cannot be read is not known to be a refusal.
        conflicts(&row, &group, orders.len())
            .ok_or_else(|| Fault::Lost(StoreError::Engine(Arc::new(Unreadable))))
    }
}

fn conflicts(row: &Row, group: &Group<'_>, orders: usize) -> Option<Vec<Option<String>>> {
    let refused: Option<Vec<i32>> = row.try_get(0).ok()?;
    let at: Option<Vec<i32>> = row.try_get(1).ok()?;
    let mut conflicts = vec![None; orders];
    for (batch, number) in refused.into_iter().flatten().zip(at.into_iter().flatten()) {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        let key = *group.keys.get(place)?;
        *conflicts.get_mut(usize::try_from(batch).ok()?)? = Some(key.to_owned());
    }
    Some(conflicts)
}

/// The database answered something else than was asked.
#[derive(Debug)]
pub(super) struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgreSQL's answer cannot be read")
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_version;

    #[test]
    fn expectations_of_one_key_become_the_one_that_holds_when_all_do() {
        let (one, other) = (fresh_version(), fresh_version());
        let (this, that) = (Expect::Version(one), Expect::Version(other));
        let cases: [(&[Expect], i64); 10] = [
            (&[], ANYTHING),
            (&[Expect::Any, Expect::Absent], NOTHING),
            (&[Expect::Absent, Expect::Any, Expect::Absent], NOTHING),
            (&[Expect::Present], SOMETHING),
            (&[Expect::Present, this], one.get()),
            (&[this, Expect::Present, this], one.get()),
            (&[this, that], IMPOSSIBLE),
            (&[Expect::Absent, Expect::Present], IMPOSSIBLE),
            (&[Expect::Absent, this], IMPOSSIBLE),
            (&[this, that, Expect::Present, this], IMPOSSIBLE),
        ];
        for (expects, want) in cases {
            assert_eq!(wanted(expects), want, "{expects:?}");
        }
    }
}
