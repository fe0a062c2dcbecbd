//! Many clients at once.

use std::net::SocketAddr;

use tokio::task::JoinSet;

use super::http::{Answer, Connection};
use crate::attack::Outcome;

/// Connections that are open already, so that what they send arrives together.
pub struct Crowd {
    server: SocketAddr,
    connections: Vec<Connection>,
}

impl Crowd {
    /// So many connections.
    pub async fn open(server: SocketAddr, connections: usize) -> Outcome<Crowd> {
        let mut opened = Vec::with_capacity(connections);
        for _ in 0..connections {
            opened.push(Connection::open(server).await?);
        }
        Ok(Crowd {
            server,
            connections: opened,
        })
    }

    /// Sends one request so many times, each connection its share, and returns all answers.
    pub async fn repeat(&mut self, request: &[u8], times: usize) -> Outcome<Vec<Answer>> {
        let width = self.connections.len();
        let mut under_way = JoinSet::new();
        for (number, mut connection) in self.connections.drain(..).enumerate() {
            let share = times / width + usize::from(number < times % width);
            let request = request.to_vec();
            under_way.spawn(async move {
                let mut answers = Vec::with_capacity(share);
                for _ in 0..share {
                    answers.push(connection.exchange_again(&request).await?);
                }
                Outcome::Ok((connection, answers))
            });
        }
        let mut answers = Vec::with_capacity(times);
        while let Some(done) = under_way.join_next().await {
            let (connection, more) = done??;
            self.connections.push(connection);
            answers.extend(more);
        }
        Ok(answers)
    }

    /// Sends one request on every connection and closes this share of them before an answer can have come; returns the
    /// answers that were waited for.
    pub async fn repeat_and_leave(&mut self, request: &[u8], leaving: usize) -> Outcome<Vec<Answer>> {
        let width = self.connections.len();
        let mut waiting = Vec::new();
        for (number, mut connection) in self.connections.drain(..).enumerate() {
            connection.send(request).await?;
            // Those that leave were first: the winner is likely among them.
            if number >= leaving {
                waiting.push(connection);
            }
        }
        let mut answers = Vec::new();
        for mut connection in waiting {
            answers.push(connection.read().await?);
            self.connections.push(connection);
        }
        while self.connections.len() < width {
            self.connections.push(Connection::open(self.server).await?);
        }
        Ok(answers)
    }
}
