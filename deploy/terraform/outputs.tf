output "lambda_config" {
  description = "The triggers for the pool: the alias of each function, by Cognito's names in Terraform's letters"
  value = {
    define_auth_challenge          = aws_lambda_alias.this["Define"].arn
    create_auth_challenge          = aws_lambda_alias.create.arn
    verify_auth_challenge_response = aws_lambda_alias.this["Verify"].arn
    pre_token_generation           = var.with_pre_token ? aws_lambda_alias.this["PreToken"].arn : null
    post_confirmation              = var.with_post_confirmation ? aws_lambda_alias.this["PostConfirmation"].arn : null
  }
}

output "attach_command" {
  description = "What is left to do for a pool of another configuration, with the id of your app client at the end"
  value = join(" ", compact([
    "poolhouse attach --user-pool-id ${element(split("/", var.user_pool_arn), 1)}",
    "--define ${aws_lambda_alias.this["Define"].arn}",
    "--create ${aws_lambda_alias.create.arn}",
    "--verify ${aws_lambda_alias.this["Verify"].arn}",
    var.with_post_confirmation ? "--post-confirmation ${aws_lambda_alias.this["PostConfirmation"].arn}" : "",
    var.session_minutes == null ? "" : "--session-minutes ${var.session_minutes}",
    "--client-id",
  ]))
}

output "log_group_name" {
  description = "The log of all functions"
  value       = aws_cloudwatch_log_group.this.name
}

output "otp_key_arn" {
  description = "The secret with the key"
  value       = aws_secretsmanager_secret.otp_key.arn
}

output "counters_table" {
  description = "The table of counters, if there is one"
  value       = var.exact_counters ? aws_dynamodb_table.counters[0].name : null
}
