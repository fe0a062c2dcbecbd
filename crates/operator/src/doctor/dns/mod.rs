//! The three questions about a sender's domain, asked of the machine's own resolvers.

mod message;

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use message::{Kind, Reply};

use super::facts::SenderRecords;

/// Where the machine's resolvers are named.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// How long one resolver may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Resolvers that are asked before giving up.
const MOST_SERVERS: usize = 2;
/// The largest answer by UDP, as EDNS allows it.
const MOST_UDP: usize = 4096;
/// Labels above a domain that may hold its DMARC policy. (RFC 9091 and its successors walk up the tree.)
const MOST_LABELS: usize = 8;

/// Recursive resolvers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolver {
    servers: Vec<SocketAddr>,
}

impl Resolver {
    /// The resolvers of this machine.
    pub(crate) fn of_this_machine() -> Resolver {
        Resolver::of(&std::fs::read_to_string(RESOLV_CONF).unwrap_or_default())
    }

    /// The resolvers in the text of a `resolv.conf`; this machine's own, if it names none.
    fn of(resolv_conf: &str) -> Resolver {
        let named = resolv_conf.lines().filter_map(|line| {
            let address = line
                .trim()
                .strip_prefix("nameserver")?
                .split_whitespace()
                .next()?;
            let address: IpAddr = address.split('%').next()?.parse().ok()?;
            Some(SocketAddr::new(address, 53))
        });
        let mut servers: Vec<SocketAddr> = named.take(MOST_SERVERS).collect();
        if servers.is_empty() {
            servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)));
        }
        Resolver { servers }
    }

    /// SPF, DMARC and, for these names, DKIM.
    ///
    /// # Errors
    /// No resolver answers.
    pub(crate) async fn sender(&self, domain: &str, dkim: &[String]) -> Result<SenderRecords, DnsError> {
        let spf = self.texts(domain).await?;
        let is_spf = |text: &String| {
            let text = text.to_ascii_lowercase();
            text == "v=spf1" || text.starts_with("v=spf1 ")
        };
        let mut records = SenderRecords {
            domain: domain.to_owned(),
            spf: spf.into_iter().filter(is_spf).collect(),
            dmarc: self.dmarc(domain).await?,
            dkim: Vec::with_capacity(dkim.len()),
        };
        for name in dkim {
            let is_there = !self.query(name).await?.texts.is_empty();
            records.dkim.push((name.clone(), is_there));
        }
        Ok(records)
    }

    /// The policy of the domain, or of the nearest one above it that has one.
    async fn dmarc(&self, domain: &str) -> Result<Option<String>, DnsError> {
        let mut domain = domain;
        for _ in 0..MOST_LABELS {
            let texts = self.texts(&format!("_dmarc.{domain}")).await?;
            if let Some(policy) = texts
                .into_iter()
                .find(|text| text.trim_start().starts_with("v=DMARC1"))
            {
                return Ok(Some(policy));
            }
            match domain.split_once('.') {
                Some((_, above)) if above.contains('.') => domain = above,
                _ => break,
            }
        }
        Ok(None)
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        Ok(self.query(name).await?.texts)
    }

    async fn query(&self, name: &str) -> Result<Reply, DnsError> {
        let mut trouble = DnsError::NoServer;
        for server in &self.servers {
            match timeout(PATIENCE, ask(*server, name)).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => trouble = error,
                Err(_) => trouble = DnsError::Deadline(*server),
            }
        }
        Err(trouble)
    }
}

/// Asks one server, by TCP if the answer is too long for UDP.
async fn ask(server: SocketAddr, name: &str) -> Result<Reply, DnsError> {
    let mut id = [0; 2];
    getrandom::fill(&mut id).map_err(|error| DnsError::Io(server, io::Error::other(error)))?;
    let id = u16::from_be_bytes(id);
    let query = message::query(id, name, Kind::Text).ok_or_else(|| DnsError::Name(name.to_owned()))?;
    let failed = |error| DnsError::Io(server, error);
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await.map_err(failed)?;
    // A connected socket takes packets of this server only.
    socket.connect(server).await.map_err(failed)?;
    socket.send(&query).await.map_err(failed)?;
    let mut packet = vec![0; MOST_UDP];
    let reply = loop {
        let length = socket.recv(&mut packet).await.map_err(failed)?;
        // An answer to another question is passed over: it may be forged, and the right one may follow.
        if let Some(reply) = message::read(&packet[..length], id, name) {
            break reply;
        }
    };
    let reply = if reply.truncated {
        by_tcp(server, &query, id, name).await?
    } else {
        reply
    };
    match reply.code {
        message::OK | message::NO_SUCH_NAME => Ok(reply),
        code => Err(DnsError::Refused(server, code)),
    }
}

async fn by_tcp(server: SocketAddr, query: &[u8], id: u16, name: &str) -> Result<Reply, DnsError> {
    let failed = |error| DnsError::Io(server, error);
    let mut stream = TcpStream::connect(server).await.map_err(failed)?;
    let length = u16::try_from(query.len()).unwrap_or(u16::MAX).to_be_bytes();
    stream
        .write_all(&[&length, query].concat())
        .await
        .map_err(failed)?;
    let length = stream.read_u16().await.map_err(failed)?;
    let mut packet = vec![0; usize::from(length)];
    stream.read_exact(&mut packet).await.map_err(failed)?;
    message::read(&packet, id, name).ok_or(DnsError::Nonsense(server))
}

/// Why DNS told nothing.
#[derive(Debug)]
pub(crate) enum DnsError {
    /// There is no resolver to ask.
    NoServer,
    /// It cannot be reached.
    Io(SocketAddr, io::Error),
    /// It does not answer.
    Deadline(SocketAddr),
    /// It answers with this code.
    Refused(SocketAddr, u8),
    /// It answers something else.
    Nonsense(SocketAddr),
    /// No question can be asked about this name.
    Name(String),
}

impl fmt::Display for DnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DnsError::NoServer => f.write_str("no resolver is known"),
            DnsError::Io(server, _) => write!(f, "the resolver {} cannot be reached", server.ip()),
            DnsError::Deadline(server) => write!(f, "the resolver {} does not answer", server.ip()),
            DnsError::Refused(server, code) => {
                write!(f, "the resolver {} answers with code {code}", server.ip())
            }
            DnsError::Nonsense(server) => write!(f, "the resolver {} answers something else", server.ip()),
            DnsError::Name(name) => write!(f, "{name} is no name of DNS"),
        }
    }
}

impl Error for DnsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            DnsError::Io(_, source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
