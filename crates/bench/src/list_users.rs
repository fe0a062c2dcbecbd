//! What `ListUsers` costs for each user that it answers, in a small pool and in a large one.
//!
//! The users are written as rows, without passwords: a million verifiers would take longer than everything else.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use cpu_time::ProcessTime;
use poolhouse_api::Operation;
use poolhouse_api::shapes::UserStatusType;
use poolhouse_crypto::{OsEntropy, uuid_v4};
use poolhouse_pool::records::PoolRecord;
use poolhouse_pool::request::{App, Asker, Ctx};
use poolhouse_pool::users::aliases::Taken;
use poolhouse_pool::users::attributes::Change;
use poolhouse_pool::users::registration;
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::pool::{self, Outcome};

/// The most that a returned user may cost in the large pool, compared with the small one.
const LIMIT: f64 = 1.3;
/// Users that one commit makes.
const BATCH: u32 = 500;
/// CPU time spent on each filter before and while it is measured, in calls.
const CALLS: u32 = 400;

/// `cargo xtask bench list-users`
#[derive(Args)]
pub struct Arguments {
    /// Where the databases are made
    #[arg(long)]
    home: PathBuf,
    /// Users of the small pool
    #[arg(long)]
    small: u32,
    /// Users of the large pool
    #[arg(long)]
    large: u32,
}

/// The comparison, filter by filter.
pub struct Report {
    sizes: (u32, u32),
    rows: Vec<Row>,
}

struct Row {
    what: &'static str,
    returned: usize,
    small_us: f64,
    large_us: f64,
}

/// Makes both pools and measures every filter in both, in turn.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let small = Pool::make(&arguments, arguments.small).await?;
    let large = Pool::make(&arguments, arguments.large).await?;
    let mut rows = Vec::new();
    for (what, filter) in filters() {
        // Once each for the caches, then in turn, so that the machine's moods hit both.
        small.cost(&filter, CALLS / 10).await?;
        large.cost(&filter, CALLS / 10).await?;
        let (mut small_us, mut large_us, mut returned) = (0.0, 0.0, 0);
        for _ in 0..4 {
            let (cost, found) = small.cost(&filter, CALLS / 4).await?;
            small_us += cost / 4.0;
            let (cost, also_found) = large.cost(&filter, CALLS / 4).await?;
            large_us += cost / 4.0;
            if found != also_found || found == 0 {
                return Err(
                    format!("{what}: {found} users in the small pool, {also_found} in the large").into(),
                );
            }
            returned = found;
        }
        rows.push(Row {
            what,
            returned,
            small_us,
            large_us,
        });
    }
    Ok(Report {
        sizes: (arguments.small, arguments.large),
        rows,
    })
}

/// A filter for the user of this number, whose pool has so many.
type Filter = Box<dyn Fn(&Pool, u32) -> Option<String>>;

fn filters() -> Vec<(&'static str, Filter)> {
    let by = |make: fn(u32) -> String| -> Filter { Box::new(move |_, number| Some(make(number))) };
    vec![
        ("none", Box::new(|_, _| None)),
        ("username =", by(|n| format!("username = \"user-{n:07}\""))),
        (
            "username ^=",
            by(|n| format!("username ^= \"user-{:06}\"", n / 10)),
        ),
        ("email =", by(|n| format!("email = \"user-{n:07}@example.com\""))),
        ("email ^=", by(|n| format!("email ^= \"user-{:06}\"", n / 10))),
        (
            "phone_number =",
            by(|n| format!("phone_number = \"+1555{n:07}\"")),
        ),
        (
            "phone_number ^=",
            by(|n| format!("phone_number ^= \"+1555{:06}\"", n / 10)),
        ),
        ("name =", by(|n| format!("name = \"Name {n:07}\""))),
        (
            "given_name ^=",
            by(|n| format!("given_name ^= \"Given {:06}\"", n / 10)),
        ),
        (
            "sub =",
            Box::new(|pool, n| Some(format!("sub = \"{}\"", pool.sub(n)))),
        ),
        (
            "sub ^=",
            Box::new(|pool, n| Some(format!("sub ^= \"{}\"", &pool.sub(n)[..18]))),
        ),
        ("status =", by(|_| "status = \"Enabled\"".to_owned())),
        (
            "cognito:user_status =",
            by(|_| "cognito:user_status = \"FORCE_CHANGE_PASSWORD\"".to_owned()),
        ),
    ]
}

