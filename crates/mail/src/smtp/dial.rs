//! TCP and TLS to a relay.

use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::relay::Relay;
use super::wire::{Stream, Wire};
use crate::deadlines::Clock;
use crate::error::{Phase, Problem, SendError};
use poolhouse_outbound::TlsSource;

/// A TCP connection and what its addresses say.
pub(super) struct Dialled {
    pub(super) stream: Box<dyn Stream>,
    /// Our side as an address literal (RFC 5321 4.1.3), which is what a host without a public name says in EHLO.
    pub(super) own_name: String,
    /// Whether the other side is this machine, whatever its name says.
    pub(super) on_this_machine: bool,
}

/// The relay's addresses, none of which may be missing.
pub(super) async fn look_up(relay: &Relay, clock: &Clock) -> Result<Vec<SocketAddr>, SendError> {
    let look_up = async {
        let found = lookup_host((relay.host(), relay.port()))
            .await
            .map_err(Problem::Io)?;
        let addresses: Vec<_> = found.collect();
        match addresses.is_empty() {
            true => Err(Problem::Lacking("an IP address")),
            false => Ok(addresses),
        }
    };
    clock.run(Phase::Connect, look_up).await
}

/// Connects to one of `count` addresses. Each gets an equal share of the limit, so that one dead IPv6 route does not eat
/// the whole.
pub(super) async fn dial(address: SocketAddr, count: usize, clock: &Clock) -> Result<Dialled, SendError> {
    let connect = async {
        match timeout(clock.connect_share(count), TcpStream::connect(address)).await {
            Ok(tcp) => tcp.and_then(dialled).map_err(Problem::Io),
            Err(_) => Err(Problem::Deadline),
        }
    };
    clock.run(Phase::Connect, connect).await
}

fn dialled(tcp: TcpStream) -> std::io::Result<Dialled> {
    // Nagle's algorithm against delayed acknowledgements costs 40 ms a mail.
    tcp.set_nodelay(true)?;
    let own_name = match tcp.local_addr()?.ip() {
        IpAddr::V4(ip) => format!("[{ip}]"),
        IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    };
    let on_this_machine = tcp.peer_addr()?.ip().is_loopback();
    Ok(Dialled {
        stream: Box::new(tcp),
        own_name,
        on_this_machine,
    })
}

/// The TLS handshake, with the relay's name checked against its certificate.
pub(super) async fn encrypt(
    relay: &Relay,
    tls: &TlsSource,
    stream: Box<dyn Stream>,
    clock: &Clock,
) -> Result<Wire, SendError> {
    let unread = SendError::new(Phase::Tls, Problem::Lacking("a file of ?ca= that was read"));
    let config = relay
        .tls(tls)
        .ok_or(unread)?
        .config()
        .map_err(|error| SendError::new(Phase::Tls, Problem::TlsSetup(error)))?;
    let name = relay.server_name().ok_or(SendError::new(
        Phase::Tls,
        Problem::Lacking("a name that TLS can check"),
    ))?;
    let handshake = async {
        TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(handshake_problem)
    };
    let stream = clock.run(Phase::Tls, handshake).await?;
    Ok(Wire::new(Box::new(stream)))
}

/// Tells a refused certificate or version from a connection that broke meanwhile.
pub(crate) fn handshake_problem(error: std::io::Error) -> Problem {
    match error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        true => Problem::Handshake(error),
        false => Problem::Io(error),
    }
}
