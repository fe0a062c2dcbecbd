mod keys;

use std::path::PathBuf;

use super::*;

fn read(text: &str) -> Result<Configuration, String> {
    parse(Path::new("/etc/poolhouse/poolhouse.toml"), text).map_err(|error| error.to_string())
}

fn complaint(text: &str) -> String {
    let complaint = read(text).expect_err(text);
    complaint
        .strip_prefix("/etc/poolhouse/poolhouse.toml: ")
        .expect("the file is named")
        .to_owned()
}

#[test]
fn an_empty_file_changes_nothing() {
    let read = read("").unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", Configuration::default()));
}

#[test]
fn every_setting_is_read() {
    let read = read(
        r#"
        listen = "0.0.0.0:80"
        data = "data"
        store = "postgres://pool:hunter2@db1.example.com,db2.example.com:6000/pool"
        issuer = "https://auth.example.com/base"
        account = "111122223333"
        region = "eu-central-1"
        signing_key_bits = 3072
        pre_authentication_in_custom_auth = true
        [mail]
        relays = ["smtps://user:pass@one.example.com", "smtp://two.example.com", "ses://eu-west-1"]
        from = "App <no-reply@example.com>"
        reply_to = "help@example.com"
        bounces_to = "bounces@example.com"
        bounces_per_recipient = true
        bounce_secret = "0123456789abcdefghij"
        ca = "corp.pem"
        ehlo = "pool.example.com"
        connections = 2
        others_per_minute = 20
        place_header = "CloudFront-Viewer-City"
        [inbox]
        smtp = "127.0.0.1:0"
        [confirm]
        CODE_LENGTH = 8
        CODE_TTL_SECONDS = "120"
        ALLOW_UNVERIFIED_EMAIL = true
        APP_NAME = "App"
        [web]
        directory = "/srv/web"
        user_pool_id = "eu-central-1_AbCd12345"
        client_id = "client"
        endpoint = "https://auth.example.com"
        [http]
        connections = 100
        connections_per_address = 10
        connections_per_network = 20
        proxies = ["127.0.0.1", "::ffff:10.0.0.5"]
        answer_grid_ms = 10
        drain_seconds = 12
        grace_seconds = 20
        [tls]
        certificate = "tls/chain.pem"
        key = "/etc/tls/key.pem"
        hsts = false
        [metrics]
        listen = "10.0.0.5:9230"
        [audit]
        days = 30
        [audit.streams.disk]
        file = "audit.json"
        "#,
    )
    .unwrap();
    let Configuration {
        settings,
        web,
        http,
        tls,
        metrics,
        traces: _,
        streams,
        issuer,
        inbox,
        inbox_smtp,
        carriers,
        store,
    } = read;
    assert_eq!(
        store.unwrap().to_string(),
        "postgres://db1.example.com:5432,db2.example.com:6000/pool (schema poolhouse)"
    );
    let expected = TlsSettings {
        certificate: PathBuf::from("/etc/poolhouse/tls/chain.pem"),
        key: PathBuf::from("/etc/tls/key.pem"),
        hsts: false,
    };
    assert_eq!(tls, Some(expected));
    assert_eq!(settings.listen.to_string(), "0.0.0.0:80");
    assert_eq!(
        settings.data,
        Some(PathBuf::from("/etc/poolhouse/data")),
        "relative to the file"
    );
    assert_eq!(issuer.as_deref(), Some("https://auth.example.com/base"));
    assert_eq!(
        (settings.account.as_str(), settings.region.as_str()),
        ("111122223333", "eu-central-1")
    );
    assert!(settings.pre_authentication_in_custom_auth && !inbox);
    assert_eq!(
        (settings.signing_key_bits, settings.audit_days),
        (KeyBits::Rsa3072, 30)
    );
    assert_eq!(
        inbox_smtp.map(|address| address.to_string()).as_deref(),
        Some("127.0.0.1:0")
    );
    assert_eq!(streams[0].to.to_string(), "/etc/poolhouse/audit.json");
    let carriers: Vec<String> = carriers.iter().map(ToString::to_string).collect();
    assert_eq!(
        carriers,
        ["one.example.com:465", "two.example.com:587", "ses.eu-west-1"]
    );
    let mail = settings.mail;
    assert_eq!(mail.from.unwrap().address().as_str(), "no-reply@example.com");
    assert_eq!(mail.reply_to.unwrap().address().as_str(), "help@example.com");
    assert_eq!(mail.bounces_to.unwrap().as_str(), "bounces@example.com");
    assert!(mail.verp && mail.bounce_secret.is_some());
    assert_eq!((mail.connections, mail.others_per_minute), (2, Some(20)));
    assert_eq!(mail.place_header.as_deref(), Some("cloudfront-viewer-city"));
    let confirm = settings.confirm;
    assert_eq!(
        (confirm.code.length, confirm.code_ttl_s, confirm.app_name.as_str()),
        (8, 120, "App")
    );
    assert!(confirm.allow_unverified_email);
    assert_eq!(web.directory, Some(PathBuf::from("/srv/web")));
    assert_eq!(web.client_id.as_deref(), Some("client"));
    assert_eq!(
        metrics.listen.map(|address| address.to_string()).as_deref(),
        Some("10.0.0.5:9230")
    );
    assert_eq!(
        (http.drain.as_secs(), http.connections.farewell.as_secs()),
        (12, 20)
    );
    assert_eq!(http.grid.step.as_millis(), 10);
    let connections = http.connections;
    assert_eq!(
        (
            connections.total,
            connections.per_address,
            connections.per_network
        ),
        (100, 10, 20)
    );
    let proxies: Vec<String> = connections.proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["127.0.0.1", "10.0.0.5"]);
}

