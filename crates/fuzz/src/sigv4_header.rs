//! Signed requests. The first byte of the input says what the rest is; a request is `METHOD PATH?QUERY`, headers a line
//! each, an empty line, a body.

use poolhouse_sigv4::{Credentials, Presented, Request, sign};

use crate::input::{Input, text};

const SERVICE: &str = "cognito-idp";
const SECRET: &str = "a secret of the tests and of nobody else";
/// 2026-01-02T03:04:05Z
const NOW: i64 = 1_767_323_045;
const NOW_TEXT: &str = "20260102T030405Z";
/// What signing adds, or what would be another request than the one that is signed.
const OF_THE_SIGNER: [&str; 6] = [
    "authorization",
    "date",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "host",
];

/// Nothing that was not signed with the secret is accepted (`r`: headers as they are). A request that was (`s`) is
/// accepted as it is, and not with another method, path, query, header or body, at another time, or under another secret.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let mut words = text(input.line()).splitn(2, ' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Vec::new();
    loop {
        let line = text(input.line());
        if line.is_empty() {
            break;
        }
        headers.push(line.split_once(':').unwrap_or((line, "")));
    }
    let request = Request {
        method,
        path,
        query,
        headers: &headers,
        body: input.rest(),
    };
    if kind == b'r' {
        assert!(!is_accepted(&request, SECRET, NOW));
    } else {
        signed(&request);
    }
}

fn is_accepted(request: &Request<'_>, secret: &str, now: i64) -> bool {
    let presented = Presented::parse(*request, SERVICE);
    presented.is_ok_and(|presented| {
        // A key that does not exist is refused whatever the signature.
        assert!(presented.verify(None, now).is_err());
        presented.verify(Some(secret), now).is_ok()
    })
}

fn signed(request: &Request<'_>) {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| is_name(name) && !OF_THE_SIGNER.contains(&name.to_ascii_lowercase().as_str()))
        .collect();
    headers.push(("Host", "pool.example"));
    let credentials = Credentials::new("AKIAEXAMPLE", SECRET, None);
    let plain = Request {
        headers: &headers,
        ..*request
    };
    let added = sign(&plain, &credentials, "us-east-1", SERVICE, NOW_TEXT);
    let whole: Vec<(&str, &str)> = headers
        .iter()
        .copied()
        .chain(added.iter().map(|(name, value)| (*name, value.as_str())))
        .collect();
    let signed = Request {
        headers: &whole,
        ..plain
    };
    let is_presigned = |parameter: &str| {
        let name = parameter.split('=').next().unwrap_or_default();
        ["x-amz-signature", "x-amz-algorithm"].contains(&name.to_ascii_lowercase().as_str())
    };
    if request.query.split('&').any(is_presigned) {
        assert!(!is_accepted(&signed, SECRET, NOW));
        return;
    }
    assert!(is_accepted(&signed, SECRET, NOW), "{:?} {whole:?}", request.path);
    assert!(!is_accepted(&signed, "another secret", NOW));
    assert!(!is_accepted(&signed, SECRET, NOW + 301) && !is_accepted(&signed, SECRET, NOW - 301));
    assert_bound(&signed);
}

/// Not one part can be changed.
fn assert_bound(signed: &Request<'_>) {
    let more = |text: &str, end: &str| format!("{text}{end}");
    let (method, path, query) = (
        more(signed.method, "X"),
        more(signed.path, "x"),
        more(signed.query, "&x=1"),
    );
    let body = [signed.body, b" "].concat();
    let headers = signed.headers;
    let changed = [
        Request {
            method: &method,
            ..*signed
        },
        Request {
            path: &path,
            ..*signed
        },
        Request {
            query: &query,
            ..*signed
        },
        Request {
            body: &body,
            ..*signed
        },
    ];
    for request in &changed {
        assert!(!is_accepted(request, SECRET, NOW));
    }
    for (at, (name, value)) in headers.iter().enumerate() {
        let unsigned = [
            "connection",
            "expect",
            "transfer-encoding",
            "user-agent",
            "x-amzn-trace-id",
        ];
        if unsigned.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let changed = more(value, "x");
        let mut headers = headers.to_vec();
        headers[at] = (name, &changed);
        let request = Request {
            headers: &headers,
            ..*signed
        };
        assert!(!is_accepted(&request, SECRET, NOW), "{name}");
    }
}
