//! Passkeys as a first factor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use poolhouse_pool::testing::authenticator::{Authenticator, PRESENT, VERIFIED};
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::audit::{ended, log};
use crate::factors::USED_SESSION;
use crate::user_auth::{Choice, has_tokens};
use crate::{PASSWORD, WRONG};

pub const RP_ID: &str = "example.com";
pub const ORIGIN: &str = "https://auth.example.com";
/// A pool with passkeys, Mara's token, and her `sub`.
pub struct Scene {
    pub choice: Choice,
    token: Value,
    pub sub: String,
}

impl Scene {
    pub async fn new() -> Scene {
        let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] });
        let members = json!({ "Policies": { "SignInPolicy": allowed } });
        let choice = Choice::of(TestPool::new().await, members, json!({})).await;
        let scene = Scene {
            choice,
            token: Value::Null,
            sub: String::new(),
        };
        scene.configure(json!({ "RelyingPartyId": RP_ID })).await.ok();
        let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        let tokens = scene.choice.begin("mara", password).await.ok();
        let token = tokens["AuthenticationResult"]["AccessToken"].clone();
        let user = scene.choice.admin("AdminGetUser", json!({})).await.ok();
        let mut attributes = user["UserAttributes"].as_array().unwrap().iter();
        let sub = attributes.find(|one| one["Name"] == "sub").unwrap();
        let sub = sub["Value"].as_str().unwrap().to_owned();
        Scene { token, sub, ..scene }
    }

    pub async fn configure(&self, config: Value) -> Answer {
        let body = json!({ "UserPoolId": self.choice.pool, "WebAuthnConfiguration": config });
        self.choice.server.call("SetUserPoolMfaConfig", body).await
    }

    pub async fn with_token(&self, operation: &str, mut body: Value) -> Answer {
        body["AccessToken"] = self.token.clone();
        self.choice.server.call(operation, body).await
    }

    pub async fn start(&self) -> Value {
        let started = self.with_token("StartWebAuthnRegistration", json!({})).await.ok();
        started["CredentialCreationOptions"].clone()
    }

    pub async fn complete(&self, credential: &Value) -> Answer {
        self.with_token(
            "CompleteWebAuthnRegistration",
            json!({ "Credential": credential }),
        )
        .await
    }

    pub async fn register(&self, authenticator: &Authenticator) {
        let options = self.start().await;
        let completed = self.complete(&authenticator.make(&options)).await.ok();
        assert_eq!(completed, json!({}));
    }

    /// What a passkey is to sign, and the session.
    pub async fn asked(&self) -> (Value, Value) {
        let asked = self.choice.prefer("WEB_AUTHN").await;
        let options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
            .as_str()
            .unwrap();
        (serde_json::from_str(options).unwrap(), asked["Session"].clone())
    }

    pub async fn respond(&self, session: &Value, credential: &Value) -> Answer {
        let responses = json!({ "CREDENTIAL": credential.to_string() });
        self.choice.respond("WEB_AUTHN", session, responses).await
    }

    pub async fn list(&self, members: Value) -> Value {
        self.with_token("ListWebAuthnCredentials", members).await.ok()
    }
}

