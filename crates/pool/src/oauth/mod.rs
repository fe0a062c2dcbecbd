//! OAuth 2.0 and OpenID Connect: what app clients and their libraries talk to, and what the pages of hosted login do.
//!
//! `site` finds the pool that a request is for. `authorize` checks what a client asks for before anybody signs in; `code` makes
//! the authorization code at the end and takes it back, once. `token`, `userinfo` and `revoke` are the endpoints for machines,
//! `client` is how a client proves who it is there. Requests come in as [`Form`]s; a refusal is a [`Denied`], which says the
//! whole answer. What the tokens say, the floor below decides (`auth::issue`).
//!
//! `door` is the way in of a browser, which leads back to the client (`browser`, `granting`) or to a page: a `transaction`, whose forms
//! are taken by `steps`. `logout` is the way out. `offers` says what pages may offer beside the sign-in.

pub mod authorize;
pub mod browser;
pub mod client;
pub mod code;
pub mod denied;
pub mod discovery;
pub mod door;
pub mod flow;
pub mod form;
pub mod grant;
pub mod granting;
pub mod handle;
pub mod hint;
pub mod logout;
pub mod offers;
pub mod pkce;
pub mod redirect;
pub mod redirect_uri;
pub mod refresh;
pub mod resource;
pub mod revoke;
pub mod scopes;
pub mod site;
pub mod steps;
pub mod token;
pub mod transaction;
pub mod userinfo;

pub use authorize::Refused;
pub use denied::Denied;
pub use form::Form;
pub use site::Site;
