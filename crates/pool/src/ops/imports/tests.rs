//! Users from a file, from its upload to the last line.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::records::document::decode;
use crate::records::{ImportJob, LogLine};
use crate::testing::{RecordingFunction, TestPool};
use crate::users::imports::{Arriving, NotTaken};
use poolhouse_store::Scan;

const ROLE: &str = "arn:aws:iam::000000000000:role/import";

struct Scene {
    server: TestPool,
    pool: String,
}

impl Scene {
    async fn new() -> Scene {
        let server = TestPool::new().await;
        let members = json!({ "AutoVerifiedAttributes": ["email"] });
        let pool = server.pool_with(members).await;
        Scene { server, pool }
    }

    async fn create(&self) -> Value {
        let request = json!({ "UserPoolId": self.pool, "JobName": "first", "CloudWatchLogsRoleArn": ROLE });
        self.server.call("CreateUserImportJob", request).await.ok()["UserImportJob"].clone()
    }

    async fn on(&self, operation: &str, job: &Value) -> crate::testing::Answer {
        let request = json!({ "UserPoolId": self.pool, "JobId": job["JobId"] });
        self.server.call(operation, request).await
    }

    async fn described(&self, job: &Value) -> Value {
        self.on("DescribeUserImportJob", job).await.ok()["UserImportJob"].clone()
    }

    /// Puts a file where the job says.
    async fn put(&self, job: &Value, file: &[u8]) -> Result<(), NotTaken> {
        let url = job["PreSignedUrl"].as_str().unwrap();
        let (path, query) = url.split_once('?').unwrap();
        let mut path = path.rsplit('/');
        let (id, pool) = (path.next().unwrap(), path.next().unwrap());
        let (until, signature) = query.split_once('&').unwrap();
        let until = until.strip_prefix("expires=").unwrap().parse().unwrap();
        let signature = signature.strip_prefix("signature=").unwrap();
        let platform = &self.server.app().platform;
        let mut arriving = Arriving::begin(platform, (pool, id), (until, signature)).await?;
        for bytes in file.chunks(1000) {
            arriving.push(bytes).await?;
        }
        arriving.finish().await
    }

    /// The columns with these values, by name.
    async fn file(&self, users: &[&[(&str, &str)]]) -> String {
        let header = self
            .server
            .call("GetCSVHeader", json!({ "UserPoolId": self.pool }))
            .await
            .ok();
        let header: Vec<String> = serde_json::from_value(header["CSVHeader"].clone()).unwrap();
        let mut lines = vec![header.join(",")];
        for user in users {
            let value = |column: &String| {
                let given = user.iter().find(|(name, _)| name == column);
                given.map_or("", |(_, value)| value)
            };
            lines.push(header.iter().map(value).collect::<Vec<_>>().join(","));
        }
        lines.join("\n") + "\n"
    }

    async fn log(&self, job: &Value) -> Vec<String> {
        let prefix = ImportJob::log(&self.pool, job["JobId"].as_str().unwrap());
        let rows = self
            .server
            .app()
            .platform
            .scan(Scan::prefix(prefix, 1000))
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| decode::<LogLine>(row).unwrap().value.text)
            .collect()
    }
}

fn mara<'a>() -> Vec<(&'a str, &'a str)> {
    vec![
        ("cognito:username", "mara"),
        ("email", "mara@example.com"),
        ("email_verified", "TRUE"),
        ("cognito:mfa_enabled", "FALSE"),
    ]
}

#[tokio::test]
async fn the_header_has_the_services_columns_in_its_order_and_the_pools_own() {
    let scene = Scene::new().await;
    let own = json!([{ "Name": "plan", "AttributeDataType": "String" }]);
    let request = json!({ "UserPoolId": scene.pool, "CustomAttributes": own });
    scene.server.call("AddCustomAttributes", request).await.ok();
    let answer = scene
        .server
        .call("GetCSVHeader", json!({ "UserPoolId": scene.pool }))
        .await
        .ok();
    assert_eq!(
        answer,
        json!({
            "UserPoolId": scene.pool,
            "CSVHeader": [
                "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale",
                "phone_number", "phone_number_verified", "address", "updated_at", "custom:plan",
                "cognito:mfa_enabled", "cognito:username",
            ],
        })
    );
}

