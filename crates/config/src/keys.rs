//! Every key of `poolhouse.toml`: its name, what it takes, what holds without it, what it does.
//!
//! The reader asks for keys by these rows and by nothing else, and docs/reference/configuration.md is written from them,
//! so a key is neither read without being told of nor told of without being read.

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text in quotes.
    Text,
    /// A path, from where the file lies.
    Path,
    /// A list of texts.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number, 1 or more.
    Count,
    /// A table of its own.
    Table,
}

/// What holds where a key is not given.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    /// The same as with this value, as TOML writes it.
    Value(&'static str),
    /// What these words say; nothing if there are none.
    Words(&'static str),
}

/// One key.
#[derive(Debug)]
pub struct Key {
    name: &'static str,
    kind: Kind,
    unset: Unset,
    example: &'static str,
    about: &'static str,
}

impl Key {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it takes.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What holds without it.
    pub const fn unset(&self) -> Unset {
        self.unset
    }

    /// A value, as TOML writes it; nothing for tables.
    pub const fn example(&self) -> &'static str {
        self.example
    }

    /// What it does, as Markdown.
    pub const fn about(&self) -> &'static str {
        self.about
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self.name
    }
}

/// Keys that stand together.
#[derive(Debug)]
pub struct Table {
    /// How the table is headed: `[mail]`; nothing at the top of the file.
    pub heading: &'static str,
    /// Its keys, in the order of reading.
    pub keys: &'static [&'static Key],
}

/// Defines the keys of a table, and the table of all of them: there is no other way to make a key.
macro_rules! table {
    ($module:ident, $heading:literal: $($key:ident: $name:literal, $kind:ident, $unset:ident($without:literal), $example:literal, $about:literal;)+) => {
        #[doc = concat!("The keys of `", $heading, "`.")]
        pub mod $module {
            use super::{Key, Kind, Table, Unset};

            $(
                #[doc = $about]
                pub static $key: Key = Key {
                    name: $name, kind: Kind::$kind, unset: Unset::$unset($without), example: $example, about: $about,
                };
            )+

            /// All of them.
            pub static TABLE: Table = Table { heading: $heading, keys: &[$(&$key),+] };
        }
    };
}

table! { top, "":
    LISTEN: "listen", Text, Value("\"127.0.0.1:9229\""), "\"127.0.0.1:9229\"",
        "Where the server listens. Before others use it, give it a certificate under `tls`, or put a TLS proxy in front of it.";
    DATA: "data", Path, Words("`poolhouse-data` in the current directory"), "\"poolhouse-data\"",
        "The folder of the database and its key; with `store`, of the key alone.";
    STORE: "store", Text, Words("one file in the data folder"), "\"@/etc/poolhouse/store\"",
        "The PostgreSQL database that holds everything but the key: `postgres://user:password@host/database`, or `@FILE` for a file that holds it. [All of the URL](../guides/postgres.md#the-address).";
    ISSUER: "issuer", Text, Words("`http://` and the address it listens on"), "\"https://id.example.com\"",
        "The base of `iss` in tokens, without a slash at its end.";
    ACCOUNT: "account", Text, Value("\"000000000000\""), "\"000000000000\"", "The account number in ARNs.";
    REGION: "region", Text, Value("\"us-east-1\""), "\"us-east-1\"", "What new pools' ids begin with.";
    SIGNING_KEY_BITS: "signing_key_bits", Count, Value("2048"), "3072",
        "How long the signing keys of new pools are: 2048, as on Amazon Cognito, or 3072. `poolhouse keys rotate signing --bits` changes a pool's.";
    PRE_AUTHENTICATION: "pre_authentication_in_custom_auth", Flag, Value("false"), "false",
        "Runs the PreAuthentication trigger before custom authentication too. Amazon Cognito does not.";
    MAIL: "mail", Table, Words(""), "", "Where mail goes: [below](#mail).";
    INBOX: "inbox", Table, Words(""), "", "The local inbox: [below](#inbox).";
    SMS: "sms", Table, Words(""), "", "Text messages: [below](#sms).";
    CONFIRM: "confirm", Table, Words(""), "", "The confirm-code functions in the server: [below](#confirm).";
    WEB: "web", Table, Words(""), "", "The sign-in page: [below](#web).";
    HTTP: "http", Table, Words(""), "", "Limits on connections: [below](#http).";
    TLS: "tls", Table, Words(""), "", "TLS, with your certificate: [below](#tls).";
    METRICS: "metrics", Table, Words(""), "", "Numbers for Prometheus: [below](#metrics).";
    TRACES: "traces", Table, Words(""), "", "Traces by OpenTelemetry: [below](#traces).";
    AUDIT: "audit", Table, Words(""), "", "The audit log: [below](#audit).";
    HOSTED: "hosted", Table, Words(""), "", "Hosted login: [below](#hosted).";
    FUNCTIONS: "functions", Table, Words(""), "", "Where trigger functions run: [below](#functions).";
    AWS: "aws", Table, Words(""), "", "What functions on this machine find in place of AWS: [below](#aws).";
}

