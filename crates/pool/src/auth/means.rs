//! What somebody has to begin a sign-in with: a user what it has, a name that nobody has what most users of the pool have.

use serde_json::{Value, json};

use super::room::FirstCode;
use super::step::SignIn;
use super::{private, subject};
use crate::base::error::ApiError;
use crate::records::{SessionRecord, Stored};
use crate::users::first_factors::{self, Contacts, FirstFactor};

/// What there is to begin with.
pub struct Means {
    /// What can be chosen.
    pub choices: Vec<FirstFactor>,
    /// Where codes seem to be sent that nobody gets; nothing for a user.
    made_up: Contacts,
}

impl Means {
    /// Of whoever begins to sign in under this name.
    ///
    /// # Errors
    /// When the pool's seed does not open.
    pub fn of_name(sign_in: &SignIn<'_>, typed: &str) -> Result<Means, ApiError> {
        let SignIn { ctx, pool, .. } = sign_in;
        let made_up = match sign_in.subject.user() {
            Some(_) => Contacts::default(),
            None => {
                let email = subject::made_up_address(ctx, pool, typed)?;
                let number = subject::made_up_number(ctx, pool, typed)?;
                Contacts::likely(pool, typed, email, number)
            }
        };
        Ok(Means::of(sign_in, made_up))
    }

    /// Of whom a choice was offered in this session, as it is now.
    ///
    /// # Errors
    /// When what the session keeps does not open.
    pub fn of_session(sign_in: &SignIn<'_>, session: &Stored<SessionRecord>) -> Result<Means, ApiError> {
        let private = private::open(sign_in.ctx, session)?;
        let kept = |member: &str| private.get(member).and_then(Value::as_str).map(str::to_owned);
        let made_up = Contacts {
            email: kept("email"),
            phone_number: kept("phone_number"),
        };
        Ok(Means::of(sign_in, made_up))
    }

    fn of(sign_in: &SignIn<'_>, made_up: Contacts) -> Means {
        let choices = match sign_in.subject.user() {
            Some(user) => first_factors::of_user(sign_in.pool, user),
            None => first_factors::of_nobody(sign_in.pool, &made_up),
        };
        Means { choices, made_up }
    }

    /// What a session keeps of it.
    pub fn to_private(&self) -> Value {
        json!({ "email": self.made_up.email, "phone_number": self.made_up.phone_number })
    }

    /// The code that this is, with where it goes; `None` for a password, or where there is no such address.
    pub fn code(&self, sign_in: &SignIn<'_>, first: FirstFactor) -> Option<FirstCode> {
        let factor = first.code()?;
        let attribute = factor.attribute()?;
        let address = match sign_in.subject.user() {
            Some(user) => user.attribute(attribute),
            None => self.made_up.get(attribute),
        };
        let address = address?.to_owned();
        Some(FirstCode { factor, address })
    }
}
