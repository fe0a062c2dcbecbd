//! Answers as each service's clients read them.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use poolhouse_pool::base::error::ApiError;
use poolhouse_text::{html, with_causes};
use serde_json::{Value, json};

/// What an operation answers with.
pub enum Answer {
    /// A JSON document.
    Json(Value),
    /// The elements of an XML result: the operation, and what its result holds.
    Xml(&'static str, Vec<(&'static str, String)>),
}

/// Why there is no answer.
#[derive(Debug)]
pub struct Fault {
    /// The answer's status.
    pub status: StatusCode,
    /// The error's name, as the service's clients know it.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// A fault of the caller's.
    pub fn new(code: &str, message: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::BAD_REQUEST,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// What this server does not do.
    pub fn unavailable(what: &str) -> Fault {
        let message = format!(
            "Poolhouse answers functions in place of AWS, and has no {what}. docs/guides/your-own-functions.md says what \
             it has; set AWS_ENDPOINT_URL and keys of your own in the function's environment to reach another endpoint."
        );
        Fault::new("UnsupportedOperation", message)
    }

    /// A caller who may not.
    pub fn denied(message: &str) -> Fault {
        Fault {
            status: StatusCode::FORBIDDEN,
            ..Fault::new("AccessDeniedException", message)
        }
    }

    /// A fault of the server's own.
    pub fn internal(error: &ApiError) -> Fault {
        tracing::error!(error = with_causes(error), "a function's call to AWS failed");
        Fault {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Fault::new("InternalServerError", "The server failed.")
        }
    }
}

/// How a service writes its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON, with the operation in `X-Amz-Target`.
    Json,
    /// A form, answered by XML.
    Query,
    /// JSON at a path of the operation's own.
    RestJson,
}

impl Protocol {
    /// That of the service, whose newer version has paths of its own.
    pub fn of(service: &str, path: &str) -> Protocol {
        match service {
            "ses" if path.starts_with("/v2/") => Protocol::RestJson,
            "ses" | "sns" => Protocol::Query,
            _ => Protocol::Json,
        }
    }

    /// The answer, as the service's clients read it.
    pub fn answer(self, outcome: Result<Answer, Fault>, request_id: &str) -> Response<Body> {
        let (status, kind, text) = match outcome {
            Ok(Answer::Json(document)) => (StatusCode::OK, None, document.to_string()),
            Ok(Answer::Xml(operation, members)) => {
                (StatusCode::OK, None, result(operation, &members, request_id))
            }
            Err(fault) if self == Protocol::Query => (fault.status, None, error(&fault, request_id)),
            Err(fault) => {
                let body = json!({ "__type": fault.code, "message": fault.message });
                (fault.status, Some(fault.code), body.to_string())
            }
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let content = match self {
            Protocol::Json => "application/x-amz-json-1.0",
            Protocol::Query => "text/xml",
            Protocol::RestJson => "application/json",
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(kind) = kind.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
            headers.insert("x-amzn-errortype", kind);
        }
        response
    }
}

fn result(operation: &str, members: &[(&str, String)], request_id: &str) -> String {
    let members: String = members
        .iter()
        .map(|(name, value)| format!("<{name}>{}</{name}>", html::escape(value)))
        .collect();
    format!(
        "<{operation}Response><{operation}Result>{members}</{operation}Result><ResponseMetadata><RequestId>{request_id}\
         </RequestId></ResponseMetadata></{operation}Response>"
    )
}

fn error(fault: &Fault, request_id: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}\
         </RequestId></ErrorResponse>",
        html::escape(&fault.code),
        html::escape(&fault.message)
    )
}