table! { aws, "[aws]":
    PARAMETERS: "parameters", Table, Words(""), "", "What `ssm:GetParameter` answers, by the parameter's name.";
    SECRETS: "secrets", Table, Words(""), "", "What `secretsmanager:GetSecretValue` answers, by the secret's name.";
    TEMPLATES: "templates", Table, Words(""), "", "Mail templates of SES by name: [below](#awstemplatesname).";
}

table! { aws_template, "[aws.templates.NAME]":
    SUBJECT: "subject", Text, Words("needed"), "\"Your code is {{code}}\"", "The subject line. `{{code}}` is a gap that `TemplateData` fills.";
    TEXT: "text", Text, Words("needed, this or `html`"), "\"{{code}}\"", "The plain text.";
    HTML: "html", Text, Words(""), "\"<p>{{code}}</p>\"", "The same in HTML.";
}

table! { mail, "[mail]":
    RELAYS: "relays", Texts, Words(""), "[\"smtp://user:password@mail.example.com:587\", \"ses://eu-central-1\"]",
        "The carriers of mail, at most 3, in order of preference: `smtp://`, `smtps://` or `ses://REGION`, or `@FILE` for a file that holds one. [All of the URL](function-settings.md#the-mail-2fa-create-2fa-verify).";
    FROM: "from", Text, Words("needed with `relays`"), "\"Example <no-reply@example.com>\"", "Whom mail comes from.";
    REPLY_TO: "reply_to", Text, Words("the sender"), "\"Help <help@example.com>\"", "Where answers go.";
    BOUNCES_TO: "bounces_to", Text, Words("the sender"), "\"bounces@example.com\"",
        "Where mail comes back to: the envelope sender.";
    VERP: "bounces_per_recipient", Flag, Value("false"), "true",
        "Gives every recipient a bounce address of its own, `bounces+TOKEN@example.com`, so that a bounce says whose it is. The mailbox must take them all.";
    BOUNCE_SECRET: "bounce_secret", Text, Words("bounces are not taken"), "\"choose-20-characters-or-more\"",
        "What `POST /mail/bounces?secret=…` must know: [bounces](../guides/mail.md#bounces). `@FILE` reads a file.";
    CA: "ca", Path, Words("the public authorities"), "\"corp.pem\"",
        "The certificates, in PEM, that relays are trusted by which name none with `?ca=`: authorities, or a relay's own.";
    EHLO: "ehlo", Text, Words("this machine's full name, or its address"), "\"pool.example.com\"",
        "What the server calls itself towards relays whose URL does not say with `?ehlo=`.";
    CONNECTIONS: "connections", Count, Value("4"), "4",
        "Connections to a relay at a time; of several, one is kept for codes. A relay that says it has too many gets fewer.";
    OTHERS_PER_MINUTE: "others_per_minute", Count, Words("no limit"), "20",
        "The most mails a minute that are no codes, where a relay takes only so many: the rest is left for codes.";
    PLACE_HEADER: "place_header", Text, Words("mails name no place"), "\"cloudfront-viewer-city\"",
        "The header in which your proxy names the place that a request comes from. Strangers set it, too, where no proxy does.";
    TEMPLATES: "templates", Path, Words("the built-in texts"), "\"mail\"",
        "The folder of mail [in your own words](mail-templates.md).";
    LOGO: "logo", Path, Words("none"), "\"logo.png\"", "A PNG, JPEG or GIF of at most 32 KiB that is shown above the text.";
}

table! { inbox, "[inbox]":
    SMTP: "smtp", Text, Words("`127.0.0.1:2525`, or a free port where that is taken"), "\"127.0.0.1:2525\"",
        "Where the local inbox takes mail, when `--inbox` is given: an address of this machine.";
}

