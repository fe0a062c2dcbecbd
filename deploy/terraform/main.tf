# Sign-in with an emailed confirm code: the trigger functions of deploy/sam/template.yaml, for a pool that Terraform makes or
# one that exists. docs/guides/deploy-with-terraform.md explains it.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  # Every function there is: its program, and whether it is deployed.
  all = {
    Define           = { program = "2fa-define", does = "says what comes next in a sign-in", on = true }
    Create           = { program = "2fa-create", does = "makes a code challenge and mails its code", on = true }
    Verify           = { program = "2fa-verify", does = "says whether an answer is the code", on = true }
    PreToken         = { program = "2fa-pre-token", does = "keeps the ledger out of tokens, and tokens from sign-ins without a code", on = var.with_pre_token }
    PostConfirmation = { program = "2fa-post-confirmation", does = "a new password opens what wrong codes have locked", on = var.with_post_confirmation }
  }
  functions = { for name, function in local.all : name => function if function.on }

  region     = data.aws_region.this.name
  has_door   = length(var.require_code) > 0
  has_kms    = var.kms_key_arn != ""
  has_vpc    = length(var.vpc_subnet_ids) > 0
  sends_ses  = var.mail_route != "smtp"
  sends_smtp = var.mail_route != "ses"

  key      = "secretsmanager:${aws_secretsmanager_secret.otp_key.arn}"
  previous = var.previous_key ? "${local.key}?stage=AWSPREVIOUS" : ""
  table    = var.exact_counters ? aws_dynamodb_table.counters[0].name : ""
  ses_url  = "ses://${var.ses_region}${var.ses_configuration_set == "" ? "" : "?configuration-set=${var.ses_configuration_set}"}"
  smtp_url = "secretsmanager:${var.smtp_url_secret}"
  mail_url = {
    "ses"           = local.ses_url
    "smtp"          = local.smtp_url
    "ses-then-smtp" = "${local.ses_url},${local.smtp_url}"
    "smtp-then-ses" = "${local.smtp_url},${local.ses_url}"
  }[var.mail_route]

  environment = {
    OTP_KEY             = local.key
    OTP_KEY_PREVIOUS    = local.previous
    CODE_TTL_SECONDS    = tostring(var.code_minutes * 60)
    CODE_LENGTH         = tostring(var.code_length)
    TRUSTED_DEVICE_DAYS = tostring(var.trusted_device_days)
    SESSION_MINUTES     = var.session_minutes == null ? "" : tostring(var.session_minutes)
    REQUIRE_CODE        = join(",", var.require_code)
    CUSTOM_ATTRIBUTES   = "custom:authChallenge"
    COUNTERS_TABLE      = local.table
    USER_POOL_ID        = var.user_pool_id
  }
  mail_environment = {
    APP_NAME       = var.app_name
    MAIL_FROM      = "${var.app_name} <${var.mail_from_address}>"
    DEFAULT_LOCALE = var.default_locale
    MAIL_URL       = local.mail_url
  }
  own_environment = {
    Define = {}
    Create = merge(local.mail_environment, {
      MAIL_ORIGIN    = var.mail_origin
      MAIL_TEMPLATES = var.templates_layer_arn == "" ? "" : "/opt/templates"
    })
    # It mails no codes, but tells an owner when somebody knows the password and not the code.
    Verify = local.mail_environment
    # Without a door it reads nothing that is signed, so it gets no key.
    PreToken = {
      OTP_KEY          = local.has_door ? local.key : ""
      OTP_KEY_PREVIOUS = local.has_door ? local.previous : ""
      COUNTERS_TABLE   = local.has_door ? local.table : ""
    }
    PostConfirmation = {}
  }
}

