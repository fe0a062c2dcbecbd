//! A user pool of one user, which verifies every signature.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::http::{Request, Response, serve_or_stay_silent};
use crate::world::USER;

/// How the pool behaves.
#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    Well,
    /// Reads work, writes are denied.
    ReadOnly,
    /// Refuses everything with 500.
    Ill,
    /// Takes requests and never answers.
    Silent,
}

#[derive(Clone)]
pub struct Pool(Arc<Mutex<State>>);

struct State {
    mood: Mood,
    attribute: Option<String>,
    calls: Vec<String>,
}

impl Pool {
    pub async fn start() -> (Self, SocketAddr) {
        let state = State {
            mood: Mood::Well,
            attribute: None,
            calls: Vec::new(),
        };
        let pool = Self(Arc::new(Mutex::new(state)));
        let served = pool.clone();
        let address = serve_or_stay_silent(move |request| served.answer(request)).await;
        (pool, address)
    }

    pub fn set_mood(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    pub fn attribute(&self) -> Option<String> {
        self.0.lock().unwrap().attribute.clone()
    }

    pub fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    /// `None` is silence.
    fn answer(&self, request: &Request) -> Option<Response> {
        let mut state = self.0.lock().unwrap();
        let body = request.signed_body("cognito-idp");
        assert_eq!(request.header("content-type"), Some("application/x-amz-json-1.1"));

        let target = request.header("x-amz-target").unwrap();
        let operation = target.strip_prefix("AWSCognitoIdentityProviderService.").unwrap();
        state.calls.push(operation.to_owned());
        assert_eq!(body["UserPoolId"], "eu-central-1_Test");
        let refused = |status, kind: &str| Some(Response::new(status, json!({ "__type": kind }).to_string()));
        match (state.mood, operation) {
            (Mood::Silent, _) => None,
            (Mood::Ill, _) => refused(500, "InternalErrorException"),
            _ if body["Username"] != USER => refused(400, "UserNotFoundException"),
            (_, "AdminGetUser") => {
                let mut attributes = vec![json!({ "Name": "email", "Value": "ada@example.com" })];
                if let Some(value) = &state.attribute {
                    attributes.push(json!({ "Name": "custom:authChallenge", "Value": value }));
                }
                Some(Response::new(
                    200,
                    json!({ "UserAttributes": attributes }).to_string(),
                ))
            }
            (Mood::ReadOnly, _) => refused(400, "com.amazonaws.cognito#NotAuthorizedException"),
            (Mood::Well, "AdminUpdateUserAttributes") => {
                let change = &body["UserAttributes"][0];
                assert_eq!(change["Name"], "custom:authChallenge");
                state.attribute = change["Value"]
                    .as_str()
                    .filter(|value| !value.is_empty())
                    .map(str::to_owned);
                Some(Response::new(200, "{}"))
            }
            _ => panic!("{operation} is not called by the functions"),
        }
    }
}