#[tokio::test]
async fn a_passkey_is_registered_listed_signed_in_by_and_deleted() {
    let scene = Scene::new().await;
    let choices = |asked: &Value| asked["AvailableChallenges"].clone();
    let before = scene.choice.prefer("WEB_AUTHN").await;
    assert_eq!(before["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(choices(&before), json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    let options = scene.start().await;
    assert_eq!(
        options,
        json!({
            "authenticatorSelection": {
                "requireResidentKey": true,
                "residentKey": "required",
                "userVerification": "preferred",
            },
            "challenge": options["challenge"],
            "excludeCredentials": [],
            "pubKeyCredParams": [{ "alg": -7, "type": "public-key" }, { "alg": -257, "type": "public-key" }],
            "rp": { "id": RP_ID, "name": RP_ID },
            "timeout": 60000,
            "user": { "displayName": "mara", "id": BASE64.encode(&scene.sub), "name": "mara" },
        })
    );
    assert_eq!(options["challenge"].as_str().map(str::len), Some(22));
    let phone = Authenticator::at(ORIGIN, RP_ID, b"phone");
    scene.complete(&phone.make(&options)).await.ok();
    let listed = scene.list(json!({})).await;
    let id = BASE64.encode("phone");
    assert_eq!(
        listed["Credentials"],
        json!([{
            "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["internal", "hybrid"],
            "CreatedAt": listed["Credentials"][0]["CreatedAt"],
            "CredentialId": id,
            "FriendlyCredentialName": "Platform passkey",
            "RelyingPartyId": RP_ID,
        }])
    );
    assert_eq!(
        scene.start().await["excludeCredentials"],
        json!([{ "id": id, "type": "public-key" }])
    );
    let asked = scene.choice.prefer("WEB_AUTHN").await;
    assert_eq!(asked["ChallengeName"], "WEB_AUTHN");
    assert_eq!(
        choices(&asked),
        json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "WEB_AUTHN"])
    );
    for _ in 0..2 {
        let (options, session) = scene.asked().await;
        assert_eq!(options["rpId"], RP_ID);
        assert_eq!(
            options["allowCredentials"],
            json!([{ "type": "public-key", "id": id, "transports": ["internal", "hybrid"] }])
        );
        let signed = phone.sign(&options, &scene.sub);
        assert!(has_tokens(&scene.respond(&session, &signed).await));
        let again = scene.respond(&session, &signed).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
    }
    let session = scene.choice.choosing().await;
    let chosen = json!({ "ANSWER": "WEB_AUTHN" });
    let asked = scene
        .choice
        .respond("SELECT_CHALLENGE", &session, chosen)
        .await
        .ok();
    let options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
        .as_str()
        .unwrap();
    let signed = phone.sign(&serde_json::from_str(options).unwrap(), &scene.sub);
    assert!(has_tokens(&scene.respond(&asked["Session"], &signed).await));
    let factors = scene
        .choice
        .admin("AdminGetUserAuthFactors", json!({}))
        .await
        .ok();
    assert_eq!(
        factors["ConfiguredUserAuthFactors"],
        json!(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"])
    );
    let (options, session) = scene.asked().await;
    scene
        .with_token("DeleteWebAuthnCredential", json!({ "CredentialId": id }))
        .await
        .ok();
    let gone = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    gone.assert_error("NotAuthorizedException", WRONG);
    assert_eq!(
        scene.choice.prefer("WEB_AUTHN").await["ChallengeName"],
        "SELECT_CHALLENGE"
    );
    let again = scene
        .with_token("DeleteWebAuthnCredential", json!({ "CredentialId": id }))
        .await;
    again.assert_error("ResourceNotFoundException", "Credential does not exist.");
}

#[tokio::test]
async fn a_signature_of_another_key_page_party_challenge_user_or_of_a_copy_signs_in_nobody() {
    let scene = Scene::new().await;
    let phone = Authenticator::at(ORIGIN, RP_ID, b"phone");
    scene.register(&phone).await;
    let (other_options, _) = scene.asked().await;
    let thief = Authenticator::at(ORIGIN, RP_ID, b"phone");
    let unknown = Authenticator::at(ORIGIN, RP_ID, b"unknown");
    for who in [&thief, &unknown] {
        let (options, session) = scene.asked().await;
        let answer = scene.respond(&session, &who.sign(&options, &scene.sub)).await;
        answer.assert_error("NotAuthorizedException", WRONG);
        let again = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
    }
    let (options, session) = scene.asked().await;
    let answer = scene
        .respond(&session, &phone.sign(&other_options, &scene.sub))
        .await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let answer = scene
        .respond(&scene.asked().await.1, &phone.sign(&options, "another sub"))
        .await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let mut phone = phone;
    for (origin, rp_id, flags) in [
        ("https://example.org", RP_ID, PRESENT | VERIFIED),
        ("http://auth.example.com", RP_ID, PRESENT | VERIFIED),
        (ORIGIN, "example.org", PRESENT | VERIFIED),
        (ORIGIN, RP_ID, VERIFIED),
    ] {
        (phone.origin, phone.rp_id) = (origin.to_owned(), rp_id.to_owned());
        phone.flags.set(flags);
        let (options, session) = scene.asked().await;
        let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
        answer.assert_error("NotAuthorizedException", WRONG);
    }
    (phone.origin, phone.rp_id) = (ORIGIN.to_owned(), RP_ID.to_owned());
    // Known or not, the pool takes it unless it insists.
    phone.flags.set(PRESENT);
    let (options, session) = scene.asked().await;
    assert!(has_tokens(
        &scene.respond(&session, &phone.sign(&options, &scene.sub)).await
    ));
    scene
        .configure(json!({ "RelyingPartyId": RP_ID, "UserVerification": "required" }))
        .await
        .ok();
    let (options, session) = scene.asked().await;
    assert_eq!(options["userVerification"], "required");
    let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    answer.assert_error("NotAuthorizedException", WRONG);
    phone.flags.set(PRESENT | VERIFIED);
    // A copy that is behind.
    phone.counter.set(1);
    let (options, session) = scene.asked().await;
    let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    answer.assert_error("NotAuthorizedException", WRONG);
    // What anybody may send without end is a number; a copy is told.
    let log = log(&scene.choice.server, Some(&scene.choice.pool)).await;
    let denied = log
        .iter()
        .filter(|(_, entry)| entry.is_of_sign_in() && entry.outcome != "tokens");
    assert_eq!(
        denied.map(|(_, entry)| ended(entry)).collect::<Vec<_>>(),
        [("NotAuthorizedException", Some("copied_passkey"))]
    );
    phone.counter.set(1000);
    let (options, session) = scene.asked().await;
    let invalid = scene.respond(&session, &json!({ "type": "public-key" })).await;
    invalid.assert_error("InvalidParameterException", "Credential data is not valid");
    assert!(has_tokens(
        &scene.respond(&session, &phone.sign(&options, &scene.sub)).await
    ));
    scene.choice.server.ignore_mail();
}

#[tokio::test]
async fn a_registration_takes_what_was_made_for_it_once() {
    let scene = Scene::new().await;
    let phone = Authenticator::at(ORIGIN, RP_ID, b"phone");
    let options = scene.start().await;
    let credential = phone.make(&options);
    scene.complete(&credential).await.ok();
    let error = |answer: &Answer| answer["__type"].as_str().unwrap_or_default().to_owned();
    let none = "WebAuthnChallengeNotFoundException";
    assert!(error(&scene.complete(&credential).await).ends_with(none));
    for (change, expected) in [
        ("twice", "WebAuthnCredentialNotSupportedException"),
        ("other challenge", none),
        ("origin", "WebAuthnOriginNotAllowedException"),
        ("party", "WebAuthnRelyingPartyMismatchException"),
        ("absent", "WebAuthnCredentialNotSupportedException"),
        ("malformed", "InvalidParameterException"),
        ("late", none),
    ] {
        let options = scene.start().await;
        let mut other = Authenticator::at(ORIGIN, RP_ID, change.as_bytes());
        let mut asked = options.clone();
        match change {
            "other challenge" => asked["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
            "origin" => other.origin = "https://example.org".to_owned(),
            "party" => other.rp_id = "example.org".to_owned(),
            "absent" => other.flags.set(0),
            "late" => scene.choice.server.clock().advance_seconds(300),
            _ => {}
        }
        let mut credential = if change == "twice" {
            phone.make(&asked)
        } else {
            other.make(&asked)
        };
        if change == "malformed" {
            credential["response"]["attestationObject"] = json!("AAAA");
        }
        let refused = scene.complete(&credential).await;
        assert!(error(&refused).ends_with(expected), "{change}: {}", refused.text);
        // The registration is over, whatever came of it.
        let right = Authenticator::at(ORIGIN, RP_ID, b"right").make(&options);
        assert!(error(&scene.complete(&right).await).ends_with(none), "{change}");
    }
    let text = Authenticator::at(ORIGIN, RP_ID, b"as text");
    let options = scene.start().await;
    scene.complete(&json!(text.make(&options).to_string())).await.ok();
    assert_eq!(
        scene.list(json!({})).await["Credentials"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_user_has_twenty_passkeys_at_most_and_lists_them_in_pages() {
    let scene = Scene::new().await;
    for number in 0..20_u8 {
        scene.register(&Authenticator::at(ORIGIN, RP_ID, &[number])).await;
    }
    let full = scene.with_token("StartWebAuthnRegistration", json!({})).await;
    full.assert_error("LimitExceededException", "Maximum number of passkeys reached.");
    let first = scene.list(json!({ "MaxResults": 15 })).await;
    assert_eq!(first["Credentials"].as_array().unwrap().len(), 15);
    let second = scene.list(json!({ "NextToken": first["NextToken"] })).await;
    assert_eq!(second["Credentials"].as_array().unwrap().len(), 5);
    assert!(second["NextToken"].is_null());
}
