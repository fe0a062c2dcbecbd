use super::*;
use crate::env::Env;

fn planned(config: &str, pairs: &[(&str, &str)], flag: Option<&str>) -> Result<Vec<Source>, String> {
    let env = Env::of(pairs);
    plan(&env, &Profiles::of(config, "", &env, flag)).map_err(|error| error.to_string())
}

fn keys(id: &str) -> Source {
    let found_in = if id == "ENV" {
        FoundIn::Environment
    } else {
        FoundIn::Profile
    };
    Source::Keys(Credentials::new(id, "secret", None), found_in)
}

const CONFIG: &str = "\
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = secret
[profile role]
role_arn = arn:aws:iam::1:role/a
source_profile = default
external_id = x
role_session_name = me
[profile chained]
role_arn = arn:aws:iam::1:role/b
source_profile = role
[profile itself]
role_arn = arn:aws:iam::1:role/c
source_profile = itself
aws_access_key_id = ITSELF
aws_secret_access_key = secret
[profile instance]
role_arn = arn:aws:iam::1:role/d
credential_source = Ec2InstanceMetadata
[profile process]
credential_process = /opt/keys \"a b\"
[profile web]
role_arn = arn:aws:iam::1:role/e
web_identity_token_file = /token
[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Ops
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile old-sso]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Ops
[profile on-sso]
role_arn = arn:aws:iam::1:role/j
source_profile = sso
[profile half-sso]
sso_session = corp
sso_account_id = 111122223333
[profile lost-sso]
sso_session = gone
[profile login]
login_session = arn:aws:iam::1:user/me
[profile mfa]
role_arn = arn:aws:iam::1:role/f
source_profile = default
mfa_serial = arn:aws:iam::1:mfa/me
[profile loop]
role_arn = arn:aws:iam::1:role/g
source_profile = pool
[profile pool]
role_arn = arn:aws:iam::1:role/h
source_profile = loop
[profile half]
aws_access_key_id = HALF
[profile nowhere]
role_arn = arn:aws:iam::1:role/i
[profile empty]
region = eu-central-1
";

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];

#[test]
fn keys_in_the_environment_go_before_profiles_unless_a_flag_names_one() {
    assert_eq!(planned(CONFIG, &KEYS, None), Ok(vec![keys("ENV")]));
    let with_profile = [KEYS[0], KEYS[1], ("AWS_PROFILE", "role")];
    assert_eq!(planned(CONFIG, &with_profile, None), Ok(vec![keys("ENV")]));
    assert_eq!(planned(CONFIG, &KEYS, Some("default")), Ok(vec![keys("DEFAULT")]));
}

#[test]
fn half_a_key_is_an_error_and_not_another_identity() {
    assert_eq!(
        planned(CONFIG, &KEYS[..1], None),
        Err("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not".to_owned())
    );
    assert_eq!(
        planned(CONFIG, &[], Some("half")),
        Err(
            "the profile \"half\" has one of aws_access_key_id and aws_secret_access_key, but not the other"
                .to_owned()
        )
    );
}

#[test]
fn a_role_is_assumed_by_what_its_profile_builds_on() {
    let request = |arn: &str| RoleRequest {
        role_arn: format!("arn:aws:iam::1:role/{arn}"),
        session_name: "poolhouse".to_owned(),
        external_id: None,
        duration_seconds: None,
    };
    let role = Source::Role {
        role: RoleRequest {
            session_name: "me".to_owned(),
            external_id: Some("x".to_owned()),
            ..request("a")
        },
        by: Box::new(keys("DEFAULT")),
    };
    assert_eq!(planned(CONFIG, &[], Some("role")), Ok(vec![role.clone()]));
    let chained = Source::Role {
        role: request("b"),
        by: Box::new(role),
    };
    assert_eq!(planned(CONFIG, &[], Some("chained")), Ok(vec![chained]));
    let itself = Source::Role {
        role: request("c"),
        by: Box::new(keys("ITSELF")),
    };
    assert_eq!(planned(CONFIG, &[], Some("itself")), Ok(vec![itself]));
    let instance = Source::Role {
        role: request("d"),
        by: Box::new(Source::Instance),
    };
    assert_eq!(planned(CONFIG, &[], Some("instance")), Ok(vec![instance]));
    let web = Source::WebIdentity {
        role: request("e"),
        token_file: "/token".to_owned(),
    };
    assert_eq!(planned(CONFIG, &[], Some("web")), Ok(vec![web]));
}

