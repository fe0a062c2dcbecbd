//! Names and connections: the system's, or a test's.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpStream, lookup_host};

use super::asked::BoxFuture;

/// What resolves names and connects.
pub trait Network: Send + Sync {
    /// The addresses of a host.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;

    /// A connection to an address.
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>>;

    /// Whether a connection has come back to this machine, whose own addresses may look public.
    fn is_here(&self, connection: &TcpStream) -> bool {
        match (connection.local_addr(), connection.peer_addr()) {
            (Ok(own), Ok(other)) => own.ip() == other.ip(),
            _ => true,
        }
    }
}

/// The system's.
pub struct System;

impl Network for System {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}
