//! The server itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use poolhouse_api::{Auth, Operation};
use poolhouse_config::settings::{HttpSettings, TlsSettings, WebSettings};
use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::base::hosted::PageLimits;
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::base::shutdown::{self, Stop};
use poolhouse_pool::keyring::access;
use poolhouse_pool::mailer::Worker;
use poolhouse_pool::records::Policy;
use poolhouse_pool::testing::{Answer, TestPool, TestStore};
use poolhouse_server::http::peer::{Client, Peer};
use poolhouse_server::http::tls::Tls;
use poolhouse_server::http::{Pages, router};
use poolhouse_server::http::{connections, metrics};
use poolhouse_sigv4 as sigv4;
use poolhouse_store::Store;
use poolhouse_triggers::Place;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a server's randomness begins with unless a test says otherwise.
const SEED: u64 = 7;
/// Where requests without a socket come from.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);
/// What the requests say they were sent to.
const HOST: &str = "127.0.0.1:9229";

/// An access key.
#[derive(Clone)]
pub struct AccessKey {
    /// Its id.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
}

impl AccessKey {
    async fn new(pool: &TestPool, policy: Policy) -> AccessKey {
        let made = access::create(&pool.app().platform, policy).await;
        let made = made.expect("an access key can be made");
        AccessKey {
            access_key_id: made.access_key_id,
            secret_access_key: made.secret_access_key.to_string(),
        }
    }
}

/// What a test may change of a server before it is put together.
#[derive(Default)]
pub struct Edge {
    /// Limits on requests and connections.
    pub http: HttpSettings,
    /// The sign-in page.
    pub web: WebSettings,
    /// TLS, for sockets that [`TestServer::listen`] opens.
    pub tls: Option<TlsSettings>,
}

/// The pool for tests behind HTTP, which is what [`call`](Self::call) speaks.
pub struct TestServer {
    pool: TestPool,
    router: Router,
    http: HttpSettings,
    tls: Option<Tls>,
    operator: AccessKey,
    sockets: Mutex<Vec<(Stop, JoinHandle<()>)>>,
}

/// Whatever has nothing to do with HTTP is the pool's.
impl Deref for TestServer {
    type Target = TestPool;

    fn deref(&self) -> &TestPool {
        &self.pool
    }
}

/// A clock that stands still brings no requests back: there is no limit but where a test sets one.
fn unlimited(settings: &mut Settings) {
    settings.hosted.limits = PageLimits {
        pages: 0,
        forms: 0,
        forms_of_pool: 0,
    };
}

impl TestServer {
    /// A server with the default settings, but for the limits of pages.
    pub async fn new() -> TestServer {
        TestServer::with(|_| {}).await
    }

