//! `poolhouse clock`: how late it is known to be, and what is to be done where that is wrong.

use clap::Args;
use poolhouse_pool::base::clock::{Clock as _, Millis, SystemClock};
use poolhouse_pool::records::{KnownMoment, load};
use poolhouse_store::{Batch, Expect};
use serde_json::json;

use crate::args::{KeysArgs, Output};
use crate::data::{self, Data};
use crate::error::CliError;
use crate::moment::date;
use crate::noted::noting;
use crate::output::{once, print};

#[derive(Args)]
pub struct ClockArgs {
    /// Forget it: the next server to start goes by this machine's clock. While no server runs
    ///
    /// For a machine whose clock was ahead for ten minutes or more, and is right now. Codes and sessions that ended by the wrong
    /// clock may be good again.
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    at: KeysArgs,
}

pub(super) fn run(arguments: &ClockArgs) -> Result<(), CliError> {
    once(async {
        match arguments.forget {
            true => forget(&arguments.at).await,
            false => show(&arguments.at).await,
        }
    })
}

async fn show(at: &KeysArgs) -> Result<(), CliError> {
    let data = data::existing_to_watch(&at.data, at.store.as_deref()).await?;
    let known = Known::of(&data).await;
    data.engine.close().await;
    let known = known?;
    print(&match at.output {
        Output::Json => known.as_json(),
        Output::Text => known.line(),
    })
}

async fn forget(at: &KeysArgs) -> Result<(), CliError> {
    let _reserved = data::reserve(&at.data)?;
    let data = data::existing(&at.data, at.store.as_deref()).await?;
    let forgotten = forget_in(&data).await;
    data.engine.close().await;
    forgotten?;
    print("Forgotten. The next server to start goes by this machine's clock.")
}

async fn forget_in(data: &Data) -> Result<(), CliError> {
    let platform = data.platform()?;
    if clock_of(data).await?.is_some() {
        return Err(CliError::new(
            "servers go by the database's clock, which nothing here changes. Set that one right, then start them again",
        ));
    }
    let batch = Batch::new().delete(KnownMoment::key().as_str(), Expect::Any);
    let committed = noting(&platform, "clock", None).commit(batch).await;
    committed
        .map(drop)
        .map_err(|error| CliError::new("the time cannot be forgotten").caused_by(error))
}

async fn clock_of(data: &Data) -> Result<Option<i64>, CliError> {
    let told = data.engine.store().clock().await;
    told.map_err(|error| CliError::new("the database does not tell the time").caused_by(error))
}

/// What is known, and what this machine's clock says.
struct Known {
    is_by_clock: bool,
    known: Option<Millis>,
    now: Millis,
}

impl Known {
    async fn of(data: &Data) -> Result<Known, CliError> {
        let clock = clock_of(data).await?;
        let known = match clock {
            Some(clock) => Some(Millis(clock)),
            None => {
                let noted = load(&data.platform()?, &KnownMoment::key()).await;
                let noted =
                    noted.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
                noted.map(|noted| noted.value.0)
            }
        };
        Ok(Known {
            is_by_clock: clock.is_some(),
            known,
            now: SystemClock.now(),
        })
    }

    fn behind(&self) -> i64 {
        self.known.map_or(0, |known| (known.0 - self.now.0).max(0))
    }

    fn line(&self) -> String {
        let Some(known) = self.known else {
            return "Nothing is known of the time yet. A server notes it when it has run for a minute."
                .to_owned();
        };
        let who = match self.is_by_clock {
            true => "The database's clock says",
            false => "A server has noted that it was",
        };
        let verdict = match self.behind() {
            0..1000 => "is not behind that".to_owned(),
            behind => format!("is {} s behind that: servers go by what is known", behind / 1000),
        };
        format!(
            "{who} {}. This machine's clock says {}, and {verdict}.",
            date(known),
            date(self.now)
        )
    }

    fn as_json(&self) -> String {
        let known = json!({
            "Known": self.known.map(date),
            "Now": date(self.now),
            "BehindMs": self.behind(),
        });
        known.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_is_said_to_be() {
        let noon = 1_767_355_200_000;
        let line = |is_by_clock, known: Option<i64>| {
            let known = known.map(|after| Millis(noon + after));
            Known {
                is_by_clock,
                known,
                now: Millis(noon),
            }
            .line()
        };
        assert_eq!(
            line(false, None),
            "Nothing is known of the time yet. A server notes it when it has run for a minute."
        );
        assert_eq!(
            line(false, Some(-5000)),
            "A server has noted that it was 2026-01-02T11:59:55Z. This machine's clock says 2026-01-02T12:00:00Z, and is not behind that."
        );
        assert_eq!(
            line(true, Some(3_600_000)),
            "The database's clock says 2026-01-02T13:00:00Z. This machine's clock says 2026-01-02T12:00:00Z, and is 3600 s behind that: servers go by what is known."
        );
    }
}
