//! The sockets: how many connections there may be, and how each is served.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::peer::{Client, Peer, proxied_for};
use super::tls::{HTTP_2, Tls};
use super::{api, cors, secure};
use poolhouse_config::settings::ConnectionLimits;
use poolhouse_connections::heads::Heads;
use poolhouse_connections::places::{Counts, Place, Places};
use poolhouse_connections::timed::{Awaited, Progress, Timed};
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

/// Requests of one connection at a time.
const STREAMS: u32 = 100;
/// Bytes of a body that a client may send before they are wanted. Of all bodies of a connection it may send 65,535: HTTP/2 has no less.
const WINDOW: u32 = 16 * 1024;
/// Bytes of an answer that are kept ready.
const SEND_BUFFER: usize = 64 * 1024;

/// How long to wait when the system has no more file descriptors to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves every connection of a listener until told to stop, and then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    limits: ConnectionLimits,
    shutdown: Shutdown,
) {
    let limits = Arc::new(limits);
    let places = Places::new(counts(&limits));
    // Of proxies' connections any number: what comes through them is counted for each request, as is what comes by HTTP/2.
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
                        hsts: tls.as_ref().is_some_and(Tls::hsts),
                        limits: limits.clone(),
                        requests: requests.clone(),
                    };
                    let acceptor = tls.as_ref().map(Tls::acceptor);
                    connections.spawn(connection(stream, acceptor, router, shutdown.clone(), place));
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
    hsts: bool,
    limits: Arc<ConnectionLimits>,
    /// The requests that came through proxies or by HTTP/2, under the addresses that they come from.
    requests: Arc<Places>,
}

impl Counted {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let client = proxied_for(&self.limits.proxies, self.from.ip(), request.headers());
        let from = self.from.ip().to_canonical();
        let is_multiplexed = request.version() == Version::HTTP_2 && !is_exempt(&self.limits, from);
        let counted = client.or(is_multiplexed.then_some(from));
        let _place = match counted.map(|client| Places::serve(&self.requests, client)) {
            Some(None) => return Ok(too_many_requests()),
            Some(place) => place,
            None => None,
        };
        let mut request = request;
        secure::name_host(&mut request);
        request.extensions_mut().insert(Peer(self.from));
        request.extensions_mut().insert(Client(client.unwrap_or(from)));
        let is_told = self.hsts && secure::is_public(request.headers());
        let mut answer = self.router.call(request).await?;
        if is_told {
            let headers = answer.headers_mut();
            headers.insert(header::STRICT_TRANSPORT_SECURITY, secure::HSTS);
        }
        Ok(answer)
    }
}

/// How a connection ended.
type Ended = Result<(), Box<dyn Error + Send + Sync>>;

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    router: Counted,
    shutdown: Shutdown,
    place: Place,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let progress = Progress::new(place);
    // Below TLS: a handshake that does not end is a head that does not.
    let stream = Timed::new(stream, router.limits.patience, progress.clone());
    let ended = match acceptor {
        None => one_by_one(stream, router, progress, shutdown).await,
        Some(acceptor) => Box::pin(secured(stream, acceptor, router, progress, shutdown)).await,
    };
    if let Err(error) = ended {
        tracing::debug!(error = poolhouse_text::with_causes(&*error), "connection ended");
    }
}

/// Speaks TLS, and what is agreed on in its handshake.
async fn secured(
    stream: Timed<TcpStream>,
    acceptor: TlsAcceptor,
    router: Counted,
    progress: Arc<Progress>,
    shutdown: Shutdown,
) -> Ended {
    let stream = tokio::select! {
        accepted = acceptor.accept(stream) => accepted?,
        () = progress.place().dismissed() => return Ok(()),
        () = shutdown.requested() => return Ok(()),
    };
    let is_http_2 = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
    progress.handshake_ended(is_http_2);
    match is_http_2 {
        true => many_at_a_time(stream, router, progress, shutdown).await,
        false => one_by_one(stream, router, progress, shutdown).await,
    }
}

