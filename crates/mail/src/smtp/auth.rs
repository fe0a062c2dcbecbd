//! AUTH PLAIN and AUTH LOGIN (RFC 4954, RFC 4616). The caller has made sure that nobody listens.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::hello::Extensions;
use super::relay::Login;
use super::wire::Wire;
use crate::deadlines::Clock;
use crate::error::{Phase, Problem, SendError};

/// Signs in with the first mechanism that both sides know.
pub(super) async fn sign_in(
    wire: &mut Wire,
    offered: &Extensions,
    login: &Login,
    clock: &Clock,
) -> Result<(), SendError> {
    let Login { user, password } = login;
    let last = if offered.auth_plain {
        format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))
    } else if offered.auth_login {
        for prompt in ["AUTH LOGIN", &STANDARD.encode(user)] {
            wire.command(Phase::Auth, prompt, clock)
                .await?
                .expect(Phase::Auth, |code| code == 334)?;
        }
        STANDARD.encode(password)
    } else {
        return Err(SendError::new(
            Phase::Auth,
            Problem::Lacking("AUTH PLAIN or AUTH LOGIN"),
        ));
    };
    wire.command(Phase::Auth, &last, clock)
        .await?
        .expect(Phase::Auth, |code| code == 235)
        .map(drop)
}