table! { sms, "[sms]":
    GATEWAY: "gateway", Text, Words("the local inbox, if it is on"), "\"https://sms.example.com/send\"",
        "Where text messages are posted to as JSON, one for each code: [what is sent](../guides/factors.md#codes-by-sms). Mail has to be set up, too.";
    TOKEN: "token", Text, Words("none is sent"), "\"@sms-token\"",
        "The bearer token that the gateway wants, or `@FILE` for a file that holds it.";
}

table! { web, "[web]":
    DIRECTORY: "directory", Path, Words("the pages inside the program"), "\"web/dist/demo/browser\"",
        "Pages of your own, as `npm run build` in `web/` makes them.";
    USER_POOL_ID: "user_pool_id", Text, Words("the server's only pool"), "\"us-east-1_AbCd12345\"",
        "The pool that the page signs in to. Goes together with `client_id`.";
    CLIENT_ID: "client_id", Text, Words("the pool's only app client"), "\"3n4b5urk1ft4fl3mg5e62d9ado\"",
        "The app client that the page uses.";
    ENDPOINT: "endpoint", Text, Words("where the page came from"), "\"https://id.example.com\"",
        "Where the page calls the API: an origin without a path.";
}

table! { http, "[http]":
    CONNECTIONS: "connections", Count, Value("8192"), "8192", "Connections at a time.";
    CONNECTIONS_PER_ADDRESS: "connections_per_address", Count, Value("1024"), "1024",
        "Connections at a time from one address (IPv6: one /64); requests at a time, where they come through `proxies` or by HTTP/2.";
    CALLS_PER_SECOND: "calls_per_second", Count, Value("0"), "50",
        "How many calls of the API that no access key signs each server takes of one address (IPv6: one /64) in a second; three seconds' worth may come at once. Others are answered `TooManyRequestsException`, with `Retry-After`. `0` is no limit. Behind a proxy, name it in `proxies`, or everybody has one address.";
    CLIENT_CALLS_PER_SECOND: "client_calls_per_second", Count, Value("0"), "500",
        "The same of everybody at one app client.";
    CONNECTIONS_PER_NETWORK: "connections_per_network", Count, Value("2048"), "2048",
        "The same from one /48 of IPv6.";
    PROXIES: "proxies", Texts, Value("[]"), "[\"127.0.0.1\"]",
        "Addresses of proxies in front of this server. They may hold any number of connections, and requests count under the last address in their `X-Forwarded-For`.";
    ANSWER_GRID_MS: "answer_grid_ms", Count, Value("4"), "10",
        "Answers that must not say by their time who exists leave at multiples of so many milliseconds after their request: up to 1000. More where the work behind them [takes longer](../decisions/answers-on-a-grid.md).";
    DRAIN_SECONDS: "drain_seconds", Count, Words("it stops at once"), "10",
        "How long a server that was asked to stop goes on as before while `GET /health/ready` says no: as long as a load balancer takes to notice. A second signal ends it.";
    GRACE_SECONDS: "grace_seconds", Count, Value("5"), "20",
        "How long requests under way may take to end after that.";
}

table! { tls, "[tls]":
    CERTIFICATE: "certificate", Path, Words("the server speaks plain HTTP"), "\"fullchain.pem\"",
        "The certificate, and behind it those that lead to its authority, in PEM. With it the server speaks TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, and nothing else where it listens. A changed file is taken up within seconds, and no connection ends for it. Goes together with `key`.";
    KEY: "key", Path, Words("needed with `certificate`"), "\"privkey.pem\"",
        "Its private key, in PEM. Nobody but the server's user and group may read the file.";
    HSTS: "hsts", Flag, Value("true"), "true",
        "Tells browsers to come back with TLS alone, for a year: `Strict-Transport-Security`. It holds for the whole host, whatever else answers there.";
}

table! { metrics, "[metrics]":
    LISTEN: "listen", Text, Words("they are not served"), "\"127.0.0.1:9230\"",
        "Where `GET /metrics` is answered, without a password: an address of this machine or of a private network. [What there is](metrics.md).";
    PUBLIC: "public", Flag, Value("false"), "false",
        "Takes any address for `listen`, where a firewall or a proxy keeps strangers out.";
}

