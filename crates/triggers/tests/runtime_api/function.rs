//! A function for the tests, as a process: the test binary started again with only the test `the_function`.
//!
//! It does what the event says. It speaks HTTP by hand, so that nothing between it and the host smooths mistakes over.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

struct Api(BufReader<TcpStream>);

impl Api {
    fn connect(address: &str) -> Self {
        Self(BufReader::new(TcpStream::connect(address).unwrap()))
    }

    fn call(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: runtime\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
        self.0.get_mut().write_all(body).unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                self.0.read_line(&mut line).unwrap(),
                0,
                "the Runtime API closed the connection"
            );
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<_, _> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }
}

/// The whole life of the process.
pub fn run(environment: &BTreeMap<String, String>) {
    let mut api = Api::connect(&environment["AWS_LAMBDA_RUNTIME_API"]);
    match environment["_HANDLER"].as_str() {
        "exits-at-start" => std::process::exit(3),
        "waits-at-start" => meet(&environment["MEET_AT"]),
        "cannot-start" => {
            let error = br#"{"errorMessage":"OTP_KEY is missing","errorType":"Runtime.Init"}"#;
            assert_eq!(api.call("POST", "init/error", "", error).status, 202);
            std::process::exit(1);
        }
        _ => {}
    }
    let mut calls = 0;
    loop {
        let event = api.call("GET", "invocation/next", "", b"");
        calls += 1;
        serve(&mut api, &event, calls, environment);
    }
}

fn serve(api: &mut Api, event: &Answer, calls: u32, environment: &BTreeMap<String, String>) {
    let id = event.headers["lambda-runtime-aws-request-id"].as_str();
    let respond = |api: &mut Api, body: &[u8]| {
        assert_eq!(
            api.call("POST", &format!("invocation/{id}/response"), "", body)
                .status,
            202
        );
    };
    let order: Value = serde_json::from_slice(&event.body).unwrap();
    match order["do"].as_str().unwrap() {
        "echo" => respond(api, &event.body),
        "throw" => {
            let error = json!({"errorMessage": order["message"], "errorType": "Error", "trace": ["at x"]});
            let headers = "Lambda-Runtime-Function-Error-Type: Function.Error\r\n";
            let path = format!("invocation/{id}/error");
            assert_eq!(
                api.call("POST", &path, headers, error.to_string().as_bytes())
                    .status,
                202
            );
        }
        "exit" => std::process::exit(order["code"].as_i64().unwrap().try_into().unwrap()),
        "abort" => std::process::abort(),
        "hang" => loop {
            std::thread::park();
        },
        "answer" => respond(api, order["body"].as_str().unwrap().as_bytes()),
        "answer-7-mb" => {
            let body = vec![b'x'; 7 * 1024 * 1024];
            let answer = api.call("POST", &format!("invocation/{id}/response"), "", &body);
            println!("{} {}", answer.status, String::from_utf8(answer.body).unwrap());
        }
        "tell" => {
            let told = json!({
                "pid": std::process::id(), "calls": calls, "environment": environment, "headers": event.headers,
                "directory": std::env::current_dir().unwrap(),
            });
            respond(api, told.to_string().as_bytes());
        }
        "log" => {
            println!("{}", order["line"].as_str().unwrap());
            eprintln!("and an error");
            respond(api, b"{}");
        }
        "meet" => {
            meet(order["at"].as_str().unwrap());
            respond(api, b"{}");
        }
        "answer-and-go-on" => respond(api, &goes_on(order["at"].as_str().unwrap())),
        "start-another" => {
            #[expect(clippy::zombie_processes, reason = "that nobody waits for it is the point")]
            let other = Command::new("sleep").arg("1000").spawn().unwrap();
            respond(api, json!({"pid": other.id()}).to_string().as_bytes());
        }
        "call-the-api" => println!("{}", call_all(&environment["AWS_LAMBDA_RUNTIME_API"], id, &order)),
        other => unreachable!("{other}"),
    }
}

/// Says that it is there, and goes on when the other end closes.
fn meet(address: &str) {
    let mut meeting = TcpStream::connect(address).unwrap();
    meeting.write_all(b"!").unwrap();
    meeting.read_to_end(&mut Vec::new()).unwrap();
}

/// Starts what the function does not wait for: it prints once the other end closes.
fn goes_on(at: &str) -> Vec<u8> {
    let at = at.to_owned();
    std::thread::spawn(move || {
        meet(&at);
        println!("\nwent on");
    });
    json!({"pid": std::process::id()}).to_string().into_bytes()
}

/// Makes the calls that the event lists, each on a connection of its own, and answers what came back.
fn call_all(address: &str, id: &str, order: &Value) -> String {
    let calls = order["calls"].as_array().unwrap().iter().map(|call| {
        let text = |n: usize| call[n].as_str().unwrap_or_default().replace("{id}", id);
        let answer = Api::connect(address).call(&text(0), &text(1), &text(2), text(3).as_bytes());
        json!([answer.status, String::from_utf8(answer.body).unwrap()])
    });
    Value::from_iter(calls).to_string()
}
