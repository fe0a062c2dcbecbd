//! `SetLogDeliveryConfiguration`

use poolhouse_api::shapes::{self, LogConfigurationType};

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Takes no destinations: CloudWatch Logs, S3 and Firehose are AWS's, and what they would get is in the audit log and in the server's
/// own. To ask for none is done.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` that names the destination, and what there is here.
pub async fn run(
    ctx: &Ctx,
    input: shapes::SetLogDeliveryConfigurationRequest,
) -> Result<shapes::SetLogDeliveryConfigurationResponse, ApiError> {
    ctx.pool(&input.user_pool_id).await?;
    if let Some(asked) = input.log_configurations.first() {
        return Err(ApiError::invalid_parameter(format!(
            "{} is not supported by this server, which exports nothing. Events of users are in the audit log (poolhouse audit), \
             and what became of messages is in the server's log.",
            destination(asked)
        )));
    }
    Ok(shapes::SetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(shapes::LogDeliveryConfigurationType {
            user_pool_id: input.user_pool_id,
            log_configurations: Vec::new(),
        }),
    })
}

fn destination(asked: &LogConfigurationType) -> &'static str {
    let LogConfigurationType {
        log_level: _,
        event_source: _,
        cloud_watch_logs_configuration: logs,
        s3_configuration: bucket,
        firehose_configuration: stream,
    } = asked;
    match (logs, bucket, stream) {
        (Some(_), ..) => "CloudWatchLogsConfiguration",
        (_, Some(_), _) => "S3Configuration",
        (_, _, Some(_)) => "FirehoseConfiguration",
        (None, None, None) => "A log configuration without a destination",
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn destinations_of_aws_are_refused_by_name_and_none_is_what_there_is() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let none = json!({ "LogDeliveryConfiguration": { "UserPoolId": pool, "LogConfigurations": [] } });
        let request = json!({ "UserPoolId": pool, "LogConfigurations": [] });
        assert_eq!(
            server.call("SetLogDeliveryConfiguration", request).await.ok(),
            none
        );
        let request = json!({ "UserPoolId": pool });
        assert_eq!(
            server.call("GetLogDeliveryConfiguration", request).await.ok(),
            none
        );
        let group = json!({ "LogGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:events" });
        let stream = json!({ "StreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/events" });
        for (destination, value) in [
            ("CloudWatchLogsConfiguration", group),
            ("FirehoseConfiguration", stream),
        ] {
            let configuration =
                json!({ "LogLevel": "ERROR", "EventSource": "userNotification", destination: value });
            let request = json!({ "UserPoolId": pool, "LogConfigurations": [configuration] });
            server.call("SetLogDeliveryConfiguration", request).await.assert_error(
                "InvalidParameterException",
                &format!(
                    "{destination} is not supported by this server, which exports nothing. Events of users are in the audit \
                     log (poolhouse audit), and what became of messages is in the server's log."
                ),
            );
        }
    }
}
