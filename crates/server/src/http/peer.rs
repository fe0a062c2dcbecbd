//! Who is at the other end of the connection.

use std::net::SocketAddr;

/// The address a connection comes from, attached to each of its requests. Behind a proxy it is the proxy's.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// Whether the other end is on this machine.
    pub fn is_loopback(self) -> bool {
        self.0.ip().to_canonical().is_loopback()
    }
}
