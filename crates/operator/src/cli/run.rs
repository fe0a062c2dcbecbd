//! The commands, as the binary's command line has them.

use clap::Subcommand;

use super::args::{AttachArgs, DetachArgs, DoctorArgs, ForgetArgs, LockedArgs, RollbackArgs, UnlockArgs};
use super::world::World;
use super::{attach, doctor, people};

/// The operator's commands, to be flattened into the binary's own.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Attach the three functions to a pool that exists, on AWS or on Poolhouse.
    Attach(AttachArgs),
    /// Take the functions off a pool: sign-in asks for no code any more.
    Detach(DetachArgs),
    /// Put a pool back to what it was when a snapshot was taken.
    Rollback(RollbackArgs),
    /// Look for what is wrong with sign-in by confirm code on a pool.
    ///
    /// Ends with 0 if nothing was found, 1 if there are errors or warnings, 2 if something could not be looked at.
    Doctor(DoctorArgs),
    /// Take away every lock that wrong codes have made for a user, and the limits of mails that are reached.
    ///
    /// On Cognito the counters are read and written where the functions behind the pool's triggers keep them, with their key:
    /// these credentials need to read the function's configuration and its secret. OTP_KEY in the environment goes before.
    Unlock(UnlockArgs),
    /// What is remembered of a user's browsers.
    #[command(subcommand)]
    Devices(DevicesCommand),
    /// List the users whom wrong codes have locked.
    Locked(LockedArgs),
}

/// Commands about remembered browsers.
#[derive(Clone, Debug, Subcommand)]
pub enum DevicesCommand {
    /// Forget every browser of a user: none is trusted, and none has counters of its own.
    Forget(ForgetArgs),
}

/// Runs a command and returns the process's exit code: 0 if it did what it was asked, 1 if not; for `doctor` also what
/// its help says.
pub async fn run(command: &Command, mut world: World<'_>) -> u8 {
    let done = match command {
        Command::Attach(args) => attach::attach(args, &mut world).await.map(|()| 0),
        Command::Detach(args) => attach::detach(args, &mut world).await.map(|()| 0),
        Command::Rollback(args) => attach::rollback(args, &mut world).await.map(|()| 0),
        Command::Doctor(args) => doctor::doctor(args, &mut world).await,
        Command::Unlock(args) => people::unlock_one(args, &mut world).await.map(|()| 0),
        Command::Devices(DevicesCommand::Forget(args)) => people::forget(args, &mut world).await.map(|()| 0),
        Command::Locked(args) => people::locked(args, &mut world).await.map(|()| 0),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            failure.tell(world.console);
            match command {
                Command::Doctor(_) => doctor::COULD_NOT_CHECK,
                _ => FAILED,
            }
        }
    }
}

/// The exit code of a command that did not do what it was asked.
const FAILED: u8 = 1;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Command,
    }

    fn parse(line: &str) -> Result<Command, String> {
        let words = std::iter::once("poolhouse").chain(line.split_whitespace());
        Cli::try_parse_from(words)
            .map(|cli| cli.command)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn attach_needs_a_pool_and_an_app_client_and_knows_the_usual_names() {
        let Ok(Command::Attach(args)) =
            parse("attach --user-pool-id eu-central-1_a --client-id c --client-id d")
        else {
            panic!("attach should parse");
        };
        assert_eq!(args.client_id, ["c", "d"]);
        assert_eq!(
            (args.functions.create.as_str(), args.attribute.as_str()),
            ("2faCreate", "authChallenge")
        );
        assert!(
            parse("attach --user-pool-id a")
                .unwrap_err()
                .contains("--client-id")
        );
        assert!(
            parse("attach --client-id a")
                .unwrap_err()
                .contains("--user-pool-id")
        );
    }

    #[test]
    fn what_cannot_be_is_refused_before_anything_is_called() {
        let attach = |more: &str| parse(&format!("attach --user-pool-id a --client-id c {more}"));
        assert!(attach("--session-minutes 16").is_err());
        assert!(attach("--session-minutes 2").is_err());
        assert!(attach("--attribute aVeryLongAttributeName").is_err());
        assert!(attach("--dry-run --yes").is_err());
        let Ok(Command::Attach(args)) = attach("--attribute custom:code") else {
            panic!("attach should parse")
        };
        assert_eq!(args.attribute, "code");
    }

    #[test]
    fn the_other_commands_parse() {
        for line in [
            "detach --user-pool-id a",
            "rollback snapshot.json --endpoint-url http://127.0.0.1:9229 --yes",
            "doctor --user-pool-id a --output json --fix --no-dns",
            "unlock ada --user-pool-id a --data poolhouse-data",
            "devices forget ada --user-pool-id a --counters-table codes",
            "locked --user-pool-id a --attribute custom:code --output json",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }
}