#[tokio::test]
async fn users_of_a_file_are_made_and_choose_a_password_and_the_log_says_what_became_of_each_line() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "old", "Correct-Horse-9!").await;
    let job = scene.create().await;
    assert_eq!(job["Status"], "Created");
    assert_eq!(
        (&job["ImportedUsers"], &job["SkippedUsers"], &job["FailedUsers"]),
        (&json!(0), &json!(0), &json!(0))
    );
    let id = job["JobId"].as_str().unwrap();
    assert!(id.starts_with("import-") && id.len() == 17, "{id}");
    let nina = [
        ("cognito:username", "nina"),
        ("email", "nina@example.com"),
        ("email_verified", "true"),
        ("address", r"Main Street 1\, Town"),
    ];
    let unverified = [("cognito:username", "omar"), ("email", "omar@example.com")];
    let old = [
        ("cognito:username", "old"),
        ("email", "old@example.com"),
        ("email_verified", "true"),
    ];
    let file = scene.file(&[&mara(), &nina, &unverified, &old]).await;
    scene.put(&job, file.as_bytes()).await.unwrap();
    let started = scene.on("StartUserImportJob", &job).await.ok()["UserImportJob"].clone();
    assert_eq!(started["Status"], "Pending");
    scene.server.import().await;
    let done = scene.described(&job).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(done["CompletionMessage"], "Import Job Completed Successfully.");
    assert_eq!(
        (
            &done["ImportedUsers"],
            &done["SkippedUsers"],
            &done["FailedUsers"]
        ),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        scene.log(&job).await,
        [
            "[SUCCEEDED] Line Number 2 - The import succeeded.",
            "[SUCCEEDED] Line Number 3 - The import succeeded.",
            "[FAILED] Line Number 4 - The User Record does not set any of the auto verified attributes to true. \
             (Example: email_verified to true).",
            "[SKIPPED] Line Number 5 - The user already exists.",
        ]
    );
    let request = json!({ "UserPoolId": scene.pool, "Username": "nina" });
    let nina = scene.server.call("AdminGetUser", request).await.ok();
    assert_eq!(nina["UserStatus"], "RESET_REQUIRED");
    let attributes = nina["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({ "Name": "address", "Value": "Main Street 1, Town" })));
    assert!(attributes.contains(&json!({ "Name": "email_verified", "Value": "true" })));
    // Nobody was mailed, and nothing of the file is left.
    assert_eq!(scene.server.unread_mails(), 0);
    let rows = scene.server.store().scan(Scan::prefix("", 1000)).await.unwrap();
    assert!(
        rows.iter()
            .all(|row| !row.key.contains("import-file") && row.key != "meta/importing")
    );
    let client = scene.server.client(&scene.pool).await;
    let forgot = json!({ "ClientId": client, "Username": "nina" });
    scene.server.call("ForgotPassword", forgot).await.ok();
    scene.server.code_to("nina@example.com").await;
}

#[tokio::test]
async fn no_function_is_asked_about_users_of_a_file() {
    let (before, after) = (RecordingFunction::silent(), RecordingFunction::silent());
    let place = |function: &Arc<RecordingFunction>| function.clone() as Arc<dyn Place>;
    let places = vec![
        ("before".to_owned(), place(&before)),
        ("after".to_owned(), place(&after)),
    ];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let members = json!({
        "AutoVerifiedAttributes": ["email"],
        "LambdaConfig": { "PreSignUp": arn("before"), "PostConfirmation": arn("after") },
    });
    let pool = server.pool_with(members).await;
    let scene = Scene { server, pool };
    let job = scene.create().await;
    let file = scene.file(&[&mara()]).await;
    scene.put(&job, file.as_bytes()).await.unwrap();
    scene.on("StartUserImportJob", &job).await.ok();
    scene.server.import().await;
    assert_eq!(scene.described(&job).await["ImportedUsers"], 1);
    assert_eq!((before.events().len(), after.events().len()), (0, 0));
}

#[tokio::test]
async fn a_job_that_mostly_fails_has_failed_and_so_has_one_with_other_columns() {
    let scene = Scene::new().await;
    let job = scene.create().await;
    let file = scene.file(&[&[("cognito:username", "omar")]]).await;
    scene.put(&job, file.as_bytes()).await.unwrap();
    scene.on("StartUserImportJob", &job).await.ok();
    scene.server.import().await;
    let done = scene.described(&job).await;
    assert_eq!(
        (&done["Status"], &done["CompletionMessage"]),
        (
            &json!("Failed"),
            &json!("Too many users have failed or been skipped during the import.")
        )
    );
    let job = scene.create().await;
    scene
        .put(&job, b"email,cognito:username\na@example.com,a\n")
        .await
        .unwrap();
    scene.on("StartUserImportJob", &job).await.ok();
    scene.server.import().await;
    let done = scene.described(&job).await;
    assert_eq!(
        done["CompletionMessage"],
        "The header in the csv file does not match the header of the user pool."
    );
}

#[tokio::test]
async fn a_job_starts_with_a_file_once_and_alone() {
    let scene = Scene::new().await;
    let (job, other) = (scene.create().await, scene.create().await);
    scene.on("StartUserImportJob", &job).await.assert_error(
        "PreconditionNotMetException",
        &format!("No csv file was uploaded for {}", job["JobId"].as_str().unwrap()),
    );
    let file = scene.file(&[&mara()]).await;
    for job in [&job, &other] {
        scene.put(job, file.as_bytes()).await.unwrap();
    }
    scene.on("StartUserImportJob", &job).await.ok();
    scene.on("StartUserImportJob", &other).await.assert_error(
        "PreconditionNotMetException",
        "Another user import job is active.",
    );
    scene.on("StartUserImportJob", &job).await.assert_error(
        "PreconditionNotMetException",
        "The user import job cannot be started. Its status is Pending.",
    );
    let denied = scene.put(&job, file.as_bytes()).await;
    assert!(matches!(denied, Err(NotTaken::Denied(_))), "{denied:?}");
    let stopped = scene.on("StopUserImportJob", &job).await.ok()["UserImportJob"].clone();
    assert_eq!(stopped["Status"], "Stopped");
    assert_eq!(
        stopped["CompletionMessage"],
        "The Import Job was stopped by the developer."
    );
    scene.on("StopUserImportJob", &job).await.assert_error(
        "PreconditionNotMetException",
        "The user import job cannot be stopped. Its status is Stopped.",
    );
    scene.server.import().await;
    assert_eq!(scene.described(&job).await["ImportedUsers"], 0);
    scene.on("StartUserImportJob", &other).await.ok();
}

