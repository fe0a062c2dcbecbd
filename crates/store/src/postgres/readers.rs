//! Reading: a few connections that everybody shares, each with as many reads under way as there are.
//!
//! A read that met a connection's end, or a server that takes no writes any more, is asked again over a new one, as long as
//! its caller's patience lasts: reading twice does no harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::connector::Connector;
use super::fault::{Fault, ReadOnly, silent};
use crate::StoreError;

/// How long a connection may leave a read unanswered.
const ANSWER: Duration = Duration::from_secs(3);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// The connections, each made when it is first needed.
pub(super) struct Readers {
    connector: Arc<Connector>,
    connections: Vec<Mutex<Option<Arc<Client>>>>,
    next: AtomicUsize,
    patience: Duration,
}

/// What a read that may be asked again came to.
enum Failed {
    /// For good.
    Here(StoreError),
    /// On this connection.
    There(StoreError),
}

impl Readers {
    pub(super) fn new(connector: Arc<Connector>, count: usize, patience: Duration) -> Self {
        Self {
            connector,
            connections: (0..count.max(1)).map(|_| Mutex::default()).collect(),
            next: AtomicUsize::new(0),
            patience,
        }
    }

    /// The rows of a statement. Those for which `demoted` holds say that the server takes no writes.
    pub(super) async fn rows(
        &self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        demoted: fn(&Row) -> bool,
    ) -> Result<Vec<Row>, StoreError> {
        let deadline = Instant::now() + self.patience;
        loop {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
            let place = &self.connections[turn];
            let error = match self.ask(place, sql, parameters, demoted, deadline).await {
                Ok(rows) => return Ok(rows),
                Err(Failed::Here(error)) => return Err(error),
                Err(Failed::There(error)) => error,
            };
            if Instant::now() + PAUSE >= deadline {
                return Err(error);
            }
            sleep(PAUSE).await;
        }
    }

    async fn ask(
        &self,
        place: &Mutex<Option<Arc<Client>>>,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        demoted: fn(&Row) -> bool,
        deadline: Instant,
    ) -> Result<Vec<Row>, Failed> {
        let client = timeout_at(deadline, self.connected(place)).await;
        let client = client.unwrap_or_else(|_| Err(silent())).map_err(Failed::There)?;
        let answered = timeout_at(
            deadline.min(Instant::now() + ANSWER),
            client.query_typed(sql, parameters),
        );
        let error = match answered.await {
            Ok(Ok(rows)) if !rows.iter().any(demoted) => return Ok(rows),
            Ok(Ok(_)) => StoreError::Unreachable(Arc::new(ReadOnly)),
            Ok(Err(error)) => match Fault::of(error) {
                Fault::Lost(error) | Fault::Demoted(error) => error,
                fault @ (Fault::Raced | Fault::Refused(_)) => return Err(Failed::Here(fault.into_error())),
            },
            Err(_) => silent(),
        };
        self.discard(place, &client).await;
        Err(Failed::There(error))
    }

    async fn connected(&self, place: &Mutex<Option<Arc<Client>>>) -> Result<Arc<Client>, StoreError> {
        let mut held = place.lock().await;
        if let Some(client) = held.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.connector.connect().await?);
        *held = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Gives up a connection, unless somebody else did.
    async fn discard(&self, place: &Mutex<Option<Arc<Client>>>, client: &Arc<Client>) {
        let mut held = place.lock().await;
        if held.as_ref().is_some_and(|current| Arc::ptr_eq(current, client)) {
            *held = None;
        }
    }

    /// Ends every connection.
    pub(super) async fn close(&self) {
        for place in &self.connections {
            *place.lock().await = None;
        }
    }
}
