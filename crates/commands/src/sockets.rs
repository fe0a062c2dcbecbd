//! Opening the sockets, with errors that say what to change.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use poolhouse_config::Configuration;
use poolhouse_pool::base::settings::{FunctionPlace, FunctionSettings, Settings};
use tokio::net::{TcpListener, TcpSocket};

use crate::CliError;

/// Where the local inbox takes mail if the configuration does not say: here, or anywhere if that is taken.
const USUAL_INBOX_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 2525);
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// What changes where the server listens, for what.
const LISTEN: &str = "--listen";
const METRICS: &str = "listen under [metrics] in poolhouse.toml";
const INBOX: &str = "smtp under [inbox] in poolhouse.toml";
/// Connections that the kernel keeps waiting to be accepted.
const BACKLOG: u32 = 1024;

/// The server's sockets.
pub struct Sockets {
    /// For the API and the pages.
    pub http: TcpListener,
    /// For mail into the local inbox.
    pub inbox: Option<TcpListener>,
    /// For functions on this machine, where the API is for TLS alone.
    pub inside: Option<TcpListener>,
    /// For numbers.
    pub metrics: Option<TcpListener>,
}

/// Opens the sockets and writes into the settings which addresses they got.
///
/// # Errors
/// What to change where an address is taken, or cannot be listened on.
pub fn open(configuration: &mut Configuration) -> Result<Sockets, CliError> {
    let http = listen(configuration.settings.listen, LISTEN)?;
    configuration.settings.listen = address(&http)?;
    let metrics = match configuration.metrics.listen {
        Some(asked) => Some(listen(asked, METRICS)?),
        None => None,
    };
    configuration.metrics.listen = metrics.as_ref().map(address).transpose()?;
    let inside = match configuration.tls.is_some() && has_processes(&configuration.settings) {
        true => Some(listen(ANY_PORT, LISTEN)?),
        false => None,
    };
    configuration.settings.inside = inside.as_ref().map(address).transpose()?;
    if !configuration.inbox {
        return Ok(Sockets {
            http,
            inbox: None,
            inside,
            metrics,
        });
    }
    let inbox = match configuration.inbox_smtp {
        Some(address) => listen(address, INBOX)?,
        None => listen(USUAL_INBOX_PORT, "").or_else(|_| listen(ANY_PORT, INBOX))?,
    };
    configuration.settings.inbox = Some(address(&inbox)?);
    Ok(Sockets {
        http,
        inbox: Some(inbox),
        inside,
        metrics,
    })
}

/// Whether functions run on this machine, which know no certificate.
fn has_processes(settings: &Settings) -> bool {
    let is_process = |function: &FunctionSettings| matches!(function.place, FunctionPlace::Process(_));
    settings.functions.iter().any(is_process)
}

/// An address that cannot be listened on.
pub struct Unusable {
    /// Whether somebody listens there already.
    pub is_taken: bool,
    /// What to say.
    pub error: CliError,
}

/// The addresses that could not be listened on at this moment. None is listened on for it.
pub fn check(configuration: &Configuration) -> Vec<Unusable> {
    let inbox = configuration.inbox_smtp.filter(|_| configuration.inbox);
    let asked = [
        (Some(configuration.settings.listen), LISTEN),
        (configuration.metrics.listen, METRICS),
        (inbox, INBOX),
    ];
    let unusable = asked.into_iter().filter_map(|(address, setting)| {
        let error = bind(address?).err()?;
        Some(Unusable {
            is_taken: error.kind() == io::ErrorKind::AddrInUse,
            error: refused(address?, setting, error),
        })
    });
    unusable.collect()
}

/// Listens on an address that `setting` can change.
fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, CliError> {
    let listener = bind(address).and_then(|socket| socket.listen(BACKLOG));
    listener.map_err(|error| refused(address, setting, error))
}

fn refused(address: SocketAddr, setting: &str, error: io::Error) -> CliError {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "another program, perhaps another poolhouse, uses it",
        io::ErrorKind::AddrNotAvailable => "this machine does not have it",
        _ => "the system refuses",
    };
    CliError::new(format!(
        "{address} cannot be listened on: {why}. Choose another with {setting}"
    ))
    .caused_by(error)
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port that was in use a moment ago by the server before this one.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn address(listener: &TcpListener) -> Result<SocketAddr, CliError> {
    listener
        .local_addr()
        .map_err(|error| CliError::new("a socket has no address").caused_by(error))
}
