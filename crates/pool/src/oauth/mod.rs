//! OAuth 2.0 and OpenID Connect: what app clients and their libraries talk to, and what the pages of hosted login do.
//!
//! `site` finds the pool that a request is for. `authorize` checks what a client asks for before anybody signs in; `code` makes
//! the authorization code at the end and takes it back, once. `token`, `userinfo` and `revoke` are the endpoints for machines,
//! `client` is how a client proves who it is there,
//! `token_exchange` gives a token for another one. Requests come in as [`Form`]s; a refusal is a [`Denied`], which says the
//! whole answer. What the tokens say, the floor below decides (`auth::issue`).
//!
//! `federation` is the way by identity providers of others.
//!
//! `door` is the way in of a browser, which leads back to the client (`browser`, `granting`) or to a page: a `transaction`, whose forms
//! are taken by `steps`. `logout` is the way out, and `look` how all of it looks.
//! `offers` says what pages may offer beside the sign-in, `terms` what a sign-up links to.
//!
//! Clients of strangers come in two ways: they `register` themselves, or their id is a URL (`client_documents`). Either way people are
//! asked first (`consent`).

mod amr;
pub mod authorize;
pub mod begun;
pub mod browser;
pub mod client;
pub mod client_documents;
pub mod code;
pub mod consent;
pub mod cookies;
pub mod denied;
pub mod discovery;
pub mod door;
pub mod federation;
mod first_use;
pub mod flow;
pub mod form;
pub mod form_action;
pub mod grant;
mod granted;
pub mod granting;
pub mod handle;
pub mod hint;
mod holding;
pub mod implicit;
pub mod leads;
pub mod leaving;
pub mod logout;
pub mod look;
pub mod named;
pub mod offers;
pub mod pkce;
pub mod redirect;
pub mod redirect_uri;
pub mod refresh;
pub mod register;
pub mod resource;
pub mod revoke;
pub mod scopes;
pub mod site;
pub mod steps;
pub mod terms;
pub mod token;
pub mod token_exchange;
pub mod transaction;
pub mod userinfo;

pub use authorize::Refused;
pub use denied::Denied;
pub use form::Form;
pub use site::Site;