#[tokio::test]
async fn a_url_takes_a_file_for_a_quarter_of_an_hour_and_a_job_waits_for_a_day() {
    let scene = Scene::new().await;
    let job = scene.create().await;
    let mut forged = job.clone();
    forged["PreSignedUrl"] = json!(
        job["PreSignedUrl"]
            .as_str()
            .unwrap()
            .replace("signature=", "signature=0")
    );
    assert!(matches!(scene.put(&forged, b"a").await, Err(NotTaken::Denied(_))));
    scene.server.clock().advance_seconds(15 * 60);
    assert!(matches!(
        scene.put(&job, b"a").await,
        Err(NotTaken::Denied("Request has expired"))
    ));
    let again = scene.described(&job).await;
    let file = scene.file(&[&mara()]).await;
    scene.put(&again, file.as_bytes()).await.unwrap();
    scene.server.clock().advance_seconds(24 * 3600);
    let expired = scene.described(&job).await;
    assert_eq!(
        (&expired["Status"], &expired["CompletionMessage"]),
        (&json!("Expired"), &json!("The user import job has expired."))
    );
    scene.on("StartUserImportJob", &job).await.assert_error(
        "PreconditionNotMetException",
        "The user import job cannot be started. Its status is Expired.",
    );
    let missing = json!({ "JobId": "import-0000000000" });
    scene.on("DescribeUserImportJob", &missing).await.assert_error(
        "ResourceNotFoundException",
        "User import job import-0000000000 does not exist.",
    );
}

#[tokio::test]
async fn a_pool_that_verifies_nothing_and_hashes_of_other_systems_are_refused() {
    let scene = Scene::new().await;
    let pool = scene.server.pool().await;
    let scene = Scene { pool, ..scene };
    let job = scene.create().await;
    scene.put(&job, b"a\n").await.unwrap();
    scene.on("StartUserImportJob", &job).await.assert_error(
        "PreconditionNotMetException",
        "The user pool has no auto verified attributes.",
    );
    let request = json!({
        "UserPoolId": scene.pool,
        "JobName": "hashes",
        "CloudWatchLogsRoleArn": ROLE,
        "PasswordHashingAlgorithm": "BCRYPT",
    });
    scene.server.call("CreateUserImportJob", request).await.assert_error(
        "InvalidParameterException",
        "PasswordHashingAlgorithm is not supported by this server. Leave it out; docs/reference/members.md lists what is.",
    );
}

#[tokio::test]
async fn jobs_are_listed_the_newest_first_page_by_page() {
    let scene = Scene::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(scene.create().await["JobId"].clone());
        scene.server.clock().advance_seconds(1);
    }
    ids.reverse();
    let request = json!({ "UserPoolId": scene.pool, "MaxResults": 2 });
    let first = scene.server.call("ListUserImportJobs", request).await.ok();
    let token = first["PaginationToken"].as_str().unwrap();
    assert!(token.starts_with(&format!("{}#import-", scene.pool)), "{token}");
    let request = json!({ "UserPoolId": scene.pool, "MaxResults": 2, "PaginationToken": token });
    let second = scene.server.call("ListUserImportJobs", request).await.ok();
    let of = |page: &Value| -> Vec<Value> {
        let jobs = page["UserImportJobs"].as_array().unwrap().iter();
        jobs.map(|job| job["JobId"].clone()).collect()
    };
    assert_eq!([of(&first), of(&second)].concat(), ids);
    assert_eq!(second["PaginationToken"], Value::Null);
    let request = json!({ "UserPoolId": scene.pool, "MaxResults": 2, "PaginationToken": "other#a#1" });
    let answer = scene.server.call("ListUserImportJobs", request).await;
    answer.assert_error("InvalidParameterException", "Invalid pagination token given.");
}

#[tokio::test]
async fn a_deleted_pool_ends_its_job_and_another_can_be_active() {
    let scene = Scene::new().await;
    let job = scene.create().await;
    let file = scene.file(&[&mara()]).await;
    scene.put(&job, file.as_bytes()).await.unwrap();
    scene.on("StartUserImportJob", &job).await.ok();
    let request = json!({ "UserPoolId": scene.pool });
    scene.server.call("DeleteUserPool", request).await.ok();
    scene.server.import().await;
    let rows = scene.server.store().scan(Scan::prefix("", 1000)).await.unwrap();
    assert!(
        rows.iter()
            .all(|row| row.key != "meta/importing" && !row.key.contains("/import"))
    );
}
