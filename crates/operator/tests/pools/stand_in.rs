//! A stand-in for the AWS services around a pool: Lambda, CloudWatch Logs, SES and STS, as far as the tools call them, with
//! what the test says they shall answer. It is no implementation of any of them.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use poolhouse_sigv4 as sigv4;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::tables::{self, Kept};

/// The access key that everybody starts with.
pub const KEY: (&str, &str) = ("AKIASTANDIN", "a secret that only tests know");
/// The access key that STS gives.
const ASSUMED: (&str, &str) = ("ASIAASSUMED", "a secret that only STS knew");

/// A function.
#[derive(Clone, Default)]
pub struct Function {
    pub configuration: Value,
    pub statements: Vec<Value>,
    pub retention: Option<u64>,
}

/// What the services know, and what they were asked.
#[derive(Default)]
pub struct Services {
    /// Whether the machine has keys of its own.
    pub is_machine: bool,
    /// Secret access keys by access key id.
    pub keys: BTreeMap<String, String>,
    pub functions: BTreeMap<String, Function>,
    pub account: Value,
    pub identities: BTreeMap<String, Value>,
    /// A user pool that is kept here instead of on a server, with its app clients.
    pub pool: Option<Value>,
    pub clients: BTreeMap<String, Value>,
    /// A member of the pool that every update loses.
    pub loses: Option<&'static str>,
    /// The operation during which somebody else changes the pool that is kept here.
    pub meddling_at: Option<&'static str>,
    /// Answers that come before anything else does: status and error code, for operations of this name.
    pub failures: VecDeque<(&'static str, u16, &'static str)>,
    /// The names of the operations that were called.
    pub called: Vec<String>,
    /// The bodies of the operations that change the pool kept here.
    pub updates: Vec<Value>,
    /// Operations that are done, and whose answer something on the way replaces.
    pub lost: Vec<&'static str>,
    /// DynamoDB and Secrets Manager.
    pub kept: Kept,
    /// The access key ids that signed.
    pub signers: Vec<String>,
}

/// The stand-in, listening.
#[derive(Clone)]
pub struct StandIn {
    services: Arc<Mutex<Services>>,
    pub url: String,
}

