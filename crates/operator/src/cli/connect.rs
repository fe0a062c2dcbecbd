//! From flags, environment and profiles to signed calls.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_credentials::{FoundIn, Means, Profiles};
use poolhouse_outbound::aws::Patience;
use poolhouse_text::with_causes;
use rustls::crypto::aws_lc_rs;

use super::args::AwsArgs;
use super::failure::Failure;
use super::world::World;
use crate::aws::{Aws, Endpoints, Service, caller};

/// Finds the region, the addresses and the credentials. The region is the one in the pool's id unless a flag says
/// otherwise: the pool exists in no other.
pub(super) async fn connect(
    args: &AwsArgs,
    pool_id: &str,
    world: &World<'_>,
) -> Result<(Aws, FoundIn), Failure> {
    let profiles = Profiles::load(&world.env, args.profile.as_deref()).map_err(|(path, error)| {
        Failure::of(
            format!("{} cannot be read: {error}", path.display()),
            "Make it readable, or name another file.",
        )
    })?;
    let region = region(args, pool_id, world, &profiles)?;
    let endpoints = Endpoints::resolve(
        &region,
        args.endpoint_url.as_deref(),
        &world.env,
        &profiles.endpoints(),
    )
    .map_err(|error| Failure::new(&error))?;
    let seconds = Arc::clone(&world.clock);
    let (caller, source) = poolhouse_credentials::caller(Means {
        env: world.env.clone(),
        profile: args.profile.clone(),
        region: Some(region),
        provider: aws_lc_rs::default_provider,
        clock: Arc::new(move || Duration::from_secs(seconds())),
        // One command on one machine: there is nothing to spread.
        random: Arc::new(|| 0),
    })
    .map_err(|error| Failure::new(&error))?;
    let (credentials, found_in) = source.current().await.map_err(|error| match endpoints.is_aws() {
        true => Failure::new(&error),
        false => Failure::of(
            with_causes(&error),
            "The keys of a Poolhouse server are made by `poolhouse keys create`.",
        ),
    })?;
    let aws = Aws {
        caller,
        access_key_id: credentials.access_key_id().to_owned(),
        endpoints,
        patience: Patience::default(),
    };
    Ok((aws, found_in))
}

fn region(args: &AwsArgs, pool_id: &str, world: &World<'_>, profiles: &Profiles) -> Result<String, Failure> {
    let in_pool_id = || pool_id.split_once('_').map(|(region, _)| region.to_owned());
    args.region
        .clone()
        .or_else(in_pool_id)
        .or_else(|| world.env.get("AWS_REGION"))
        .or_else(|| world.env.get("AWS_DEFAULT_REGION"))
        .or_else(|| profiles.region().map(str::to_owned))
        .ok_or_else(|| {
            Failure::of(
                "no region is known",
                "Pass --region, for example --region eu-central-1.",
            )
        })
}

/// A line that says which pool is meant, where, and as whom.
pub(super) async fn introduction(aws: &Aws, pool_id: &str, pool_name: &str, found_in: FoundIn) -> String {
    let who = match aws.has(Service::Tokens) {
        true => caller(aws).await.ok(),
        false => None,
    };
    let who = who.unwrap_or_else(|| format!("access key {}", aws.access_key_id));
    format!(
        "User pool {pool_id} ({pool_name}) at {}, region {}, as {who} from {found_in}",
        aws.endpoints.user_pools(),
        aws.endpoints.region()
    )
}