#[test]
fn every_mistake_names_its_key_and_what_to_do() {
    for (text, expected) in [
        (
            "listen = 9229",
            "listen must be a text in quotes that is not empty",
        ),
        (
            "listen = 'localhost'",
            "listen must be an address and a port, such as 127.0.0.1:9229 or localhost:9229",
        ),
        ("signing_key_bits = 4096", "signing_key_bits must be 2048 or 3072"),
        (
            "issuer = 'https://a.example/'",
            "issuer must be an http or https URL without a slash at its end",
        ),
        (
            "issuer = 'https://a.example?x'",
            "issuer must be an http or https URL without a slash at its end",
        ),
        (
            "issuer = 'ftp://a.example'",
            "issuer must be an http or https URL without a slash at its end",
        ),
        (
            "account = '12'",
            "account must be an account number of twelve digits",
        ),
        ("region = 'mars'", "region must be a region, such as eu-central-1"),
        (
            "pre_authentication_in_custom_auth = 'yes'",
            "pre_authentication_in_custom_auth must be true or false",
        ),
        ("mail = 1", "mail must be a table: [mail]"),
        (
            "[mail]\nfrom = 'nobody'",
            "mail.from must be an email address, such as App <no-reply@example.com>",
        ),
        (
            "[mail]\nrelays = 'smtp://a.example'",
            r#"mail.relays must be a list: ["…", "…"]"#,
        ),
        (
            "[mail]\nrelays = [1]",
            "mail.relays must hold texts in quotes only",
        ),
        (
            "[mail]\nrelays = ['smtp://user:hunter2@']",
            "mail.relays has an unusable URL: the SMTP URL names no valid host (an IPv6 address stands in brackets). Write \
             smtp://user:password@mail.example.com:587, smtps:// for port 465, or ses://REGION",
        ),
        (
            "[mail]\nrelays = ['a', 'b', 'c', 'd']",
            "mail.relays must name at most 3 relays",
        ),
        (
            "[mail]\nrelay = []",
            "mail.relay is not a setting. Those there are here: relays, ca, ehlo, from, reply_to, logo, templates, bounces_to, connections, place_header, bounce_secret, others_per_minute, bounces_per_recipient",
        ),
        (
            "[mail]\ntemplates = 'no/such/folder'",
            "mail.templates cannot be used: the mail template en/mail.html is not there, nor is any other template \
             (LANGUAGE/subject.txt, LANGUAGE/text.txt, LANGUAGE/mail.html)",
        ),
        (
            "[inbox]\nsmtp = '0.0.0.0:25'",
            "inbox.smtp must be a loopback address and a port, such as 127.0.0.1:2525",
        ),
        (
            "[confirm]\nOTP_KEY = 'x'",
            "confirm.OTP_KEY is not set here: the server has a key of its own. Leave it out",
        ),
        (
            "[confirm]\nREQUIRE_CODE = 'client'",
            "confirm.REQUIRE_CODE is not set here: the pool and its app clients say it. Leave it out",
        ),
        (
            "[confirm]\nCODE_LENGTH = [6]",
            "confirm.CODE_LENGTH must be a text, a whole number, true or false",
        ),
        (
            "[confirm]\nCODE_LENGTH = 3",
            "confirm.CODE_LENGTH is 3, fewer than 6 characters can be guessed: set 6 to 12",
        ),
        (
            "[web]\nuser_pool_id = 'x'",
            "web.user_pool_id and client_id go together: set both or neither",
        ),
        (
            "[web]\nendpoint = 'https://a.example/x'",
            "web.endpoint must be an http or https URL without a path",
        ),
        (
            "[web]\nendpoint = \"https://a;b\"",
            "web.endpoint must be an http or https URL without a path",
        ),
        (
            "[metrics]\nlisten = '0.0.0.0:9230'",
            "metrics.listen is 0.0.0.0:9230, which others than you may reach. Name an address of this machine or of a private network, or set public = true",
        ),
        ("[audit]\ndays = 36501", "audit.days must be at most 36500"),
        (
            "[tls]\ncertificate = 'c'",
            "tls.key is missing: certificate and key go together",
        ),
        (
            "[tls]\nhsts = true",
            "tls.certificate is missing: certificate and key go together",
        ),
        (
            "[http]\nanswer_grid_ms = 1001",
            "http.answer_grid_ms must be 1000 at most",
        ),
        (
            "[http]\nconnections = 0",
            "http.connections must be a whole number, 1 or more",
        ),
    ] {
        assert_eq!(complaint(text), expected, "{text}");
    }
}

