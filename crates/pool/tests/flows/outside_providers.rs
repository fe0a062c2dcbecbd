//! What an operator's, or somebody else's, addresses of an identity provider lead to: nothing that is inside.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::guarded::{BoxFuture, Guarded, Network};
use poolhouse_pool::oauth::cookies::Browser;
use poolhouse_pool::oauth::federation::arrive::Arrived;
use poolhouse_pool::oauth::federation::leave::leave;
use poolhouse_pool::oauth::federation::left::Left;
use poolhouse_pool::oauth::federation::oidc::back::back;
use poolhouse_pool::oauth::{Form, Site, authorize, site};
use poolhouse_pool::records::{Authorization, ClientRecord};
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::testing::TestPool;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Hosts that are not public, however they are written, and names that lead to such.
const INSIDE: [&str; 44] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.8.9.10",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "inside.example",
    "both.example",
];

/// A network of which nobody gets anything: names are as a test has them, connections are counted.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Network for Counted {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move {
            let of = |text: &str| SocketAddr::new(text.parse().unwrap(), port);
            match host {
                "inside.example" => Ok(vec![of("10.0.0.7")]),
                "both.example" => Ok(vec![of("93.184.215.14"), of("127.0.0.1")]),
                "outside.example" => Ok(vec![of("93.184.215.14")]),
                // As the system reads the many ways to write an address.
                host => Ok(tokio::net::lookup_host((host, port)).await?.collect()),
            }
        })
    }

    fn connect(&self, _: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Err(io::Error::other("nobody is there")) })
    }
}

struct Scene {
    server: TestPool,
    pool: String,
    client: String,
    network: Arc<Counted>,
}

impl Scene {
    async fn new() -> Scene {
        let server = TestPool::new().await;
        let network = Arc::new(Counted::default());
        let none = TlsSource::lazy(|| Err(rustls::Error::General("no TLS here".to_owned())));
        server
            .outside()
            .instead(Arc::new(Guarded::new(none).through(network.clone())));
        let pool = server.pool().await;
        server
            .call(
                "CreateUserPoolDomain",
                json!({ "UserPoolId": pool, "Domain": "acme" }),
            )
            .await
            .ok();
        let client = server.client_with(&pool, client(&["COGNITO"])).await;
        let client = client["ClientId"].as_str().unwrap().to_owned();
        Scene {
            server,
            pool,
            client,
            network,
        }
    }

    fn ctx(&self) -> Ctx {
        let app = self.server.app().clone();
        let now = app.platform.now();
        Ctx::new(
            app,
            "00000000-0000-4000-8000-00000000a11c".to_owned(),
            now,
            Asker::default(),
        )
    }

    /// A provider with these details, in place of the one before; `false`: it was refused.
    async fn provider(&self, details: Value) -> bool {
        let named = json!({ "UserPoolId": self.pool, "ProviderName": "Corp" });
        self.server.call("DeleteIdentityProvider", named).await;
        let made = json!({
            "UserPoolId": self.pool, "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": details,
        });
        if self.server.call("CreateIdentityProvider", made).await.status != 200 {
            return false;
        }
        let mut listed = client(&["COGNITO", "Corp"]);
        listed["UserPoolId"] = json!(self.pool);
        listed["ClientId"] = json!(self.client);
        self.server.call("UpdateUserPoolClient", listed).await.ok();
        true
    }

    async fn asked(&self) -> (Site, Authorization, Arc<ClientRecord>) {
        let ctx = self.ctx();
        let (site, _) = site::find(&ctx, None, "/d/acme/login").await.unwrap().unwrap();
        let asked = format!(
            "client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid\
             &code_challenge_method=S256&code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",
            self.client
        );
        let form = Form::read(asked.as_bytes()).unwrap();
        let authorization = authorize::check(&ctx, &site, &form).await.unwrap();
        let client = ctx.client(&self.pool, &self.client).await.unwrap().value;
        (site, authorization, client)
    }

    async fn leaves(&self) -> (Site, Left) {
        let (site, authorization, client) = self.asked().await;
        let asking = (&authorization, &*client);
        let left = leave(&self.ctx(), &site, asking, &Browser::default(), "Corp")
            .await
            .unwrap();
        (site, left)
    }

    fn connections(&self) -> usize {
        self.network.0.load(Ordering::SeqCst)
    }
}

fn client(providers: &[&str]) -> Value {
    json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": providers,
    })
}

fn details(members: Value) -> Value {
    let mut details = json!({
        "client_id": "c", "client_secret": "s", "authorize_scopes": "openid", "attributes_request_method": "GET",
        "oidc_issuer": "https://outside.example",
    });
    for (name, value) in members.as_object().unwrap() {
        details[name] = value.clone();
    }
    details
}

#[tokio::test]
async fn o_37_no_provider_leads_inside() {
    let scene = Scene::new().await;
    for host in INSIDE {
        // As the issuer, whose discovery document is fetched.
        if scene
            .provider(details(json!({ "oidc_issuer": format!("https://{host}") })))
            .await
        {
            let (_, left) = scene.leaves().await;
            let location = match left {
                Left::Back(location) => location,
                Left::Away { location, .. } => location,
            };
            assert!(
                location.contains("Corp%20Error%20-%20it%20cannot%20be%20reached"),
                "{host}: {location}"
            );
        }
        // As the token endpoint, which is called with the client's secret.
        let endpoints = json!({
            "authorize_url": "https://outside.example/auth",
            "token_url": format!("https://{host}/token"),
            "jwks_uri": format!("https://{host}/keys"),
        });
        if scene.provider(details(endpoints)).await {
            let (site, left) = scene.leaves().await;
            let (location, name) = match left {
                Left::Away { location, name, .. } => (location, name),
                Left::Back(location) => (location, None),
            };
            let state = location
                .split("state=")
                .nth(1)
                .unwrap()
                .split('&')
                .next()
                .unwrap();
            let form = Form::read(format!("code=c&state={state}").as_bytes()).unwrap();
            let browser = Browser { name, session: None };
            let arrived = back(&scene.ctx(), &site, &form, &browser).await.unwrap();
            let location = match arrived {
                Some(Arrived::Refused(location)) => location,
                _ => String::new(),
            };
            assert!(
                location.contains("Corp%20Error%20-%20it%20cannot%20be%20reached"),
                "{host}: {location}"
            );
        }
        assert_eq!(scene.connections(), 0, "{host}");
    }
    for url in [
        "http://outside.example",
        "http://127.0.0.1",
        "ftp://outside.example",
        "https://a@127.0.0.1",
        "https://outside.example\\@127.0.0.1",
    ] {
        assert!(
            !scene.provider(details(json!({ "oidc_issuer": url }))).await,
            "{url}"
        );
    }
    assert_eq!(scene.connections(), 0);
    // What is outside is asked, once.
    assert!(scene.provider(details(json!({}))).await);
    scene.leaves().await;
    assert_eq!(scene.connections(), 1);
}
