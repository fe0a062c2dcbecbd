//! Signatures as AWS's own signers make them, and requests that somebody changed.

use poolhouse_sigv4::{Credentials, Presented, Refusal, Request, sign};
use serde_json::Value;

/// What a recorded request consists of.
struct Recorded {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Recorded {
    /// Hands the request out as it goes over the wire.
    fn with<T>(&self, use_it: impl FnOnce(Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        use_it(Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: self.body.as_bytes(),
        })
    }

    fn add(&mut self, headers: impl IntoIterator<Item = (&'static str, String)>) {
        self.headers
            .extend(headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }

    fn verify(&self, service: &str, secret: &str, now: i64) -> Result<(), Refusal> {
        self.with(|request| Presented::parse(request, service)?.verify(Some(secret), now))
    }
}

/// AWS's signature version 4 test suite: its credentials, time and scope.
mod suite {
    use super::*;

    const EXAMPLE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn example(token: Option<&str>) -> Credentials {
        Credentials::new("AKIDEXAMPLE", EXAMPLE_SECRET, token.map(str::to_owned))
    }

    const DATE: &str = "20150830T123600Z";
    const NOW: i64 = 1_440_938_160;
    const UNRESERVED: &str = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    type Header<'a> = (&'a str, &'a str);

    fn assert_signature(credentials: Credentials, mut request: Recorded, signature: &str) {
        request.add([("Host", "example.amazonaws.com".to_owned())]);
        let added = request.with(|request| sign(&request, &credentials, "us-east-1", "service", DATE));
        let (name, authorization) = added.last().unwrap();
        assert_eq!(*name, "authorization");
        assert_eq!(
            authorization.rsplit_once("Signature=").unwrap().1,
            signature,
            "{authorization}"
        );
        request.add(added);
        assert_eq!(request.verify("service", EXAMPLE_SECRET, NOW), Ok(()));
    }

    fn request(method: &str, path: &str, query: &str, headers: &[Header<'_>], body: &str) -> Recorded {
        Recorded {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn paths_are_signed_as_the_suite_signs_them() {
        let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        for (path, signature) in [
            ("/", vanilla),
            ("/example/..", vanilla),
            ("/example1/example2/../..", vanilla),
            ("/./", vanilla),
            ("//", vanilla),
            (
                "/./example",
                "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
            ),
            (
                "//example//",
                "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
            ),
            (
                "/example space/",
                "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
            ),
            (
                &format!("/{UNRESERVED}"),
                "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
            ),
            (
                "/ሴ",
                "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            ),
        ] {
            assert_signature(example(None), request("GET", path, "", &[], ""), signature);
        }
    }

    #[test]
    fn queries_are_signed_as_the_suite_signs_them() {
        let post = "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11";
        for (method, query, signature) in [
            (
                "GET",
                "Param1=value1",
                "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
            ),
            (
                "GET",
                "Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
            ),
            (
                "GET",
                "Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "GET",
                &format!("{UNRESERVED}={UNRESERVED}"),
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
            (
                "GET",
                "ሴ=bar",
                "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            ),
            ("POST", "Param1=value1", post),
        ] {
            assert_signature(example(None), request(method, "/", query, &[], ""), signature);
        }
    }

    #[test]
    fn headers_are_signed_as_the_suite_signs_them() {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let form_utf8 = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        let length = ("Content-Length", "13");
        let hash = (
            "x-amz-content-sha256",
            "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
        );
        let header = |value| ("My-Header1", value);
        let cases: [(&str, &[Header<'_>], &str, &str); 9] = [
            (
                "GET",
                &[header("value2"), header("value2"), header("value1")],
                "",
                "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
            ),
            (
                "GET",
                &[
                    header("value4"),
                    header("value1"),
                    header("value3"),
                    header("value2"),
                ],
                "",
                "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
            ),
            (
                "GET",
                &[header("value1   value2      value3")],
                "",
                "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
            ),
            (
                "GET",
                &[header(" value1"), ("My-Header2", " \"a   b   c\"")],
                "",
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ),
            (
                "POST",
                &[],
                "",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "POST",
                &[header("value1")],
                "",
                "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
            ),
            (
                "POST",
                &[header("VALUE1")],
                "",
                "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
            ),
            (
                "POST",
                &[form, length, hash],
                "Param1=value1",
                "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
            ),
            (
                "POST",
                &[form_utf8, length, hash],
                "Param1=value1",
                "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
            ),
        ];
        for (method, headers, body, signature) in cases {
            assert_signature(example(None), request(method, "/", "", headers, body), signature);
        }
    }

    #[test]
    fn a_session_token_is_signed_as_the_suite_signs_it() {
        let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
        let credentials = example(Some(token));
        let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
        assert_signature(credentials, request("GET", "/", "", &[], ""), signature);
    }
}

/// Requests signed by botocore; the AWS SDK for Rust makes the same signatures.
mod recorded {
    use super::*;

    struct Vector {
        request: Recorded,
        json: Value,
    }

    impl Vector {
        fn all() -> Vec<Self> {
            let file: Value = serde_json::from_str(include_str!("vectors/signed.json")).unwrap();
            file["requests"]
                .as_array()
                .unwrap()
                .iter()
                .map(|json| Self::read(json.clone()))
                .collect()
        }

        fn read(json: Value) -> Self {
            let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
            let header = |pair: &Value| {
                (
                    pair[0].as_str().unwrap().to_owned(),
                    pair[1].as_str().unwrap().to_owned(),
                )
            };
            let request = Recorded {
                method: text("method"),
                path: text("path"),
                query: text("query"),
                headers: json["headers"].as_array().unwrap().iter().map(header).collect(),
                body: text("body"),
            };
            Self { request, json }
        }

        fn text(&self, name: &str) -> &str {
            self.json[name].as_str().unwrap()
        }

        fn credentials(&self) -> Credentials {
            let token = self.json["session_token"].as_str().map(str::to_owned);
            Credentials::new(self.text("access_key_id"), self.text("secret"), token)
        }

        fn sign(&self) -> Vec<(&'static str, String)> {
            let [region, service, date] = ["region", "service", "date"].map(|name| self.text(name));
            self.request
                .with(|request| sign(&request, &self.credentials(), region, service, date))
        }
    }

    #[test]
    fn requests_are_signed_as_aws_signs_them() {
        let vectors = Vector::all();
        assert_eq!(vectors.len(), 40);
        for vector in vectors {
            let added = vector.sign();
            assert_eq!(added.last().unwrap().1, vector.text("authorization"));
        }
    }

    /// The hour is in the vector; the test needs it in seconds.
    fn seconds(date: &str) -> i64 {
        let field = |from: usize, to: usize| date[from..to].parse::<i64>().unwrap();
        let (year, month) = (field(0, 4), field(4, 6));
        let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
        let is_leap = i64::from(leap_days(year) > leap_days(year - 1));
        let before =
            [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][usize::try_from(month - 1).unwrap()];
        let day = before + field(6, 8) - 1 + if month > 2 { is_leap } else { 0 };
        let days = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969) + day;
        days * 86_400 + field(9, 11) * 3600 + field(11, 13) * 60 + field(13, 15)
    }

    #[test]
    fn requests_that_aws_signed_are_accepted() {
        for mut vector in Vector::all() {
            vector.request.add(vector.sign());
            let (service, secret) = (vector.text("service"), vector.text("secret"));
            let now = seconds(vector.text("date"));
            assert_eq!(vector.request.verify(service, secret, now), Ok(()));
            let (id, region) = vector.request.with(|request| {
                let presented = Presented::parse(request, service).unwrap();
                (
                    presented.access_key_id().to_owned(),
                    presented.region().to_owned(),
                )
            });
            assert_eq!(
                [id, region],
                [vector.text("access_key_id"), vector.text("region")]
            );
        }
    }
}