#[test]
fn a_misspelt_setting_of_the_functions_is_answered_with_those_there_are_the_nearest_first() {
    let said = complaint("[confirm]\nCODE_LENGHT = 6");
    let expected =
        "confirm.CODE_LENGHT is not a setting of the confirm-code functions. Those there are: CODE_LENGTH, ";
    assert!(said.starts_with(expected), "{said}");
    for never in ["OTP_KEY", "SESSION_MINUTES", "REQUIRE_CODE"] {
        assert!(!said.contains(never), "{said}");
    }
    assert!(said.contains(", CODE_TTL_SECONDS"), "{said}");
}

#[test]
fn a_broken_line_is_named_and_not_repeated() {
    let complaint = complaint("listen = '127.0.0.1:1'\n[mail]\nrelays = ['smtp://user:hunter2@a.example\n");
    assert!(complaint.starts_with("is not TOML at line 3: "), "{complaint}");
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_its_own() {
    let error = load(Path::new("/nowhere/poolhouse.toml"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "/nowhere/poolhouse.toml: cannot be read (No such file or directory (os error 2)). Give another file with \
         --config, or leave --config out."
    );
}

#[test]
fn trusted_devices_can_be_switched_on() {
    let read = read("[confirm]\nTRUSTED_DEVICE_DAYS = 14").unwrap();
    assert_eq!(read.settings.confirm.trusted_device_days, 14);
}

#[test]
fn what_functions_find_in_place_of_aws_is_read_and_shown_to_nobody() {
    let read_settings = read(
        "[aws.parameters]\n'/app/key' = 'hidden-1'\n[aws.secrets]\n'app/pepper' = 'hidden-2'\n\
         [aws.templates.code]\nsubject = 'Your code'\ntext = '{{code}}'\n",
    );
    let aws = read_settings.unwrap().settings.aws;
    assert_eq!(aws.parameters, [("/app/key".to_owned(), "hidden-1".to_owned())]);
    assert_eq!(aws.secrets, [("app/pepper".to_owned(), "hidden-2".to_owned())]);
    assert_eq!(aws.templates[0].name, "code");
    assert!(!format!("{aws:?}").contains("hidden"), "{aws:?}");
    for (text, expected) in [
        (
            "[aws.templates.code]\ntext = 'x'",
            r#"aws.templates."code".subject is missing"#,
        ),
        (
            "[aws.templates.code]\nsubject = 'x'",
            r#"aws.templates."code".text is missing: set it or html"#,
        ),
        (
            "[aws]\nregion = 'x'",
            "aws.region is not a setting. Those there are here: secrets, parameters, templates.",
        ),
    ] {
        assert_eq!(
            complaint(text).trim_end_matches('.'),
            expected.trim_end_matches('.'),
            "{text}"
        );
    }
}

#[test]
fn numbers_are_served_to_this_machine_and_private_networks_and_to_others_only_when_told() {
    let listen = |address: &str| read(&format!("[metrics]\nlisten = '{address}'")).is_ok();
    for address in [
        "127.0.0.1:1",
        "localhost:1",
        "[::1]:1",
        "10.1.2.3:1",
        "172.16.0.1:1",
        "192.168.0.1:1",
        "169.254.1.1:1",
        "100.64.0.1:1",
        "100.127.255.254:1",
        "[fd00::1]:1",
        "[fe80::1]:1",
        "[::ffff:10.0.0.1]:1",
    ] {
        assert!(listen(address), "{address}");
    }
    for address in [
        "0.0.0.0:1",
        "[::]:1",
        "8.8.8.8:1",
        "100.63.0.1:1",
        "100.128.0.1:1",
        "172.32.0.1:1",
        "[2001:db8::1]:1",
        "[::ffff:8.8.8.8]:1",
    ] {
        assert!(!listen(address), "{address}");
        let told = format!("[metrics]\nlisten = '{address}'\npublic = true");
        assert!(read(&told).is_ok(), "{address}");
    }
}