table! { traces, "[traces]":
    ENDPOINT: "endpoint", Text, Words("nothing is traced"), "\"http://127.0.0.1:4318\"",
        "The collector that spans of the server's work are sent to, by OTLP over HTTP: `/v1/traces` is added. [What is in them](../guides/run-in-production.md#traces).";
    PERCENT: "percent", Count, Value("100"), "5",
        "Of a hundred requests, how many are traced, each with everything that is done for it.";
    AUTHORIZATION: "authorization", Text, Words("none"), "\"@/etc/poolhouse/collector\"",
        "The `Authorization` header that the collector asks for, or `@FILE` for a file that holds it.";
}

table! { audit, "[audit]":
    DAYS: "days", Count, Value("400"), "90",
        "How many days entries of the audit log are kept, up to 36500. It holds for entries that are written from now on. [What is in them](../guides/audit.md).";
    STREAMS: "streams", Table, Words(""), "", "Where the log is sent on: [below](#auditstreamsname).";
}

table! { audit_stream, "[audit.streams.NAME]":
    FILE: "file", Path, Words("this, `syslog` or `webhook`"), "\"/var/log/poolhouse/audit.json\"",
        "A file that gets a line of JSON for each entry. It may be moved away at any time.";
    SYSLOG: "syslog", Text, Words("this, `file` or `webhook`"), "\"tcp://logs.example.com:601\"",
        "A syslog daemon that gets a message of RFC 5424 for each entry: `udp://HOST:PORT`, `tcp://HOST:PORT`, `tls://HOST:PORT` (RFC 5425) or `unix:///dev/log`.";
    CA: "ca", Path, Words("the public authorities"), "\"/etc/poolhouse/logs-ca.pem\"",
        "The authorities, in PEM, that the certificate at `tls://` may come from, in place of the public ones.";
    WEBHOOK: "webhook", Text, Words("this, `file` or `syslog`"), "\"https://siem.example.com/poolhouse\"",
        "An address that gets up to 100 entries a POST, [signed](../guides/audit.md#a-webhook).";
    SECRET: "secret", Text, Words("needed with `webhook`"), "\"@/etc/poolhouse/webhook\"",
        "What the webhook's signatures are made with, or `@FILE` for a file that holds it.";
}

table! { hosted, "[hosted]":
    DEFAULT_DOMAIN: "default_domain", Text, Words("the server's only domain"), "\"acme\"",
        "The domain that paths such as `/oauth2/token` mean where neither host nor path names one.";
    DOMAIN_SUFFIXES: "domain_suffixes", Texts, Value("[]"), "[\"id.example.com\"]",
        "What hosts of prefix domains end with: `acme.auth.id.example.com`. `localhost` and `REGION.amazoncognito.com` always do. Where the issuer is HTTPS, the first of them is where prefix domains are said to be.";
    BASES: "bases", Table, Words(""), "",
        "Where domains are reached from outside, by domain: `[hosted.bases]` with `acme = \"https://login.example.com\"`. All others are below the issuer at `/d/DOMAIN`, or, custom ones, at `https://DOMAIN`.";
    PKCE_REQUIRED: "pkce_required", Text, Value("\"public\""), "\"always\"",
        "Which app clients must send a code challenge (PKCE): `never`, `public` for those without a secret, `always`. Amazon Cognito asks none of them.";
    ISS_IN_RESPONSE: "iss_in_response", Flag, Value("true"), "false",
        "Says `iss` in answers of the authorization endpoint (RFC 9207), and in the discovery document that it does.";
    CODE_LIFETIME: "code_lifetime_seconds", Count, Value("300"), "60",
        "How long an authorization code is good: 30 to 600 seconds.";
    CODE_REUSE_REVOKES: "code_reuse_revokes", Flag, Value("true"), "false",
        "Ends the tokens of an authorization code that comes a second time.";
    USERINFO_BOOLEANS: "userinfo_booleans", Flag, Value("false"), "true",
        "Has `/oauth2/userInfo` answer `email_verified` as a boolean and `updated_at` as a number, as OpenID Connect says. Amazon Cognito answers texts.";
    USERINFO_BEARER_SCHEME: "userinfo_bearer_scheme", Flag, Value("true"), "false",
        "Begins `WWW-Authenticate` of `/oauth2/userInfo` with `Bearer`, as RFC 6750 says. Amazon Cognito leaves it out.";
    INVALID_CLIENT_401: "invalid_client_is_401", Flag, Value("false"), "true",
        "Answers 401 to a wrong client secret in `Authorization: Basic`, as RFC 6749 says. Amazon Cognito answers 400.";
    IGNORE_UNKNOWN_SCOPES: "ignore_unknown_scopes", Flag, Value("false"), "true",
        "Leaves out scopes that a client may not have where it asks for tokens for itself, in place of `invalid_scope`.";
    FORMS_PER_SECOND: "forms_per_second", Count, Value("10"), "0",
        "How many forms of the pages each server takes of one address (of version 6: one network of 64 bits) in a second; three seconds' worth may come at once. Others are answered 429, with `Retry-After`. `0` is no limit. Behind a proxy, name it in [`proxies`](#http), or everybody has one address.";
    PAGES_PER_SECOND: "pages_per_second", Count, Value("100"), "0",
        "The same for pages.";
    POOL_FORMS_PER_SECOND: "pool_forms_per_second", Count, Value("500"), "0",
        "The same for forms of everybody at one pool.";
    CONSENT_CLIENTS: "consent_clients", Texts, Value("[]"), "[\"1example23456789\"]",
        "App clients, by id, that get nothing before their users have allowed it on a page. Clients that have registered themselves, or whose id is a URL, always ask.";
    REGISTRATION: "registration", Table, Words(""), "", "Clients that register themselves: [below](#hostedregistration).";
    SAML_IDP_INITIATED: "saml_idp_initiated", Flag, Value("false"), "true",
        "Takes sign-ins that a SAML provider with `IDPInit` begins by itself. [What speaks against it](../guides/federation.md#saml).";
    FETCH_ALLOW: "fetch_allow", Texts, Value("[]"), "[\"127.0.0.1:8443\"]",
        "Hosts that the server may fetch from although they are inside, each with its port: for providers and clients of your own network, and for tests. Everything else that is fetched because somebody names it must be HTTPS at a public address.";
}

