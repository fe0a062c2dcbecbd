//! The sockets: how many connections there may be, and how each is served.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::heads::Heads;
use super::peer::{Client, Peer, proxied_for};
use super::places::{Counts, Place, Places};
use super::timed::{Awaited, Progress, Timed};
use super::{api, cors};
use poolhouse_config::settings::ConnectionLimits;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::base::shutdown::Shutdown;

fn counts(limits: &ConnectionLimits) -> Counts {
    Counts {
        total: limits.total,
        per_address: limits.per_address,
        per_network: limits.per_network,
    }
}

/// Whether an address may hold any number of connections.
fn is_exempt(limits: &ConnectionLimits, address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || limits.proxies.contains(&address)
}

/// The smallest buffer that hyper takes.
const LEAST_BUFFER: usize = 8192;

/// How long to wait when the system has no more file descriptors to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves every connection of a listener until told to stop, and then lets requests under way end.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, shutdown: Shutdown) {
    let limits = Arc::new(limits);
    let places = Places::new(counts(&limits));
    // Of proxies' connections any number: what comes through them is counted for each request.
    let requests = Places::new(Counts {
        total: usize::MAX,
        ..counts(&limits)
    });
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
                let is_exempt = is_exempt(&limits, from.ip());
                if let Some(place) = Places::take(&places, from.ip(), is_exempt) {
                    let router = Counted {
                        router: TowerToHyperService::new(router.clone()),
                        from,
                        limits: limits.clone(),
                        requests: requests.clone(),
                    };
                    connections.spawn(connection(stream, router, shutdown.clone(), place));
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

/// The service, for the requests of one connection.
struct Counted {
    router: TowerToHyperService<Router>,
    from: SocketAddr,
    limits: Arc<ConnectionLimits>,
    /// The requests that came through proxies, under the addresses that they come from.
    requests: Arc<Places>,
}

impl Counted {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let client = proxied_for(&self.limits.proxies, self.from.ip(), request.headers());
        let _place = match client.map(|client| Places::serve(&self.requests, client)) {
            Some(None) => return Ok(too_many_requests()),
            Some(place) => place,
            None => None,
        };
        let mut request = request;
        request.extensions_mut().insert(Peer(self.from));
        let client = client.unwrap_or_else(|| self.from.ip().to_canonical());
        request.extensions_mut().insert(Client(client));
        self.router.call(request).await
    }
}

async fn connection(stream: TcpStream, router: Counted, shutdown: Shutdown, place: Place) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let limits = &router.limits;
    let progress = Progress::new(place);
    let stream = Timed::new(stream, limits.patience, progress.clone());
    let mut heads = Heads::new(stream, progress.clone(), limits.head_bytes);
    let ended = match first(&mut heads, &progress, &shutdown).await {
        // Until here a connection takes next to no memory, from here on what hyper takes.
        Ok(true) => Box::pin(requests(heads, router, progress, shutdown)).await,
        Ok(false) => return,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        tracing::debug!(error = poolhouse_text::with_causes(&*error), "connection ended");
    }
}

/// Waits for the first request's head. Returns whether there will be one.
async fn first(
    heads: &mut Heads<Timed<TcpStream>>,
    progress: &Progress,
    shutdown: &Shutdown,
) -> io::Result<bool> {
    let mut is_last = false;
    loop {
        tokio::select! {
            biased;
            came = heads.first() => return came.map(|()| true),
            () = progress.place().dismissed() => {
                tracing::debug!("connection made room for another");
                return Ok(false);
            }
            () = shutdown.requested(), if !is_last => {
                if heads.is_empty() {
                    return Ok(false);
                }
                is_last = true;
            }
        }
    }
}

/// Serves one request after the other.
async fn requests(
    heads: Heads<Timed<TcpStream>>,
    router: Counted,
    progress: Arc<Progress>,
    shutdown: Shutdown,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let limits = router.limits.clone();
    let router = Arc::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let serving = progress.begin();
        let (router, progress) = (router.clone(), progress.clone());
        let request = request.map(|body| Body::new(Awaited { body, progress }));
        async move {
            let answer = router.call(request).await;
            drop(serving);
            answer
        }
    });
    let served = http1::Builder::new()
        .max_header_size(limits.head_bytes)
        // No more is read ahead than is wanted: neither of a body nor of the next request.
        .max_buf_size(limits.head_bytes.max(LEAST_BUFFER))
        .serve_connection(TokioIo::new(heads), service);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        // First, so that the head that is there has begun when the server is told to stop.
        biased;
        ended = served.as_mut() => ended,
        () = progress.place().dismissed() => {
            tracing::debug!("connection made room for another");
            return Ok(());
        }
        () = shutdown.requested() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    Ok(ended?)
}

/// An address has as many requests under way as it may.
fn too_many_requests() -> Response<Body> {
    let mut response = api::failure(&ApiError::too_many_requests());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(api::CONTENT_TYPE));
    cors::allow(response.map(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<F: Future>(_: impl FnOnce(TcpStream, Counted, Shutdown, Place) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_that_has_sent_no_head_takes_next_to_no_memory() {
        assert!(size(connection) < 2048, "{}", size(connection));
    }
}