    /// A server over a pool whose settings were changed.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> TestServer {
        TestServer::on(Arc::new(TestStore::new()), SEED, change).await
    }

    /// A server whose limits or pages were changed.
    pub async fn with_edge(change: impl FnOnce(&mut Edge)) -> TestServer {
        TestServer::over(TestPool::new().await, change).await
    }

    /// A server over a pool of the test's own, with limits or pages changed.
    pub async fn over(pool: TestPool, change: impl FnOnce(&mut Edge)) -> TestServer {
        let mut edge = Edge::default();
        change(&mut edge);
        TestServer::build(pool, edge).await
    }

    /// A server on a store, so that two can share one, or one can follow another. They need different seeds, or they
    /// would make the same ids.
    pub async fn on(store: Arc<dyn Store>, seed: u64, change: impl FnOnce(&mut Settings)) -> TestServer {
        let pool = TestPool::on(store, seed, |settings| {
            unlimited(settings);
            change(settings);
        });
        TestServer::build(pool.await, Edge::default()).await
    }

    /// A server whose settings were changed, and that runs functions at these places, by ARN or name.
    pub async fn with_functions(
        functions: Vec<(String, Arc<dyn Place>)>,
        change: impl FnOnce(&mut Settings),
    ) -> TestServer {
        let pool = TestPool::with_functions(functions, |settings| {
            unlimited(settings);
            change(settings);
        });
        TestServer::build(pool.await, Edge::default()).await
    }

    async fn build(pool: TestPool, edge: Edge) -> TestServer {
        let pages = Pages::load(&edge.web).expect("the pages can be read");
        let operator = AccessKey::new(&pool, Policy::default()).await;
        TestServer {
            router: router(pool.app().clone(), pages, edge.http.body, edge.http.grid),
            http: edge.http,
            tls: edge
                .tls
                .map(|tls| Tls::load(&tls).expect("the certificate can be used")),
            operator,
            pool,
            sockets: Mutex::default(),
        }
    }

    /// The operator's access key, with which [`call`](Self::call) signs.
    pub fn operator(&self) -> &AccessKey {
        &self.operator
    }

    /// An access key that may do what this policy says.
    pub async fn limited_key(&self, policy: Policy) -> AccessKey {
        AccessKey::new(&self.pool, policy).await
    }

    /// An access key such as a process of this function gets, for these operations.
    pub fn function_key(&self, function: &str, operations: &[Operation]) -> AccessKey {
        let app = self.app();
        let issued = app
            .function_keys
            .issue(function, operations.to_vec(), &*app.platform.entropy);
        AccessKey {
            access_key_id: issued.access_key_id,
            secret_access_key: issued.secret_access_key.to_string(),
        }
    }

    /// Calls an operation as AWS's clients do: signed by the operator where AWS signs, plain where it does not. Mail that
    /// it caused lies in the inbox when this returns.
    ///
    /// # Panics
    /// If there is no such operation.
    pub async fn call(&self, operation: &str, body: Value) -> Answer {
        let known =
            Operation::from_name(operation).unwrap_or_else(|| panic!("there is no operation {operation}"));
        let signer = (known.auth() == Auth::SigV4).then_some(&self.operator);
        self.call_as(signer, operation, body).await
    }

    /// Calls an operation signed with this key, or unsigned.
    ///
    /// # Panics
    /// If the request cannot be built.
    pub async fn call_as(&self, signer: Option<&AccessKey>, operation: &str, body: Value) -> Answer {
        let body = body.to_string();
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("host", HOST),
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &target),
        ];
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(signer) = signer {
            for (name, value) in self.signature(signer, &headers, body.as_bytes()) {
                request = request.header(name, value);
            }
        }
        self.raw(request.body(body.into()).expect("a request")).await
    }

    fn signature(
        &self,
        signer: &AccessKey,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<(&'static str, String)> {
        let request = sigv4::Request {
            method: "POST",
            path: "/",
            query: "",
            headers,
            body,
        };
        let credentials = sigv4::Credentials::new(&*signer.access_key_id, &*signer.secret_access_key, None);
        let now = jiff::Timestamp::from_millisecond(self.clock().now().0).expect("a date");
        sigv4::sign(
            &request,
            &credentials,
            "us-east-1",
            "cognito-idp",
            &now.strftime("%Y%m%dT%H%M%SZ").to_string(),
        )
    }

    /// `GET` of a path.
    ///
    /// # Panics
    /// If the path is none.
    pub async fn get(&self, path: &str) -> Answer {
        self.raw(
            Request::get(path)
                .header(header::HOST, HOST)
                .body(Bytes::new())
                .expect("a request"),
        )
        .await
    }

    /// What the socket for numbers answers at `/metrics`.
    ///
    /// # Panics
    /// If the answer breaks off.
    pub async fn numbers(&self) -> Answer {
        let request = Request::get("/metrics").body(Body::empty()).expect("a request");
        let router = metrics::router(self.app().clone());
        answer(router, request).await
    }

    /// Sends a request as it is, from this machine.
    pub async fn raw(&self, request: Request<Bytes>) -> Answer {
        self.raw_from(PEER, request).await
    }

    /// Sends a request as if from this address.
    ///
    /// # Panics
    /// If the answer breaks off.
    pub async fn raw_from(&self, peer: SocketAddr, request: Request<Bytes>) -> Answer {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(Client(peer.ip()));
        let answer = answer(self.router.clone(), request).await;
        self.deliver_mail().await;
        answer
    }

    /// Serves a real socket as well, for clients that nobody here wrote, and returns its URL. Mail then arrives in the
    /// inbox by itself.
    ///
    /// # Panics
    /// If no socket can be had.
    pub async fn listen(&self) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        self.listen_on(listener)
    }

    /// The same on a socket of the caller's own: for an issuer that has to be known before there is a server.
    ///
    /// # Panics
    /// If it is no socket of this machine.
    pub fn listen_on(&self, listener: TcpListener) -> String {
        let address = listener.local_addr().expect("an address");
        let (stop, shutdown) = shutdown::channel();
        let worker = Worker::new(&self.app().mailer).expect("the inbox is on");
        tokio::spawn(worker.run(shutdown.clone()));
        let limits = self.http.connections.clone();
        let serving = tokio::spawn(connections::serve(
            listener,
            self.tls.clone(),
            self.router.clone(),
            limits,
            shutdown,
        ));
        self.sockets
            .lock()
            .expect("no panic under this lock")
            .push((stop, serving));
        format!("http://{address}")
    }

    /// Closes all sockets as a server does that is told to stop, and returns when the last connection has ended.
    ///
    /// # Panics
    /// If serving them panicked.
    pub async fn stop_listening(&self) {
        let sockets = std::mem::take(&mut *self.sockets.lock().expect("no panic under this lock"));
        for (stop, serving) in sockets {
            stop.request();
            serving.await.expect("no panic while serving");
        }
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let Ok(response) = TowerToHyperService::new(router).call(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Answer::new(parts.status.as_u16(), headers.collect(), &body)
}