table! { registration, "[hosted.registration]":
    PER_HOUR: "per_hour", Count, Value("10"), "50",
        "How many clients register in an hour without a token: from one address, and ten times as many with one pool. 1 to 10000.";
    CLIENTS: "clients", Count, Value("500"), "100",
        "How many clients that have registered themselves a pool has at most: 1 to 1000. They take no place from those that you make.";
    HOSTS: "hosts", Texts, Value("[]"), "[\"*.example.com\", \"localhost\", \"cursor:\"]",
        "Where their redirect URIs may lead: hosts, `*.` for all below one, `localhost` for programs on the person's own machine, `SCHEME:` for apps. With none, anywhere.";
    UNUSED_DAYS: "unused_days", Count, Value("7"), "1",
        "After how many days a client goes that registered without a token and that nobody has used: 1 to 90.";
    SECRETS: "secrets", Flag, Value("false"), "true",
        "Lets a client that registers without a token have a secret. Without it all of them are public, and bound to PKCE.";
}

table! { functions, "[functions.NAME]":
    INVOKE: "invoke", Text, Words(""), "\"aws\"",
        "In place of all others: where the function is invoked by HTTP. `aws` is Lambda in the function's region; otherwise the URL of an Invoke endpoint. Its credentials are found [where AWS's tools look for them](../guides/on-an-existing-cognito-pool.md#credentials-and-regions).";
    RUNTIME: "runtime", Text, Value("\"provided\""), "\"nodejs\"",
        "`nodejs` and `python` run a handler; `provided` a program that speaks the Lambda Runtime API.";
    PROGRAM: "program", Path, Words("needed for `provided`; else `node` or `python3` on the `PATH`"),
        "\"functions/2faCreate/bootstrap\"", "The program, or the interpreter.";
    ARGUMENTS: "arguments", Texts, Value("[]"), "[\"--quick\"]", "The program's arguments; for `provided` only.";
    DIRECTORY: "directory", Path, Words("the program's folder; needed for handlers"), "\"functions/node\"",
        "Where it runs, `LAMBDA_TASK_ROOT`.";
    HANDLER: "handler", Text, Words("`bootstrap`; needed for handlers"), "\"index.handler\"",
        "`_HANDLER`: file and function.";
    PROCESSES: "processes", Count, Words("4"), "4",
        "How many of it run at most. Each serves one call at a time; the second is started when the first is busy.";
    ENVIRONMENT: "environment", Table, Words(""), "",
        "Its variables. The server adds those of Lambda, an access key of the function's own and the address of this server.";
    OPERATIONS: "operations", Texts, Value("[\"AdminGetUser\", \"AdminUpdateUserAttributes\"]"), "[\"AdminGetUser\"]",
        "What that access key may call, on pools that have the function as a trigger.";
}
