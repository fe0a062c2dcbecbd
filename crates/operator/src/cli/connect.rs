//! From flags, environment and profiles to signed calls.

use std::path::Path;
use std::sync::Arc;

use super::failure::Failure;
use super::{AwsArgs, World};
use crate::aws::{Aws, Endpoints, Patience, Service, caller, tls};
use crate::credentials::{Finder, FoundIn, Profiles};

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
    let ca_bundle = world.env.get("AWS_CA_BUNDLE");
    let tls = tls(ca_bundle.as_deref().map(Path::new)).map_err(|error| Failure::new(&error))?;
    let finder = Finder {
        env: &world.env,
        profiles: &profiles,
        endpoints: &endpoints,
        tls: &tls,
        clock: &world.clock,
    };
    let (credentials, found_in) = finder.find().await.map_err(|error| Failure::new(&error))?;
    let aws = Aws {
        credentials,
        endpoints,
        tls,
        clock: Arc::clone(&world.clock),
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
    let who = who.unwrap_or_else(|| format!("access key {}", aws.credentials.access_key_id()));
    format!(
        "User pool {pool_id} ({pool_name}) at {}, region {}, as {who} from {found_in}",
        aws.endpoints.user_pools(),
        aws.endpoints.region()
    )
}
