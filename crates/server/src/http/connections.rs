//! The sockets: how many connections there may be, and how each is served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::peer::Peer;
use super::timed::{Progress, Timed};
use poolhouse_pool::base::shutdown::Shutdown;

pub use super::timed::Patience;

/// Limits on connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections at a time.
    pub total: usize,
    /// Of them from one address (IPv6: one /64). This machine's own are exempt, for a proxy in front has all of them.
    pub per_address: usize,
    /// The most octets of a request line and its headers.
    pub head_octets: usize,
    /// How long a connection may keep the server waiting.
    pub patience: Patience,
    /// How long requests under way may take to end when the server stops.
    pub farewell: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            total: 8192,
            per_address: 1024,
            head_octets: 16 * 1024,
            patience: Patience::default(),
            farewell: Duration::from_secs(5),
        }
    }
}

/// The smallest buffer that hyper takes.
const LEAST_BUFFER: usize = 8192;

/// How long to wait when the system has no more file descriptors to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves every connection of a listener until told to stop, and then lets requests under way end.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, shutdown: Shutdown) {
    let places = Arc::new(Places::new(limits));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = shutdown.requested() => break,
        };
        match accepted {
            Ok((stream, from)) => {
                // Without a place the connection is dropped: the other end sees it close and may come back.
                if let Some(place) = Places::take(&places, from) {
                    connections.spawn(connection(
                        stream,
                        from,
                        router.clone(),
                        limits,
                        shutdown.clone(),
                        place,
                    ));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.farewell, rest).await.is_err() {
        tracing::warn!("requests under way did not end in time and are cut off");
    }
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    shutdown: Shutdown,
    _place: Place,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let progress = Progress::new();
    let stream = TokioIo::new(Timed::new(stream, limits.patience, progress.clone()));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let serving = progress.begin();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(from));
        let answer = router.call(request);
        async move {
            let answer = answer.await;
            drop(serving);
            answer
        }
    });
    let served = http1::Builder::new()
        .max_header_size(limits.head_octets)
        // No more is read ahead of whoever wants it: neither of a body nor of the next request.
        .max_buf_size(limits.head_octets.max(LEAST_BUFFER))
        .serve_connection(stream, service);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = shutdown.requested() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = poolhouse_text::with_causes(&error), "connection ended");
    }
}

/// Who holds how many connections.
struct Places {
    limits: ConnectionLimits,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Places {
    fn new(limits: ConnectionLimits) -> Places {
        Places {
            limits,
            taken: Mutex::default(),
        }
    }

    /// A place for a connection from this address, or `None` if there are too many.
    fn take(places: &Arc<Places>, from: SocketAddr) -> Option<Place> {
        let address = counted_as(from.ip());
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= places.limits.total {
            return None;
        }
        if let Some(address) = address {
            let count = taken.by_address.entry(address).or_default();
            if *count >= places.limits.per_address {
                return None;
            }
            *count += 1;
        }
        taken.total += 1;
        drop(taken);
        Some(Place {
            places: places.clone(),
            address,
        })
    }
}

/// The address that a connection counts under: nothing for this machine's own, the /64 for IPv6, of which one machine
/// usually has all.
fn counted_as(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    match address {
        _ if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
    }
}

/// A connection's place, given back when dropped.
struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = taken.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(total: usize, per_address: usize) -> Arc<Places> {
        Arc::new(Places::new(ConnectionLimits {
            total,
            per_address,
            ..ConnectionLimits::default()
        }))
    }

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 40_000)
    }

    #[test]
    fn one_address_cannot_take_all_places() {
        let places = places(10, 2);
        let first = Places::take(&places, from("192.0.2.1"));
        let second = Places::take(&places, from("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(Places::take(&places, from("192.0.2.1")).is_none());
        assert!(Places::take(&places, from("192.0.2.2")).is_some());
        drop(first);
        assert!(Places::take(&places, from("192.0.2.1")).is_some());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let places = places(10, 1);
        let _held = Places::take(&places, from("2001:db8::1")).unwrap();
        assert!(Places::take(&places, from("2001:db8::ffff:2")).is_none());
        assert!(Places::take(&places, from("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_proxy_on_this_machine_may_take_all_places_and_no_more() {
        let places = places(3, 1);
        let held: Vec<_> = (0..3).map(|_| Places::take(&places, from("127.0.0.1"))).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(Places::take(&places, from("127.0.0.1")).is_none());
        assert!(Places::take(&places, from("192.0.2.1")).is_none());
        drop(held);
        assert!(places.taken.lock().unwrap().by_address.is_empty());
    }
}