impl StandIn {
    pub async fn start() -> StandIn {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stand_in = StandIn {
            services: Arc::default(),
            url,
        };
        for (id, secret) in [KEY, ASSUMED] {
            stand_in.services().keys.insert(id.to_owned(), secret.to_owned());
        }
        let services = stand_in.services.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let services = services.clone();
                let service = service_fn(move |request| answer(services.clone(), request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        stand_in
    }

    pub fn services(&self) -> MutexGuard<'_, Services> {
        self.services.lock().unwrap()
    }
}

type Reply = Response<Full<Bytes>>;

async fn answer(services: Arc<Mutex<Services>>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut services = services.lock().unwrap();
    if let Some(reply) = machine(&services, &head) {
        return Ok(reply);
    }
    if !check_signature(&head, &body, &mut services) {
        return Ok(error(403, "InvalidSignatureException"));
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    let target = head
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let operation = operation(&head.method, head.uri.path(), target, &text);
    services.called.push(operation.clone());
    if services.meddling_at == Some(&operation)
        && let Some(pool) = &mut services.pool
    {
        pool["DeletionProtection"] = json!("INACTIVE");
    }
    let fails = services
        .failures
        .front()
        .is_some_and(|(name, ..)| *name == operation);
    if fails && let Some((_, status, code)) = services.failures.pop_front() {
        return Ok(error(status, code));
    }
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some((status, body)) = tables::answer(&mut services.kept, &operation, &json) {
        return Ok(reply(status, &body));
    }
    let lost = services.lost.iter().position(|name| *name == operation);
    let lost = lost.map(|at| services.lost.remove(at)).is_some();
    let reply = answer_to(&mut services, &operation, &head, target.is_some(), json);
    Ok(if lost { bad_gateway() } else { reply })
}

/// What a proxy answers that has lost the service behind it.
fn bad_gateway() -> Reply {
    Response::builder()
        .status(502)
        .body(Full::from("<html>Bad Gateway</html>"))
        .unwrap()
}

fn answer_to(
    services: &mut Services,
    operation: &str,
    head: &hyper::http::request::Parts,
    has_target: bool,
    json: Value,
) -> Reply {
    match operation {
        "GetCallerIdentity" => xml("<Arn>arn:aws:sts::1:assumed-role/operator/me</Arn>"),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => xml(&format!(
            "<AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>t</SessionToken>",
            ASSUMED.0, ASSUMED.1
        )),
        "DescribeLogGroups" => log_groups(services, &json),
        "GetAccount" => reply(200, &services.account),
        "GetEmailIdentity" => {
            let name = decoded(head.uri.path().rsplit('/').next().unwrap());
            services
                .identities
                .get(&name)
                .map_or_else(|| error(404, "NotFoundException"), |it| reply(200, it))
        }
        "Unknown" => error(404, "UnknownOperationException"),
        name if has_target => user_pool(services, name, json),
        name => function(services, name, head.uri.path(), &json),
    }
}

/// What the agents of the machine answer, if it has keys of its own: the instance's metadata service to requests with its
/// token, the container's agent to requests with the other.
fn machine(services: &Services, head: &hyper::http::request::Parts) -> Option<Reply> {
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let keys = json!({ "AccessKeyId": KEY.0, "SecretAccessKey": KEY.1, "Token": "" });
    let text = |text: &str| Some(Response::new(Full::from(text.to_owned())));
    if !services.is_machine {
        let path = head.uri.path();
        return (path.starts_with("/latest/") || path == "/container").then(|| error(404, "NotFound"));
    }
    let has_token = header("x-aws-ec2-metadata-token") == Some("instance");
    match (head.method.as_str(), head.uri.path()) {
        ("PUT", "/latest/api/token") if header("x-aws-ec2-metadata-token-ttl-seconds").is_some() => {
            text("instance")
        }
        ("GET", "/latest/meta-data/iam/security-credentials/") if has_token => text("ops\n"),
        ("GET", "/latest/meta-data/iam/security-credentials/ops") if has_token => Some(reply(200, &keys)),
        ("GET", "/container") if header("authorization") == Some("a token") => Some(reply(200, &keys)),
        _ => None,
    }
}

/// Unsigned requests are let through to the one operation that takes them.
fn check_signature(head: &hyper::http::request::Parts, body: &[u8], services: &mut Services) -> bool {
    let headers: Vec<(&str, &str)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let request = sigv4::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or(""),
        headers: &headers,
        body,
    };
    let unsigned = String::from_utf8_lossy(body).contains("Action=AssumeRoleWithWebIdentity");
    let names = [
        "cognito-idp",
        "lambda",
        "ses",
        "sts",
        "logs",
        "dynamodb",
        "secretsmanager",
    ];
    let presented = names
        .iter()
        .find_map(|name| sigv4::Presented::parse(request, name).ok());
    match presented {
        Some(presented) => {
            let id = presented.access_key_id().to_owned();
            let secret = services.keys.get(&id).map(String::as_str);
            let is_right = presented
                .verify(secret, i64::try_from(super::world::NOW).unwrap())
                .is_ok();
            services.signers.push(id);
            is_right
        }
        None => unsigned,
    }
}

fn operation(method: &Method, path: &str, target: Option<&str>, body: &str) -> String {
    if let Some(target) = target {
        return target.rsplit('.').next().unwrap().to_owned();
    }
    if let Some(action) = body.strip_prefix("Action=") {
        return action.split('&').next().unwrap().to_owned();
    }
    let name = match (method.as_str(), path) {
        ("GET", "/v2/email/account") => "GetAccount",
        ("GET", path) if path.starts_with("/v2/email/identities/") => "GetEmailIdentity",
        ("GET", path) if path.ends_with("/configuration") => "GetFunctionConfiguration",
        ("GET", path) if path.ends_with("/policy") => "GetPolicy",
        ("POST", path) if path.ends_with("/policy") => "AddPermission",
        ("DELETE", path) if path.contains("/policy/") => "RemovePermission",
        _ => "Unknown",
    };
    name.to_owned()
}

fn log_groups(services: &Services, asked: &Value) -> Reply {
    let group = asked["logGroupNamePrefix"].as_str().unwrap();
    let name = group.rsplit('/').next().unwrap();
    let groups = services.functions.get(name).map(|function| {
        let mut found = json!({ "logGroupName": group });
        if let Some(days) = function.retention {
            found["retentionInDays"] = json!(days);
        }
        found
    });
    reply(
        200,
        &json!({ "logGroups": groups.into_iter().collect::<Vec<_>>() }),
    )
}

fn function(services: &mut Services, operation: &str, path: &str, body: &Value) -> Reply {
    let mut parts = path.split('/').skip(3);
    let named = decoded(parts.next().unwrap());
    let name = named
        .rsplit(":function:")
        .next()
        .unwrap()
        .split(':')
        .next()
        .unwrap()
        .to_owned();
    let Some(function) = services.functions.get_mut(&name) else {
        return error(404, "ResourceNotFoundException");
    };
    match operation {
        "GetFunctionConfiguration" => reply(200, &function.configuration),
        "GetPolicy" if function.statements.is_empty() => error(404, "ResourceNotFoundException"),
        "GetPolicy" => {
            let policy = json!({ "Version": "2012-10-17", "Statement": function.statements });
            reply(200, &json!({ "Policy": policy.to_string(), "RevisionId": "1" }))
        }
        "AddPermission" => {
            let statement = json!({
                "Sid": body["StatementId"], "Effect": "Allow", "Principal": { "Service": body["Principal"] },
                "Action": body["Action"], "Condition": { "ArnLike": { "AWS:SourceArn": body["SourceArn"] } },
            });
            function.statements.push(statement.clone());
            reply(201, &json!({ "Statement": statement.to_string() }))
        }
        _ => {
            let id = decoded(parts.nth(1).unwrap());
            function.statements.retain(|statement| statement["Sid"] != id);
            Response::builder().status(204).body(Full::default()).unwrap()
        }
    }
}

/// A pool that is kept here resets what an update leaves out, as the service does.
fn user_pool(services: &mut Services, operation: &str, body: Value) -> Reply {
    let Some(pool) = services.pool.clone() else {
        return error(400, "ResourceNotFoundException");
    };
    let client_id = body["ClientId"].as_str().unwrap_or_default().to_owned();
    match operation {
        "DescribeUserPool" => reply(200, &json!({ "UserPool": pool })),
        "DescribeUserPoolClient" => reply(200, &json!({ "UserPoolClient": services.clients[&client_id] })),
        "ListUserPoolClients" => {
            let ids: Vec<Value> = services
                .clients
                .keys()
                .map(|id| json!({ "ClientId": id }))
                .collect();
            reply(200, &json!({ "UserPoolClients": ids }))
        }
        "ListUsers" => reply(200, &json!({ "Users": [] })),
        "ListIdentityProviders" => reply(200, &json!({ "Providers": [] })),
        "GetUserPoolMfaConfig" => reply(200, &json!({ "MfaConfiguration": "OFF" })),
        "UpdateUserPool" => {
            services.updates.push(body.clone());
            let mut updated = body;
            let members = updated.as_object_mut().unwrap();
            members.remove("UserPoolId");
            let name = members.remove("PoolName").unwrap();
            members.retain(|name, value| !value.is_null() && services.loses != Some(name));
            for kept in ["Id", "Arn", "SchemaAttributes", "CreationDate"] {
                updated[kept] = pool[kept].clone();
            }
            updated["Name"] = name;
            services.pool = Some(updated);
            reply(200, &json!({}))
        }
        "UpdateUserPoolClient" => {
            services.updates.push(body.clone());
            services.clients.insert(client_id, body);
            reply(200, &json!({}))
        }
        _ => error(400, "InvalidParameterException"),
    }
}

fn reply(status: u16, body: &Value) -> Reply {
    Response::builder()
        .status(status)
        .body(Full::from(body.to_string()))
        .unwrap()
}

fn xml(inside: &str) -> Reply {
    Response::new(Full::from(format!(
        "<Response><Result>{inside}</Result></Response>"
    )))
}

fn error(status: u16, code: &str) -> Reply {
    let body = json!({ "message": "said the stand-in" }).to_string();
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("x-amzn-errortype", code)
        .body(Full::from(body))
        .unwrap()
}

fn decoded(segment: &str) -> String {
    segment
        .replace("%3A", ":")
        .replace("%40", "@")
        .replace("%2F", "/")
}
