# What each function may do: to write to the log; to read the key, if it signs; to touch the ledger wherever that is, if it
# counts; to mail.

locals {
  pool_arns   = [var.user_pool_arn]
  ses_service = "arn:${data.aws_partition.this.partition}:ses:${var.ses_region == "" ? local.region : var.ses_region}:${data.aws_caller_identity.this.account_id}"
  table_arns  = var.exact_counters ? [aws_dynamodb_table.counters[0].arn] : []

  rights = {
    log = {
      on        = true
      functions = ["Define", "Create", "Verify", "PreToken", "PostConfirmation"]
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
    }
    key = {
      on        = true
      functions = ["Define", "Create", "Verify", "PostConfirmation"]
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [aws_secretsmanager_secret.otp_key.arn]
    }
    ledger = {
      on        = !var.exact_counters
      functions = ["Create", "Verify", "PostConfirmation"]
      actions   = ["cognito-idp:AdminGetUser", "cognito-idp:AdminUpdateUserAttributes"]
      resources = local.pool_arns
    }
    counters = {
      on        = var.exact_counters
      functions = ["Create", "Verify", "PostConfirmation"]
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = local.table_arns
    }
    # Define asks whether an answer was an attempt, and writes nothing.
    counters_read = {
      on        = var.exact_counters
      functions = ["Define"]
      actions   = ["dynamodb:GetItem"]
      resources = local.table_arns
    }
    door = {
      on        = local.has_door
      functions = ["PreToken"]
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = local.table_arns
    }
    door_key = {
      on        = local.has_door
      functions = ["PreToken"]
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [aws_secretsmanager_secret.otp_key.arn]
    }
    # A finished message sent through SES v2 needs both actions. In the sandbox SES checks the recipient's identity too, and an
    # identity may have a configuration set: the condition below is what narrows it down, to one sender.
    ses = {
      on        = local.sends_ses
      functions = ["Create", "Verify"]
      actions   = ["ses:SendEmail", "ses:SendRawEmail"]
      resources = ["${local.ses_service}:identity/*", "${local.ses_service}:configuration-set/${var.ses_configuration_set == "" ? "*" : var.ses_configuration_set}"]
    }
    smtp = {
      on        = local.sends_smtp
      functions = ["Create", "Verify"]
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["arn:${data.aws_partition.this.partition}:secretsmanager:${local.region}:${data.aws_caller_identity.this.account_id}:secret:${var.smtp_url_secret}-??????"]
    }
    kms = {
      on        = local.has_kms
      functions = ["Define", "Create", "Verify", "PreToken", "PostConfirmation"]
      actions   = ["kms:Decrypt"]
      resources = [var.kms_key_arn]
    }
    # What Lambda does with a function's role to give it a network interface. None of it can be narrowed down to one.
    vpc = {
      on        = local.has_vpc
      functions = ["Define", "Create", "Verify", "PreToken", "PostConfirmation"]
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"]
    }
  }
}

data "aws_iam_policy_document" "role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  for_each = local.functions

  dynamic "statement" {
    for_each = { for name, right in local.rights : name => right if right.on && contains(right.functions, each.key) }
    content {
      sid       = replace(statement.key, "_", "")
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.key == "ses" ? [var.mail_from_address] : []
        content {
          test     = "StringEquals"
          variable = "ses:FromAddress"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.functions

  # IAM takes a prefix of 38 characters.
  name_prefix          = substr("${var.name}-${each.value.program}-", 0, 38)
  assume_role_policy   = data.aws_iam_policy_document.role.json
  permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = local.functions

  name   = "function"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.this[each.key].json
}