/// HTTP/1.1: one request after the other.
async fn one_by_one(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Counted,
    progress: Arc<Progress>,
    shutdown: Shutdown,
) -> Ended {
    let mut heads = Heads::new(stream, progress.clone(), router.limits.head_bytes);
    match first(&mut heads, &progress, &shutdown).await {
        // Until here a connection takes next to no memory, from here on what hyper takes.
        Ok(true) => Box::pin(requests(heads, router, progress, shutdown)).await,
        Ok(false) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Waits for the first request's head. Returns whether there will be one.
async fn first<S: AsyncRead + Unpin>(
    heads: &mut Heads<S>,
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

async fn requests(
    heads: Heads<impl AsyncRead + AsyncWrite + Unpin + Send + 'static>,
    router: Counted,
    progress: Arc<Progress>,
    shutdown: Shutdown,
) -> Ended {
    let limits = router.limits.clone();
    let service = service_fn(serving(router, progress.clone()));
    let served = http1::Builder::new()
        .max_header_size(limits.head_bytes)
        // No more is read ahead than is wanted: neither of a body nor of the next request.
        .max_buf_size(limits.head_bytes.max(LEAST_BUFFER))
        .serve_connection(TokioIo::new(heads), service);
    drive(served, |served| served.graceful_shutdown(), &progress, &shutdown).await
}

/// HTTP/2: up to [`STREAMS`] requests at a time.
async fn many_at_a_time(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Counted,
    progress: Arc<Progress>,
    shutdown: Shutdown,
) -> Ended {
    let most = u32::try_from(router.limits.head_bytes).unwrap_or(u32::MAX);
    let service = service_fn(serving(router, progress.clone()));
    let served = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(WINDOW)
        .max_header_list_size(most)
        .max_send_buf_size(SEND_BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    drive(served, |served| served.graceful_shutdown(), &progress, &shutdown).await
}

/// A request that is being served.
type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// What serves the requests of a connection.
fn serving(router: Counted, progress: Arc<Progress>) -> impl Fn(Request<Incoming>) -> Answering {
    let router = Arc::new(router);
    move |request| {
        let under_way = progress.begin();
        let (router, progress) = (router.clone(), progress.clone());
        let request = request.map(|body| Body::new(Awaited::new(body, progress)));
        Box::pin(async move {
            let answer = router.call(request).await;
            drop(under_way);
            answer
        })
    }
}

/// Lets a connection go on until it ends, has to make room, or is told to end.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    served: C,
    end: impl FnOnce(Pin<&mut C>),
    progress: &Progress,
    shutdown: &Shutdown,
) -> Ended {
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
            end(served.as_mut());
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
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    /// What a second request from an address gets, of which one may be under way.
    async fn second(from: [u8; 4], version: Version) -> StatusCode {
        let limits = Arc::new(ConnectionLimits {
            per_address: 1,
            ..ConnectionLimits::default()
        });
        let counted = Counted {
            router: TowerToHyperService::new(
                Router::new()
                    .route("/slow", get(std::future::pending::<()>))
                    .route("/", get(async || ())),
            ),
            from: SocketAddr::from((from, 443)),
            hsts: false,
            requests: Places::new(counts(&limits)),
            limits,
        };
        let ask = |path: &str| {
            let request = Request::get(path).version(version);
            counted.call(request.body(Body::empty()).unwrap())
        };
        tokio::select! {
            biased;
            _ = ask("/slow") => unreachable!("it has no answer"),
            Ok(answer) = async { ask("/").await } => answer.status(),
        }
    }

    #[tokio::test]
    async fn an_address_has_no_more_requests_by_http_2_than_it_may_have_connections() {
        let stranger = [192, 0, 2, 7];
        assert_eq!(second(stranger, Version::HTTP_2).await, StatusCode::BAD_REQUEST);
        assert_eq!(second(stranger, Version::HTTP_11).await, StatusCode::OK);
        assert_eq!(second([127, 0, 0, 1], Version::HTTP_2).await, StatusCode::OK);
    }

    fn size<F: Future>(
        _: impl FnOnce(TcpStream, Option<TlsAcceptor>, Counted, Shutdown, Place) -> F,
    ) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_that_has_sent_no_head_takes_next_to_no_memory() {
        assert!(size(connection) < 2048, "{}", size(connection));
    }
}
