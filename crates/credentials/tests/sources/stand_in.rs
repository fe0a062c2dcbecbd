//! A machine's agents, STS and single sign-on in one, which give a new key each time they are asked.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use poolhouse_credentials::{Env, RenewingCredentials, Surroundings};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::Proxies;
use serde_json::json;
use tokio::net::TcpListener;

/// 2026-01-02T03:04:05Z
pub const NOW: u64 = 1_767_323_045;

/// What the stand-in does and what it was asked.
pub struct State {
    /// The time, which only tests move.
    pub now: u64,
    /// How long the keys live that are given next.
    pub lives: u64,
    /// Whether everything is answered with this status.
    pub broken: Option<u16>,
    /// How many keys were given.
    pub given: usize,
    /// Method, path and proof of each request: a token, or the access key that signed.
    pub asked: Vec<String>,
}

/// The stand-in, listening, with a home folder of its own.
pub struct StandIn {
    pub state: Arc<Mutex<State>>,
    pub url: String,
    pub home: PathBuf,
}

impl StandIn {
    pub async fn start() -> StandIn {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            now: NOW,
            lives: 3600,
            broken: None,
            given: 0,
            asked: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let home =
            std::env::temp_dir().join(format!("poolhouse-credentials-{}-{number}", std::process::id()));
        std::fs::create_dir_all(home.join(".aws/sso/cache")).unwrap();
        StandIn { state, url, home }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn pass(&self, seconds: u64) {
        self.state().now += seconds;
    }

    /// Writes a file below the home folder and returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Credentials of an environment with these variables, for which the stand-in is all of AWS.
    pub fn credentials(&self, pairs: &[(&str, &str)]) -> RenewingCredentials {
        self.spread_by(pairs, 0)
    }

    /// The same, with chance as it is given.
    pub fn spread_by(&self, pairs: &[(&str, &str)], chance: u64) -> RenewingCredentials {
        RenewingCredentials::new(self.surroundings(pairs, None, chance))
    }

    pub fn surroundings(&self, pairs: &[(&str, &str)], profile: Option<&str>, chance: u64) -> Surroundings {
        let home = self.home.display().to_string();
        let own = [
            ("HOME", home.as_str()),
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.url.as_str()),
        ];
        let state = Arc::clone(&self.state);
        Surroundings {
            env: Env::of(&[&own, pairs].concat()),
            profile: profile.map(str::to_owned),
            region: None,
            tls: TlsSource::lazy(|| unreachable!("the stand-in speaks no TLS")),
            proxies: Proxies::default(),
            clock: Arc::new(move || Duration::from_secs(state.lock().unwrap().now)),
            random: Arc::new(move || chance),
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// A time as the places write it.
pub fn written(seconds: u64) -> String {
    jiff::Timestamp::from_second(i64::try_from(seconds).unwrap())
        .unwrap()
        .to_string()
}

type Reply = Response<Full<Bytes>>;

async fn answer(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    let mut state = state.lock().unwrap();
    let header = |name: &str| {
        let value = head.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let proofs = [
        header("authorization"),
        header("x-aws-ec2-metadata-token"),
        header("x-amz-sso_bearer_token"),
        field(&body, "WebIdentityToken"),
    ];
    let proof = proofs
        .into_iter()
        .find(|proof| !proof.is_empty())
        .unwrap_or_default();
    // Of a signature, the access key's id.
    let proof = match proof.split_once("Credential=") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default().to_owned(),
        None => proof,
    };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let action = field(&body, "Action");
    state.asked.push(
        format!("{} {path}{action} {proof}", head.method)
            .trim()
            .to_owned(),
    );
    if let Some(status) = state.broken {
        return Ok(status_only(status));
    }
    Ok(match (head.method.as_str(), head.uri.path()) {
        ("PUT", "/latest/api/token") => text("an instance's token"),
        ("GET", "/latest/meta-data/iam/security-credentials/") => text("ops\n"),
        ("GET", "/latest/meta-data/iam/security-credentials/ops" | "/container") => {
            let (id, expires) = give(&mut state);
            text(&json!({ "AccessKeyId": id, "SecretAccessKey": "s", "Token": "t", "Expiration": written(expires) }).to_string())
        }
        ("GET", "/federation/credentials") if proof == "a signed-in token" => {
            let (id, expires) = give(&mut state);
            let keys = json!({
                "accessKeyId": id, "secretAccessKey": "s", "sessionToken": "t", "expiration": expires * 1000,
            });
            text(&json!({ "roleCredentials": keys }).to_string())
        }
        ("POST", "/") => {
            let (id, expires) = give(&mut state);
            text(&format!(
                "<R><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>{}</Expiration></R>",
                written(expires)
            ))
        }
        _ => status_only(401),
    })
}

fn give(state: &mut State) -> (String, u64) {
    state.given += 1;
    (format!("ASIA{}", state.given), state.now + state.lives)
}

fn field(form: &str, name: &str) -> String {
    let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(other, _)| *other == name);
    found
        .map(|(_, value)| value.replace("%20", " "))
        .unwrap_or_default()
}

fn text(text: &str) -> Reply {
    Response::new(Full::from(text.to_owned()))
}

fn status_only(status: u16) -> Reply {
    let body = r#"{"__type":"StandInException","message":"said the stand-in"}"#;
    Response::builder().status(status).body(Full::from(body)).unwrap()
}
