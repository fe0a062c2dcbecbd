//! The server itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use poolhouse_api::{Auth, Operation};
use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::Inbox;
use poolhouse_server::access_keys;
use poolhouse_server::app::App;
use poolhouse_server::clock::Clock;
use poolhouse_server::http::connections;
use poolhouse_server::http::peer::Peer;
use poolhouse_server::http::{Pages, router};
use poolhouse_server::mailer::Worker;
use poolhouse_server::settings::Settings;
use poolhouse_server::shutdown::{self, Stop};
use poolhouse_server::start::{Parts, assemble};
use poolhouse_server::sweeper::Sweeper;
use poolhouse_server::triggers::FunctionHost;
use poolhouse_sigv4 as sigv4;
use poolhouse_store::{Memory, Store};
use poolhouse_triggers::Place;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::{Answer, FrozenClock, PreparedKeys, SeededEntropy};

/// What a server's randomness begins with unless a test says otherwise.
const SEED: u64 = 7;
/// Where requests without a socket come from.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);
/// What the requests say they were sent to.
const HOST: &str = "127.0.0.1:9229";

/// An access key.
#[derive(Clone)]
pub struct Credentials {
    /// Its id.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
}

/// A server in memory, at 2026-01-02T03:04:05Z.
///
/// Mail that was sent and not read fails the test when the server is dropped; [`ignore_mail`](Self::ignore_mail) says
/// that this is meant.
pub struct TestServer {
    app: Arc<App>,
    router: Router,
    clock: Arc<FrozenClock>,
    operator: Credentials,
    pub(crate) inbox: Inbox,
    pub(crate) worker: tokio::sync::Mutex<Worker>,
    pub(crate) taken: Mutex<Vec<String>>,
    pub(crate) ignores_mail: AtomicBool,
    sweeper: tokio::sync::Mutex<Sweeper>,
    sockets: Mutex<Vec<(Stop, JoinHandle<()>)>>,
}

impl TestServer {
    /// A server with the default settings.
    pub async fn new() -> TestServer {
        TestServer::with(|_| {}).await
    }

    /// A server whose settings were changed.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> TestServer {
        TestServer::on(Arc::new(Memory::new()), SEED, change).await
    }

    /// A server on a store, so that two can share one, or one can follow another. They need different seeds, or they
    /// would make the same ids.
    ///
    /// # Panics
    /// If it cannot be put together.
    pub async fn on(store: Arc<dyn Store>, seed: u64, change: impl FnOnce(&mut Settings)) -> TestServer {
        TestServer::build(store, seed, change, Vec::new()).await
    }

    /// A server whose settings were changed, and that runs functions at these places, by ARN or name.
    pub async fn with_functions(
        functions: Vec<(String, Arc<dyn Place>)>,
        change: impl FnOnce(&mut Settings),
    ) -> TestServer {
        TestServer::build(Arc::new(Memory::new()), SEED, change, functions).await
    }

    async fn build(
        store: Arc<dyn Store>,
        seed: u64,
        change: impl FnOnce(&mut Settings),
        places: Vec<(String, Arc<dyn Place>)>,
    ) -> TestServer {
        let mut settings = Settings::default();
        settings.mail.from = Some(Mailbox::parse("Poolhouse <no-reply@pool.example>").expect("an address"));
        change(&mut settings);
        let clock = Arc::new(FrozenClock::default());
        let inbox = Inbox::new(1000);
        let pages = Pages::load(&settings.web).expect("the pages can be read");
        let parts = Parts {
            store,
            master_key: Zeroizing::new(*b"the master key of every test run"),
            entropy: Arc::new(SeededEntropy::new(seed)),
            clock: clock.clone(),
            key_source: Arc::new(PreparedKeys::default()),
            inbox: Some(inbox.clone()),
            cores: 2,
            function_host: FunctionHost::default(),
            places,
        };
        let app = assemble(settings, parts).expect("the server can be put together");
        let operator = access_keys::create(&*app.store, &app.sealer, &*app.entropy, clock.now())
            .await
            .expect("an access key can be made");
        let worker = Worker::new(&app).expect("the inbox is on");
        TestServer {
            router: router(app.clone(), pages),
            sweeper: tokio::sync::Mutex::new(Sweeper::new(&app)),
            app,
            clock,
            operator: Credentials {
                access_key_id: operator.access_key_id,
                secret_access_key: operator.secret_access_key.to_string(),
            },
            inbox,
            worker: tokio::sync::Mutex::new(worker),
            taken: Mutex::default(),
            ignores_mail: AtomicBool::new(false),
            sockets: Mutex::default(),
        }
    }

    /// The clock, to be moved.
    pub fn clock(&self) -> &FrozenClock {
        &self.clock
    }

    /// The store, to be looked into or broken.
    pub fn store(&self) -> &dyn Store {
        &*self.app.store
    }

    /// The operator's access key, with which [`call`](Self::call) signs.
    pub fn operator(&self) -> &Credentials {
        &self.operator
    }

    /// An access key such as a process of this function gets, for these operations.
    pub fn function_key(&self, function: &str, operations: &[Operation]) -> Credentials {
        let issued = self
            .app
            .function_keys
            .issue(function, operations.to_vec(), &*self.app.entropy);
        Credentials {
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
    pub async fn call_as(&self, signer: Option<&Credentials>, operation: &str, body: Value) -> Answer {
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
        signer: &Credentials,
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
        let credentials = sigv4::Credentials {
            access_key_id: &signer.access_key_id,
            secret: &signer.secret_access_key,
            session_token: None,
        };
        let now = jiff::Timestamp::from_millisecond(self.clock.now().0).expect("a date");
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
        let Ok(response) = TowerToHyperService::new(self.router.clone()).call(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes();
        self.deliver_mail().await;
        Answer::new(axum::http::Response::from_parts(parts, body))
    }

    /// Serves a real socket as well, for clients that nobody here wrote, and returns its URL. Mail then arrives in the
    /// inbox by itself.
    ///
    /// # Panics
    /// If no socket can be had.
    pub async fn listen(&self) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, shutdown) = shutdown::channel();
        let worker = Worker::new(&self.app).expect("the inbox is on");
        tokio::spawn(worker.run(shutdown.clone()));
        let limits = self.app.settings.http.connections;
        let serving = tokio::spawn(connections::serve(
            listener,
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

    /// Does one round of removing what has had its time.
    ///
    /// # Panics
    /// If the store fails.
    pub async fn sweep(&self) {
        self.sweeper
            .lock()
            .await
            .round()
            .await
            .expect("the store can be swept");
    }
}
