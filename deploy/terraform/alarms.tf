# On a small site a few failures are many, so alarms go by shares; and on a large one a small share that does not end is one
# too, so they go by time.

locals {
  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-errors"
  alarm_description   = "Calls of functions have failed for a quarter of an hour; the log has the errorType and the reason of each"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  metric_query {
    id          = "all"
    expression  = "SUM(METRICS())"
    label       = "errors"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = aws_lambda_function.this
    content {
      id          = lower(metric_query.key)
      return_data = false
      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Errors"
        dimensions  = { FunctionName = metric_query.value.function_name }
        period      = 300
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "error_rate" {
  alarm_name          = "${var.name}-error-rate"
  alarm_description   = "One call of the functions in twenty has failed in a quarter of an hour; the log has the errorType and the reason"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 5
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  metric_query {
    id          = "rate"
    expression  = "IF(SUM(METRICS(\"calls\")) > 0, 100 * SUM(METRICS(\"errors\")) / SUM(METRICS(\"calls\")), 0)"
    label       = "percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = aws_lambda_function.this
    content {
      id          = "errors_${lower(metric_query.key)}"
      return_data = false
      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Errors"
        dimensions  = { FunctionName = metric_query.value.function_name }
        period      = 900
        stat        = "Sum"
      }
    }
  }

  dynamic "metric_query" {
    for_each = aws_lambda_function.this
    content {
      id          = "calls_${lower(metric_query.key)}"
      return_data = false
      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Invocations"
        dimensions  = { FunctionName = metric_query.value.function_name }
        period      = 900
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "${var.name}-throttles"
  alarm_description   = "Lambda turned calls of a function away; the account's concurrency is used up"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  metric_query {
    id          = "all"
    expression  = "SUM(METRICS())"
    label       = "throttles"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = aws_lambda_function.this
    content {
      id          = lower(metric_query.key)
      return_data = false
      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Throttles"
        dimensions  = { FunctionName = metric_query.value.function_name }
        period      = 300
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "duration" {
  alarm_name          = "${var.name}-duration"
  alarm_description   = "One call of 2fa-create in twenty takes more than 2.5 s; after 3.5 s it gives up"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanThreshold"
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = aws_lambda_function.this["Create"].function_name }
  extended_statistic  = "p95"
  unit                = "Milliseconds"
  period              = 300
  evaluation_periods  = 3
  threshold           = 2500
  treat_missing_data  = "notBreaching"
  tags                = var.tags
}

resource "aws_cloudwatch_log_metric_filter" "mail_not_sent" {
  name           = "${var.name}-mail-not-sent"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ $.errorType = \"MailNotSent\" }"

  metric_transformation {
    namespace     = "Poolhouse"
    name          = "${var.name}-MailNotSent"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "mail_not_sent" {
  alarm_name          = "${var.name}-mail-not-sent"
  alarm_description   = "Codes have not been mailed for a quarter of an hour; the log says why"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  namespace           = "Poolhouse"
  metric_name         = "${var.name}-MailNotSent"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "mail_not_sent_rate" {
  alarm_name          = "${var.name}-mail-not-sent-rate"
  alarm_description   = "One challenge in ten of a quarter of an hour had a mail that was not taken; the log says why"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 10
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags

  metric_query {
    id          = "rate"
    expression  = "IF(challenges > 0, 100 * failed / challenges, 0)"
    label       = "percent"
    return_data = true
  }

  metric_query {
    id          = "failed"
    return_data = false
    metric {
      namespace   = "Poolhouse"
      metric_name = "${var.name}-MailNotSent"
      period      = 900
      stat        = "Sum"
    }
  }

  metric_query {
    id          = "challenges"
    return_data = false
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Invocations"
      dimensions  = { FunctionName = aws_lambda_function.this["Create"].function_name }
      period      = 900
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "not_cleared" {
  count          = var.with_post_confirmation ? 1 : 0
  name           = "${var.name}-not-cleared"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ $.errorType = \"NotCleared\" }"

  metric_transformation {
    namespace     = "Poolhouse"
    name          = "${var.name}-NotCleared"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "not_cleared" {
  count               = var.with_post_confirmation ? 1 : 0
  alarm_name          = "${var.name}-not-cleared"
  alarm_description   = "Somebody has a new password and is locked all the same; the log says why"
  alarm_actions       = local.alarm_actions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  namespace           = "Poolhouse"
  metric_name         = "${var.name}-NotCleared"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  treat_missing_data  = "notBreaching"
  tags                = var.tags
}
