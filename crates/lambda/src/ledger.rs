//! Where the ledger of a user is kept from one call to the next: in the user's attribute, or in the table of counters.

use poolhouse_confirm::{LedgerSource, Settings};
use poolhouse_outbound::aws::{CallError, Clock};
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::{Aws, Kind};
use crate::counters::{Counters, Item, Wrote};
use crate::pool::{Account, UserPools};
use crate::vars::{InitError, Vars};

/// How often a call that counts begins again when others count the same user at the same moment. Nobody signs in that
/// often at once; past it the call fails.
pub(crate) const MOST_ROUNDS: usize = 8;
/// Why it failed then.
pub(crate) const OVERTAKEN: &str = "others counted the same user at the same moment, again and again";

/// The place that ledgers are kept in.
pub(crate) enum Keeper {
    /// The user's attribute: no compare-and-set, so a sign-in goes on without it.
    Attribute(UserPools),
    /// The table of counters: nothing is answered that it has not counted.
    Table(Counters),
}

/// The ledger of one user in its place.
pub(crate) enum Held<'a> {
    Attribute(Account<'a>),
    Item(Item<'a>),
}

impl Keeper {
    /// The table if one is named, else the attribute; `None` without credentials.
    pub(crate) fn from_vars(
        vars: &Vars,
        settings: &Settings,
        aws: Option<&Aws<'_>>,
        clock: &Clock,
    ) -> Result<Option<Self>, InitError> {
        if let Some(counters) = Counters::from_vars(vars, settings, aws, clock)? {
            return Ok(Some(Self::Table(counters)));
        }
        let service = aws.map(|aws| aws.service(Kind::UserPools, None)).transpose()?;
        Ok(service.map(|service| Self::Attribute(UserPools::new(service))))
    }

    /// The ledger of the user that an event is about; `None` if it names none.
    pub(crate) fn ledger_of<'a>(&'a self, event: &'a Value, settings: &'a Settings) -> Option<Held<'a>> {
        match self {
            Self::Attribute(pools) => pools.account(event, &settings.attribute).map(Held::Attribute),
            Self::Table(counters) => counters.item(event).map(Held::Item),
        }
    }
}

impl Held<'_> {
    /// A text that was read here, as the functions take it.
    pub(crate) fn source<'t>(&self, text: Option<&'t str>) -> LedgerSource<'t> {
        match self {
            Self::Attribute(_) => LedgerSource::Fresh(text),
            Self::Item(_) => LedgerSource::Table(text),
        }
    }

    /// Whether it must be read before and written after everything that counts.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Self::Item(_))
    }

    /// The ledger as it is now; `None` if the user has none.
    pub(crate) async fn read(&mut self, by: Instant) -> Result<Option<String>, CallError> {
        match self {
            Self::Attribute(account) => account.read(by).await,
            Self::Item(item) => item.read(by).await,
        }
    }

    /// Keeps a new ledger. Only the table can tell that it was overtaken.
    pub(crate) async fn write(&mut self, ledger: &str, by: Instant) -> Result<Wrote, CallError> {
        match self {
            Self::Attribute(account) => account.write(ledger, by).await.map(|()| Wrote::Done),
            Self::Item(item) => item.write(ledger, by).await,
        }
    }

    /// What takes as long as a write and changes nothing, for a user who does not exist and so has no ledger.
    pub(crate) async fn rehearse(&mut self, by: Instant) -> Result<(), CallError> {
        match self {
            Self::Attribute(account) => account.read(by).await.map(drop),
            Self::Item(item) => item.rehearse(by).await,
        }
    }
}