# The functions read it when they start; it never stands in their configuration, because whoever may look at that must not be
# able to compute codes. Terraform's state has it, so the state is to be kept as one keeps a key.
resource "aws_secretsmanager_secret" "otp_key" {
  name_prefix = "${var.name}-otp-key-"
  description = "The key of confirm codes and ledgers (OTP_KEY)"
  kms_key_id  = local.has_kms ? var.kms_key_arn : null
  tags        = var.tags
}

# 64 letters and digits are base64 of 48 bytes.
data "aws_secretsmanager_random_password" "otp_key" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "otp_key" {
  secret_id     = aws_secretsmanager_secret.otp_key.id
  secret_string = data.aws_secretsmanager_random_password.otp_key.random_password

  # It is drawn once, and replaced by hand.
  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

# One item for each user who signs in. What it holds can be lost: whoever signs in then counts from zero.
resource "aws_dynamodb_table" "counters" {
  count        = var.exact_counters ? 1 : 0
  name         = "${var.name}-counters"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  tags         = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  dynamic "server_side_encryption" {
    for_each = local.has_kms ? [var.kms_key_arn] : []
    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}

# One log for all functions: a sign-in is read from top to bottom.
resource "aws_cloudwatch_log_group" "this" {
  name_prefix       = "${var.name}-"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.has_kms ? var.kms_key_arn : null
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name    = "${var.name}-2fa${each.key}"
  description      = "Poolhouse ${each.value.program}: ${each.value.does}"
  filename         = "${var.zips}/${each.value.program}.zip"
  source_code_hash = filebase64sha256("${var.zips}/${each.value.program}.zip")
  role             = aws_iam_role.this[each.key].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 128
  # Cognito stops listening after 5 s; a call of ours is over after 3.5 s.
  timeout                        = 5
  publish                        = true
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = local.has_kms ? var.kms_key_arn : null
  layers                         = each.key == "Create" && var.templates_layer_arn != "" ? [var.templates_layer_arn] : []
  tags                           = var.tags

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  environment {
    variables = { for name, value in merge(local.environment, local.own_environment[each.key]) : name => value if value != "" }
  }

  dynamic "vpc_config" {
    for_each = local.has_vpc ? [var.vpc_subnet_ids] : []
    content {
      subnet_ids         = vpc_config.value
      security_group_ids = var.vpc_security_group_ids
    }
  }

  lifecycle {
    precondition {
      condition     = var.mail_route == "ses" || var.smtp_url_secret != ""
      error_message = "This mail_route needs smtp_url_secret."
    }
    precondition {
      condition     = !local.has_door || (var.exact_counters && var.with_pre_token)
      error_message = "require_code needs exact_counters and with_pre_token."
    }
    precondition {
      condition     = local.has_vpc == (length(var.vpc_security_group_ids) > 0)
      error_message = "vpc_subnet_ids and vpc_security_group_ids need each other."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# What the pool calls. The version before stays, as the way back. New challenges are judged by new functions, so Create's
# alias moves last.
resource "aws_lambda_alias" "this" {
  for_each = { for name, function in local.functions : name => function if name != "Create" }

  name             = "live"
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = aws_lambda_function.this[each.key].version
}

resource "aws_lambda_alias" "create" {
  name             = "live"
  function_name    = aws_lambda_function.this["Create"].function_name
  function_version = aws_lambda_function.this["Create"].version
  depends_on       = [aws_lambda_alias.this]
}

resource "aws_lambda_permission" "function" {
  for_each = local.functions

  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this[each.key].function_name
  principal      = "cognito-idp.amazonaws.com"
  source_account = data.aws_caller_identity.this.account_id
  source_arn     = var.user_pool_arn
}

resource "aws_lambda_permission" "alias" {
  for_each = local.functions

  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this[each.key].function_name
  qualifier      = each.key == "Create" ? aws_lambda_alias.create.name : aws_lambda_alias.this[each.key].name
  principal      = "cognito-idp.amazonaws.com"
  source_account = data.aws_caller_identity.this.account_id
  source_arn     = var.user_pool_arn
}