#[test]
fn a_web_identity_in_the_environment_goes_before_the_default_profile() {
    let pairs = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/a"),
    ];
    let sources = planned(CONFIG, &pairs, None).unwrap();
    assert!(matches!(&sources[..], [Source::WebIdentity { token_file, .. }] if token_file == "/t"));
}

#[test]
fn a_single_sign_on_opens_a_role_and_roles_build_on_it() {
    let request = |profile: &str, named_after: &str| SsoRequest {
        profile: profile.to_owned(),
        named_after: named_after.to_owned(),
        region: "eu-west-1".to_owned(),
        account_id: "111122223333".to_owned(),
        role_name: "Ops".to_owned(),
    };
    let sso = Source::Sso(request("sso", "corp"));
    assert_eq!(planned(CONFIG, &[], Some("sso")), Ok(vec![sso.clone()]));
    let old = request("old-sso", "https://corp.awsapps.com/start");
    assert_eq!(planned(CONFIG, &[], Some("old-sso")), Ok(vec![Source::Sso(old)]));
    let planned = planned(CONFIG, &[], Some("on-sso")).unwrap();
    assert!(
        matches!(&planned[..], [Source::Role { by, .. }] if **by == sso),
        "{planned:?}"
    );
}

#[test]
fn a_command_may_print_the_keys() {
    let process = Source::Process("/opt/keys \"a b\"".to_owned());
    assert_eq!(planned(CONFIG, &[], Some("process")), Ok(vec![process]));
}

#[test]
fn without_keys_and_profiles_the_machine_is_asked() {
    assert_eq!(planned("", &[], None), Ok(vec![Source::Instance]));
    let container = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x")];
    assert_eq!(
        planned("", &container, None),
        Ok(vec![Source::Container, Source::Instance])
    );
    assert_eq!(
        planned("", &[("AWS_EC2_METADATA_DISABLED", "TRUE")], None),
        Ok(vec![])
    );
}

#[test]
fn what_cannot_be_done_here_names_the_way_out() {
    for (profile, error) in [
        (
            "login",
            "the profile \"login\" signs in by `aws login`, whose session only the AWS CLI can use; run `eval \"$(aws \
             configure export-credentials --profile login --format env)\"`, and this command again without --profile",
        ),
        (
            "mfa",
            "the profile \"mfa\" assumes its role with an MFA code, which the AWS CLI asks for; run `eval \"$(aws \
             configure export-credentials --profile mfa --format env)\"`, and this command again without --profile",
        ),
        ("half-sso", "the profile \"half-sso\" has no sso_role_name"),
        (
            "lost-sso",
            "the profile \"lost-sso\" signs in by the sso-session \"gone\", which has no sso_region",
        ),
        (
            "nowhere",
            "the profile \"nowhere\" has a role_arn, but neither source_profile nor credential_source",
        ),
        ("empty", "the profile \"empty\" has no credentials"),
        (
            "gone",
            "there is no profile \"gone\" in the shared configuration; `aws configure list-profiles` names those \
             there are",
        ),
    ] {
        assert_eq!(planned(CONFIG, &[], Some(profile)), Err(error.to_owned()));
    }
}

#[test]
fn profiles_that_build_on_each_other_are_told_so() {
    let error = planned(CONFIG, &[], Some("loop")).unwrap_err();
    assert_eq!(error, "the profiles that \"loop\" builds on never end");
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", planned(CONFIG, &[], Some("itself")));
    assert!(shown.contains("ITSELF") && !shown.contains("secret"), "{shown}");
}
