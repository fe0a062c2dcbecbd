//! Each place that gives credentials.

use poolhouse_credentials::{FoundIn, RenewingCredentials};
use poolhouse_text::with_causes;

use crate::stand_in::{NOW, StandIn, written};

async fn found(credentials: &RenewingCredentials) -> (String, FoundIn) {
    let (credentials, found_in) = credentials.current().await.unwrap();
    (credentials.access_key_id().to_owned(), found_in)
}

const ROLES: &str = "\
[default]
aws_access_key_id = AKIABASE
aws_secret_access_key = s
[profile work]
role_arn = arn:aws:iam::1:role/operator
source_profile = default
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Ops Team
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile on-sso]
role_arn = arn:aws:iam::1:role/deeper
source_profile = sso
";
/// Named after the SHA-1 of `corp`.
const TOKEN_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn token(expires: u64) -> String {
    format!(
        r#"{{"accessToken":"a signed-in token","expiresAt":"{}","region":"eu-west-1"}}"#,
        written(expires)
    )
}

#[tokio::test]
async fn the_containers_token_is_read_again_for_each_renewal() {
    let machine = StandIn::start().await;
    let file = machine.file("token", "first\n");
    let url = format!("{}/container", machine.url);
    let credentials = machine.credentials(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file),
    ]);
    assert_eq!(
        found(&credentials).await,
        ("ASIA1".to_owned(), FoundIn::Container)
    );
    machine.file("token", "second\n");
    machine.pass(3600);
    assert_eq!(found(&credentials).await.0, "ASIA2");
    assert_eq!(
        machine.state().asked,
        ["GET /container first", "GET /container second"]
    );
}

#[tokio::test]
async fn a_web_identity_opens_its_role_with_the_token_of_the_day() {
    let machine = StandIn::start().await;
    let file = machine.file("token", "first");
    let credentials = machine.credentials(&[
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &file),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/pod"),
    ]);
    assert_eq!(
        found(&credentials).await,
        ("ASIA1".to_owned(), FoundIn::WebIdentity)
    );
    machine.file("token", "second");
    machine.pass(3600);
    assert_eq!(found(&credentials).await.0, "ASIA2");
    assert_eq!(
        machine.state().asked,
        [
            "POST /AssumeRoleWithWebIdentity first",
            "POST /AssumeRoleWithWebIdentity second"
        ]
    );
}

#[tokio::test]
async fn a_role_is_assumed_again_before_its_session_ends() {
    let machine = StandIn::start().await;
    machine.file(".aws/config", ROLES);
    let credentials = machine.credentials(&[("AWS_PROFILE", "work")]);
    assert_eq!(found(&credentials).await, ("ASIA1".to_owned(), FoundIn::Role));
    machine.pass(3600);
    assert_eq!(found(&credentials).await.0, "ASIA2");
    assert_eq!(machine.state().asked, ["POST /AssumeRole AKIABASE"; 2]);
}

#[tokio::test]
async fn a_role_that_is_denied_says_so_in_the_services_words() {
    let machine = StandIn::start().await;
    machine.file(".aws/config", ROLES);
    machine.state().broken = Some(403);
    let credentials = machine.credentials(&[("AWS_PROFILE", "work")]);
    assert_eq!(
        with_causes(&credentials.current().await.unwrap_err()),
        "the role arn:aws:iam::1:role/operator cannot be assumed: StandInException: said the stand-in"
    );
}

#[tokio::test]
async fn a_single_sign_on_gives_its_role_and_carries_others() {
    let machine = StandIn::start().await;
    machine.file(".aws/config", ROLES);
    machine.file(TOKEN_FILE, &token(NOW + 3600));
    let credentials = machine.credentials(&[("AWS_PROFILE", "sso")]);
    assert_eq!(
        found(&credentials).await,
        ("ASIA1".to_owned(), FoundIn::SingleSignOn)
    );
    let credentials = machine.credentials(&[("AWS_PROFILE", "on-sso")]);
    assert_eq!(found(&credentials).await, ("ASIA3".to_owned(), FoundIn::Role));
    let portal = "GET /federation/credentials?role_name=Ops%20Team&account_id=111122223333 a signed-in token";
    assert_eq!(machine.state().asked, [portal, portal, "POST /AssumeRole ASIA2"]);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_or_never_was_names_the_command_that_helps() {
    let machine = StandIn::start().await;
    machine.file(".aws/config", ROLES);
    let said = async |profile| {
        let credentials = machine.credentials(&[("AWS_PROFILE", profile)]);
        credentials.current().await.unwrap_err().to_string()
    };
    let way = "run `aws sso login --profile sso`, and this command again";
    assert_eq!(
        said("on-sso").await,
        format!("the sign-in of the profile \"sso\" is not there; {way}")
    );
    machine.file(TOKEN_FILE, &token(NOW + 60));
    assert_eq!(
        said("sso").await,
        format!("the sign-in of the profile \"sso\" has ended; {way}")
    );
    machine.file(TOKEN_FILE, &token(NOW + 3600).replace("a signed-in", "another"));
    assert_eq!(
        said("sso").await,
        format!("the sign-in of the profile \"sso\" is not valid any more; {way}")
    );
}

#[tokio::test]
async fn a_command_is_run_again_before_what_it_printed_ends() {
    let machine = StandIn::start().await;
    let print = |id: &str| {
        let ends = written(NOW + 7200);
        machine.file(
            "keys.json",
            &format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"s","Expiration":"{ends}"}}"#),
        )
    };
    let file = print("AKIAONE");
    machine.file(
        ".aws/config",
        &format!("[default]\ncredential_process = cat {file}\n"),
    );
    let credentials = machine.credentials(&[]);
    assert_eq!(
        found(&credentials).await,
        ("AKIAONE".to_owned(), FoundIn::Process)
    );
    print("AKIATWO");
    machine.pass(7200 - 5 * 60);
    found(&credentials).await;
    credentials.settled().await;
    assert_eq!(found(&credentials).await.0, "AKIATWO");
}
