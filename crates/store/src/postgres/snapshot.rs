//! One state of the database, read page by page: a transaction at REPEATABLE READ, on a connection of its own.
//!
//! It takes no lock that a commit waits for. As long as it lasts the database keeps the versions of rows that it sees.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::connector::Connector;
use super::fault::{Fault, ReadOnly, silent};
use super::found::{decode, unreadable};
use crate::{BoxFuture, Row, Snapshot, StoreError};

/// How long a page may take.
const ANSWER: Duration = Duration::from_secs(30);

pub(super) struct State {
    client: Client,
    scan: String,
    last: Option<String>,
}

impl State {
    /// The state of now.
    pub(super) async fn take(connector: &Connector, scan: String) -> Result<Self, StoreError> {
        let client = connector.connect().await?;
        answered(client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await?;
        let mut state = Self {
            client,
            scan,
            last: None,
        };
        // The state is that of the first statement.
        state.page(0).await?;
        Ok(state)
    }

    async fn page(&mut self, limit: usize) -> Result<Vec<Row>, StoreError> {
        let (low, included) = (self.last.as_deref().unwrap_or(""), self.last.is_none());
        let high: Option<&str> = None;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
            (&low, Type::TEXT),
            (&included, Type::BOOL),
            (&high, Type::TEXT),
            (&limit, Type::INT8),
        ];
        let found = answered(self.client.query_typed(&self.scan, parameters)).await?;
        let mut page = Vec::with_capacity(found.len());
        for row in &found {
            let key: Option<String> = row.try_get(0).map_err(|_| unreadable())?;
            let key = key.ok_or_else(|| StoreError::Unreachable(Arc::new(ReadOnly)))?;
            page.push(decode(row, key)?);
        }
        Ok(page)
    }
}

async fn answered<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StoreError> {
    match timeout(ANSWER, answer).await {
        Ok(answer) => answer.map_err(|error| Fault::of(error).into_error()),
        Err(_) => Err(silent()),
    }
}

impl Snapshot for State {
    fn next(&mut self, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let page = self.page(limit).await?;
            if let Some(last) = page.last() {
                self.last = Some(last.key.clone());
            }
            Ok(page)
        })
    }
}
