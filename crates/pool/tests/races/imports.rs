//! A user import job that more than one server works on.

use poolhouse_pool::users::imports::Arriving;
use serde_json::{Value, json};

use crate::Scene;

/// A pool, and a job with five users that was started.
async fn started() -> (Scene, Value) {
    let scene = Scene::of(json!({ "AutoVerifiedAttributes": ["email"] }), json!({})).await;
    let role = "arn:aws:iam::000000000000:role/import";
    let request = json!({ "JobName": "job", "CloudWatchLogsRoleArn": role });
    let job = scene.call("CreateUserImportJob", request).await.ok()["UserImportJob"].clone();
    let header = scene.call("GetCSVHeader", json!({})).await.ok();
    let header: Vec<String> = serde_json::from_value(header["CSVHeader"].clone()).unwrap();
    let mut file = header.join(",");
    for number in 0..5 {
        let value = |column: &String| match column.as_str() {
            "cognito:username" => format!("user-{number}"),
            "email" => format!("user-{number}@example.com"),
            "email_verified" => "true".to_owned(),
            _ => String::new(),
        };
        file = format!(
            "{file}\n{}",
            header.iter().map(value).collect::<Vec<_>>().join(",")
        );
    }
    let url = job["PreSignedUrl"].as_str().unwrap();
    let (_, query) = url.split_once("?expires=").unwrap();
    let (until, signature) = query.split_once("&signature=").unwrap();
    let signed = (until.parse().unwrap(), signature);
    let platform = &scene.server.app().platform;
    let id = job["JobId"].as_str().unwrap();
    let mut arriving = Arriving::begin(platform, (&scene.pool, id), signed)
        .await
        .unwrap();
    arriving.push(file.as_bytes()).await.unwrap();
    arriving.finish().await.unwrap();
    let request = json!({ "JobId": job["JobId"] });
    scene.call("StartUserImportJob", request).await.ok();
    (scene, job)
}

async fn counts(scene: &Scene, job: &Value) -> (String, i64, i64, i64) {
    let request = json!({ "JobId": job["JobId"] });
    let job = scene.call("DescribeUserImportJob", request).await.ok()["UserImportJob"].clone();
    let count = |member: &str| job[member].as_i64().unwrap();
    let status = job["Status"].as_str().unwrap().to_owned();
    (
        status,
        count("ImportedUsers"),
        count("SkippedUsers"),
        count("FailedUsers"),
    )
}

#[tokio::test]
async fn a_job_that_another_server_takes_over_at_any_line_imports_everybody_once() {
    for line in 1..=6 {
        let (scene, job) = started().await;
        let row = match line {
            1 => scene.at("import/"),
            _ => scene.at(&format!(
                "import-log/{}/{line:010}",
                job["JobId"].as_str().unwrap()
            )),
        };
        scene.before(&row, |rival| async move { rival.import().await });
        scene.server.import().await;
        assert_eq!(
            counts(&scene, &job).await,
            ("Succeeded".to_owned(), 5, 0, 0),
            "{line}"
        );
        let users = scene.keys("/profile").await;
        assert_eq!(users.len(), 1 + 5, "Mara, and those of the file");
    }
}

#[tokio::test]
async fn a_job_that_is_stopped_right_before_a_line_imports_nobody_any_more() {
    let (scene, job) = started().await;
    let row = scene.at(&format!(
        "import-log/{}/{:010}",
        job["JobId"].as_str().unwrap(),
        4
    ));
    let (pool, id) = (scene.pool.clone(), job["JobId"].clone());
    scene.before(&row, move |rival| async move {
        let request = json!({ "UserPoolId": pool, "JobId": id });
        rival.call("StopUserImportJob", request).await.ok();
    });
    scene.server.import().await;
    assert_eq!(counts(&scene, &job).await, ("Stopped".to_owned(), 2, 0, 0));
    assert_eq!(scene.keys("/profile").await.len(), 1 + 2);
}

#[tokio::test]
async fn somebody_who_is_made_at_the_same_moment_as_their_line_is_skipped() {
    let (scene, job) = started().await;
    let row = scene.at(&format!(
        "import-log/{}/{:010}",
        job["JobId"].as_str().unwrap(),
        2
    ));
    let pool = scene.pool.clone();
    scene.before(&row, move |rival| async move {
        rival.user(&pool, "user-0", crate::PASSWORD).await;
    });
    scene.server.import().await;
    assert_eq!(counts(&scene, &job).await, ("Succeeded".to_owned(), 4, 1, 0));
}