struct Pool {
    app: Arc<App>,
    id: String,
    /// Some users' `sub`s, spread over the pool.
    subs: Vec<(u32, String)>,
    users: u32,
}

impl Pool {
    async fn make(arguments: &Arguments, users: u32) -> Outcome<Pool> {
        let app = pool::open(&arguments.home.join(format!("{users}.db")))?;
        let (id, _) = pool::set_up(&app).await?;
        let ctx = Ctx::new(app.clone(), String::new(), app.platform.now(), Asker::default());
        let record = ctx.pool(&id).await?.value;
        let mut subs = Vec::new();
        for first in (0..users).step_by(BATCH as usize) {
            let mut batch = Batch::new();
            for number in first..users.min(first + BATCH) {
                let (rows, sub) = user(&ctx, &record, number).await?;
                batch = batch.merge(rows);
                if number % (users / 64).max(1) == 0 {
                    subs.push((number, sub));
                }
            }
            app.platform.commit(batch).await?;
            if first % (BATCH * 100) == 0 {
                let _ = writeln!(std::io::stderr(), "  {first} of {users} users");
            }
        }
        Ok(Pool { app, id, subs, users })
    }

    fn sub(&self, number: u32) -> &str {
        let index = number as usize % self.subs.len();
        &self.subs[index].1
    }

    /// CPU microseconds for each user returned, and how many users a call returned at the most.
    async fn cost(&self, filter: &Filter, calls: u32) -> Outcome<(f64, usize)> {
        let (mut returned, mut most) = (0, 0);
        let start = ProcessTime::now();
        for call in 0..calls {
            // Every call asks for another user, all over the pool.
            let number = (u64::from(call) * 7919 * u64::from(self.users / 1000 + 1)) % u64::from(self.users);
            let mut body = json!({ "UserPoolId": self.id });
            if let Some(filter) = filter(self, u32::try_from(number)?) {
                body["Filter"] = Value::from(filter);
            }
            let answer = pool::call(&self.app, Operation::ListUsers, &body).await?;
            let found = answer["Users"].as_array().map_or(0, Vec::len);
            returned += found;
            most = most.max(found);
        }
        let spent = start.elapsed().as_secs_f64() * 1e6;
        Ok((spent / f64::from(u32::try_from(returned.max(1))?), most))
    }
}

async fn user(ctx: &Ctx, pool: &PoolRecord, number: u32) -> Outcome<(Batch, String)> {
    let set = [
        ("email", format!("user-{number:07}@example.com")),
        ("phone_number", format!("+1555{number:07}")),
        ("name", format!("Name {number:07}")),
        ("given_name", format!("Given {number:07}")),
    ];
    let change = Change {
        set: set.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        remove: Vec::new(),
    };
    let mut user = registration::new_user(ctx, pool, &format!("user-{number:07}"), change)?;
    user.sub = uuid_v4(&OsEntropy);
    user.status = UserStatusType::ForceChangePassword;
    let rows = registration::rows(ctx, pool, &user, Taken::Refuse).await?;
    Ok((rows, user.sub))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (small, large) = self.sizes;
        writeln!(
            f,
            "CPU time of ListUsers for each user returned, pools of {small} and {large} users"
        )?;
        writeln!(
            f,
            "{:<22} {:>6} {:>12} {:>12} {:>7}",
            "filter", "page", "small", "large", "ratio"
        )?;
        let mut worst: f64 = 0.0;
        for row in &self.rows {
            let ratio = row.large_us / row.small_us;
            worst = worst.max(ratio);
            writeln!(
                f,
                "{:<22} {:>6} {:>9.1} µs {:>9.1} µs {:>7.2}",
                row.what, row.returned, row.small_us, row.large_us, ratio
            )?;
        }
        let verdict = if worst <= LIMIT { "kept" } else { "MISSED" };
        write!(f, "largest ratio {worst:.2}, limit {LIMIT:.1}: {verdict}")
    }
}
