//! AUTH PLAIN and AUTH LOGIN (RFC 4954, RFC 4616), and XOAUTH2 as Exchange Online and Gmail have it. The caller has made
//! sure that nobody listens.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poolhouse_outbound::TlsSource;

use super::hello::Extensions;
use super::relay::Login;
use super::wire::Wire;
use crate::deadlines::Clock;
use crate::error::{Phase, Problem, SendError, expect};
use crate::oauth::TokenSource;

/// Signs in: with the first password mechanism that both sides know, or with an access token.
pub(super) async fn sign_in(
    wire: &mut Wire,
    offered: &Extensions,
    login: &Login,
    tls: &TlsSource,
    clock: &Clock,
) -> Result<(), SendError> {
    match login {
        Login::Password { user, password } => by_password(wire, offered, user, password, clock).await,
        Login::Token { user, tokens, .. } => {
            let unread = SendError::new(Phase::Auth, Problem::Lacking("a file of ?oauth= that was read"));
            let tokens = tokens.as_ref().ok_or(unread)?;
            let signed_in = by_token(wire, offered, user, tokens, tls, clock).await;
            if signed_in.as_ref().is_err_and(SendError::is_about_credentials) {
                // It may have been withdrawn before its time: the next attempt asks for another one.
                tokens.forget();
            }
            signed_in
        }
    }
}

async fn by_password(
    wire: &mut Wire,
    offered: &Extensions,
    user: &str,
    password: &str,
    clock: &Clock,
) -> Result<(), SendError> {
    let last = if offered.auth_plain {
        format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))
    } else if offered.auth_login {
        for prompt in ["AUTH LOGIN", &STANDARD.encode(user)] {
            let reply = wire.command(Phase::Auth, prompt, clock).await?;
            expect(reply, Phase::Auth, |code| code == 334)?;
        }
        STANDARD.encode(password)
    } else {
        return Err(lacking("AUTH PLAIN or AUTH LOGIN"));
    };
    let reply = wire.command(Phase::Auth, &last, clock).await?;
    expect(reply, Phase::Auth, |code| code == 235).map(drop)
}

async fn by_token(
    wire: &mut Wire,
    offered: &Extensions,
    user: &str,
    tokens: &TokenSource,
    tls: &TlsSource,
    clock: &Clock,
) -> Result<(), SendError> {
    if !offered.auth_xoauth2 {
        return Err(lacking("AUTH XOAUTH2"));
    }
    let token = clock.run(Phase::Auth, tokens.token(tls)).await?;
    let response = STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
    let mut reply = wire
        .command(Phase::Auth, &format!("AUTH XOAUTH2 {response}"), clock)
        .await?;
    if reply.code() == 334 {
        // The refusal's details, in JSON; the refusal itself comes after an empty line.
        reply = wire.command(Phase::Auth, "", clock).await?;
    }
    expect(reply, Phase::Auth, |code| code == 235).map(drop)
}

fn lacking(what: &'static str) -> SendError {
    SendError::new(Phase::Auth, Problem::Lacking(what))
}
