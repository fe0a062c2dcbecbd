//! The optional function that clears locks when a password is replaced.

use serde_json::Value;

use crate::world::{Place, arn};

#[tokio::test]
async fn the_function_for_a_new_password_is_attached_where_it_is_and_not_refused_and_comes_off_again() {
    let place = Place::new().await.with_aws();
    place.deploy_post_confirmation();
    let before = place.describe().await;
    let refused = place.attach("--no-post-confirmation --dry-run");
    assert!(!place.run(&refused).await.ok().says("PostConfirmation"));
    place.run(&place.attach("")).await.ok();
    let trigger = |pool: &Value| pool["LambdaConfig"]["PostConfirmation"].clone();
    let statements = || {
        place.aws.services().functions["2faPostConfirmation"]
            .statements
            .len()
    };
    assert_eq!(trigger(&place.describe().await.0), arn("2faPostConfirmation"));
    assert_eq!(statements(), 1);
    let back = format!(
        "rollback {} {}",
        place.folder.file("s.json").display(),
        place.snapshot_flag("r.json")
    );
    place.run(&back).await.ok();
    assert_eq!(place.describe().await, before);
    assert_eq!(statements(), 0);
    let named = place.attach("--post-confirmation 2faPostConfirmation");
    place.run(&named.replace("s.json", "s2.json")).await.ok();
    let detach = format!(
        "detach --user-pool-id {} --client-id {} {}",
        place.pool,
        place.client,
        place.snapshot_flag("d.json")
    );
    place.run(&detach).await.ok();
    assert_eq!(trigger(&place.describe().await.0), Value::Null);
    assert_eq!(statements(), 0);
}
