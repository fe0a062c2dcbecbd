//! The parts of a test run.

use super::tally::Tally;
use super::{
    advisories, checks, clients, deploy, hosted, mutants, newcomer, numbers, package, postgres, rust, saml,
    web,
};
use crate::Outcome;

/// A part: one runner, or one check.
pub struct Part {
    pub name: &'static str,
    pub about: &'static str,
    /// Whether a run without names includes it.
    pub in_whole_run: bool,
    /// Runs it. An error says why it could not be run to its end.
    pub run: fn() -> Outcome<Tally>,
}

const fn part(name: &'static str, about: &'static str, run: fn() -> Outcome<Tally>) -> Part {
    Part {
        name,
        about,
        in_whole_run: true,
        run,
    }
}

/// All parts, in the order of a whole run: what takes seconds comes first.
pub const PARTS: &[Part] = &[
    part("tidy", "the house rules", checks::tidy),
    part("format", "cargo fmt --check", checks::format),
    part(
        "codegen",
        "generated code is what the model says",
        checks::codegen,
    ),
    part(
        "unit",
        "every Rust test: units, properties, stores, operations, contracts",
        rust::all,
    ),
    part(
        "postgres",
        "the store on PostgreSQL, through pgbouncer, cut off and killed; the pool's flows, OAuth and hosted login on it",
        postgres::all,
    ),
    part(
        "clippy",
        "no warning of the compiler or of clippy",
        checks::clippy,
    ),
    part(
        "sdk-python",
        "boto3, pycognito, the AWS CLI and Authlib against a running server",
        clients::python,
    ),
    part(
        "sdk-js",
        "amazon-cognito-identity-js, Amplify, the AWS SDK, openid-client and oauth4webapi against a running server",
        clients::javascript,
    ),
    part(
        "functions",
        "the same clients with the functions as processes",
        clients::functions,
    ),
    part(
        "handlers",
        "functions in Node.js and Python sign people in; ours are called again, and count in a table",
        clients::handlers,
    ),
    part(
        "mail",
        "mail through real SMTP servers: aiosmtpd, and Postfix with a private authority, passwords, a greylist, a limit",
        clients::mail,
    ),
    part(
        "operator",
        "attach, rollback and doctor against moto and a running server",
        clients::operator,
    ),
    part(
        "crash",
        "kill -9 of the server while users are created",
        clients::crash,
    ),
    part(
        "faults",
        "the quick ones of cargo xtask fault: limits after kill -9, a full, failing and slow disk, jumps of the clock; installs strace",
        checks::faults,
    ),
    part(
        "deploy",
        "the deployment template, the CDK construct and the Terraform module: lint, least privilege, and that they agree",
        deploy::template,
    ),
    part("web-unit", "lint and unit tests of the web app", web::unit),
    part(
        "browser",
        "the pages, Amplify and identity-js in Chromium, against a running server",
        web::browser,
    ),
    part(
        "oidc",
        "clients of OpenID Connect in Chromium, Auth.js, mod_auth_openidc; nginx, Caddy and Apache as proxies: installs them",
        web::oidc,
    ),
    Part {
        name: "speed",
        about: "no task of a sign-in in Chromium takes over 50 ms at a sixth of the speed; wants the machine for itself",
        in_whole_run: false,
        run: web::speed,
    },
    Part {
        name: "apps",
        about: "clean Angular 20, 21, 22, React, Vue and plain apps sign in with the packed packages",
        in_whole_run: false,
        run: web::apps,
    },
    Part {
        name: "oidc-angular",
        about: "the Angular clients of OpenID Connect, built by Angular's own tools",
        in_whole_run: false,
        run: web::oidc_angular,
    },
    Part {
        name: "hosted",
        about: "every page of hosted login in Chromium, in every state: axe in both themes, 320 px, without scripts",
        in_whole_run: false,
        run: hosted::pages,
    },
    Part {
        name: "hosted-pictures",
        about: "takes the pictures of the pages that the guides show anew",
        in_whole_run: false,
        run: hosted::pictures,
    },
    Part {
        name: "numbers",
        about: "metrics, alerts and the scrape configuration, as promtool sees them; installs Debian's prometheus package",
        in_whole_run: false,
        run: numbers::check,
    },
    Part {
        name: "newcomer",
        about: "the release tarball in an empty folder, quickstart, and Chromium: sign-ins, an invitation, wrong codes, expiry",
        in_whole_run: false,
        run: newcomer::path,
    },
    Part {
        name: "saml",
        about: "sign-ins by SimpleSAMLphp in Chromium; installs it, and PHP",
        in_whole_run: false,
        run: saml::sign_ins,
    },
    Part {
        name: "package",
        about: "the Debian package in an empty root, its unit as systemd-analyze sees it, the Containerfile; installs lintian",
        in_whole_run: false,
        run: package::check,
    },
    Part {
        name: "srp-soak",
        about: "2,000 random SRP sign-ins with pycognito",
        in_whole_run: false,
        run: clients::srp_soak,
    },
    Part {
        name: "mail-slow",
        about: "mail that takes minutes: a greylist of 60 s; kill -9 inside the final dot; what SpamAssassin and rspamd think of every mail",
        in_whole_run: false,
        run: clients::mail_slow,
    },
    Part {
        name: "mutated-events",
        about: "a million mutated events panic no function and mint nothing (fuzzing proper: cargo xtask fuzz)",
        in_whole_run: false,
        run: rust::mutated_events,
    },
    Part {
        name: "advisories",
        about: "known weaknesses of crates and npm packages: cargo deny, npm audit; says where their data cannot be had",
        in_whole_run: false,
        run: advisories::all,
    },
    Part {
        name: "mutants",
        about: "code broken on purpose, which the tests must notice: [--write] [--again] [--quick] [--shard K/N] [CRATE|FILE…]; the store takes some minutes",
        in_whole_run: false,
        run: mutants::all,
    },
    Part {
        name: "deploy-reproducible",
        about: "the functions built in two folders are the same bytes; some minutes",
        in_whole_run: false,
        run: deploy::reproducible,
    },
    Part {
        name: "deploy-sam",
        about: "sam validate --lint of the deployment template",
        in_whole_run: false,
        run: deploy::sam,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_parts_share_a_name() {
        for (index, part) in PARTS.iter().enumerate() {
            assert!(
                PARTS[..index].iter().all(|other| other.name != part.name),
                "{}",
                part.name
            );
        }
    }
}
