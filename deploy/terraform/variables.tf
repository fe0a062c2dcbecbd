# The names are those of the SAM template's parameters in Terraform's letters, with the same limits and defaults.

variable "name" {
  description = "What the names of roles, alarms, log and table begin with"
  type        = string
  default     = "poolhouse"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name))
    error_message = "A letter, then up to 31 letters, digits and hyphens."
  }
}

variable "zips" {
  description = "The folder with the functions' zips, target/dist/arm64 after `cargo xtask dist`"
  type        = string
}

variable "architecture" {
  description = "The processor that the zips were built for"
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "arm64 or x86_64."
  }
}

variable "user_pool_arn" {
  description = "The pool that may call the functions"
  type        = string
}

variable "user_pool_id" {
  description = "The pool whose events the functions serve. Leave it out for a pool of the same configuration: functions that name the pool that names them would be a circle, and that pool alone may call them"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^[\\w-]+_[0-9a-zA-Z]+$", var.user_pool_id))
    error_message = "A pool id such as eu-central-1_AbCd12345, or nothing."
  }
}

variable "with_pre_token" {
  description = "Whether to deploy 2fa-pre-token, which keeps the ledger out of ID tokens and refuses tokens to a sign-in that only set a new password"
  type        = bool
  default     = true
}

variable "require_code" {
  description = "App clients that get tokens only behind a code. Needs with_pre_token and exact_counters, and a client that says signIn again"
  type        = list(string)
  default     = []
}

variable "with_post_confirmation" {
  description = "Whether to deploy 2fa-post-confirmation, which unlocks the code of somebody who sets a new password by the mailbox"
  type        = bool
  default     = true
}

variable "session_minutes" {
  description = "The AuthSessionValidity of the app client, which no code outlives. Without it the functions count on 3"
  type        = number
  default     = null

  validation {
    condition     = var.session_minutes == null ? true : contains([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], var.session_minutes)
    error_message = "3 to 15, or nothing."
  }
}

variable "mail_from_address" {
  description = "Whom the code comes from, such as no-reply@example.com"
  type        = string

  validation {
    condition     = can(regex("^[^@\\s<>\",]+@[^@\\s<>\",]+$", var.mail_from_address))
    error_message = "One bare mail address."
  }
}

variable "mail_route" {
  description = "How mail leaves. Of two, the second is tried when the first does not take the mail"
  type        = string
  default     = "ses"

  validation {
    condition     = contains(["ses", "smtp", "ses-then-smtp", "smtp-then-ses"], var.mail_route)
    error_message = "ses, smtp, ses-then-smtp or smtp-then-ses."
  }
}

variable "ses_region" {
  description = "The region of the SES identity, if it is not the provider's"
  type        = string
  default     = ""
}

variable "ses_configuration_set" {
  description = "The configuration set of SES that mail is sent with, if you have one for it"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[\\w-]{0,64}$", var.ses_configuration_set))
    error_message = "The name of a configuration set, or nothing."
  }
}

variable "smtp_url_secret" {
  description = "The name of a secret of Secrets Manager in this region that holds the relay's URL and nothing else. Needed for every route but ses"
  type        = string
  default     = ""
}

variable "app_name" {
  description = "The name of the app in the mail and before the sender's address"
  type        = string
  default     = "Poolhouse"

  validation {
    condition     = can(regex("^[^<>\"\\\\]{1,64}$", var.app_name))
    error_message = "1 to 64 characters, none of < > \" and backslash."
  }
}

variable "mail_origin" {
  description = "The host name of the sign-in page, which lets devices offer the code there and nowhere else"
  type        = string
  default     = ""
}

variable "default_locale" {
  description = "The language of the mail when neither the client nor the user names one"
  type        = string
  default     = "en"

  validation {
    condition     = contains(["en", "de", "fr", "es", "it", "pt-BR", "pt-PT", "nl", "pl", "ja", "ko", "zh-CN", "zh-TW", "ar", "he"], var.default_locale)
    error_message = "One of the languages that the mail is written in."
  }
}

variable "templates_layer_arn" {
  description = "A version of a layer whose folder \"templates\" has the mail in your own words"
  type        = string
  default     = ""
}

variable "code_minutes" {
  description = "How long a code lives, but no longer than session_minutes"
  type        = number
  default     = 5

  validation {
    condition     = contains([3, 5, 10], var.code_minutes)
    error_message = "3, 5 or 10."
  }
}

variable "code_length" {
  description = "How many digits a code has"
  type        = number
  default     = 6

  validation {
    condition     = contains([6, 7, 8, 9, 10, 11, 12], var.code_length)
    error_message = "6 to 12."
  }
}

variable "trusted_device_days" {
  description = "For how many days a browser may stand for the code, if its person asks for that. 0 switches it off"
  type        = number
  default     = 0

  validation {
    condition     = var.trusted_device_days >= 0 && var.trusted_device_days <= 90
    error_message = "0 to 90."
  }
}

variable "exact_counters" {
  description = "Whether wrong codes and mails are counted in a DynamoDB table, which parallel sign-ins cannot outrun, and not in the user's attribute"
  type        = bool
  default     = false
}

variable "previous_key" {
  description = "Set it to true for a day after the OTP key was replaced"
  type        = bool
  default     = false
}

variable "reserved_concurrency" {
  description = "How many calls of each function may run at once, set aside for it out of the account's. -1: what the account has left"
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "A number from 1 on, or -1."
  }
}

variable "permissions_boundary_arn" {
  description = "The IAM policy that bounds what the functions' roles may do, if your account wants one"
  type        = string
  default     = ""
}

variable "kms_key_arn" {
  description = "The key of AWS KMS that encrypts the secret, the functions' settings, the log and the table. Its policy must let CloudWatch Logs use it"
  type        = string
  default     = ""
}

variable "vpc_subnet_ids" {
  description = "Subnets for the functions, if they must run in a VPC. They need a way to the services that they call"
  type        = list(string)
  default     = []
}

variable "vpc_security_group_ids" {
  description = "The security groups of the functions there"
  type        = list(string)
  default     = []
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps what the functions log"
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "1, 3, 5, 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "alarm_topic_arn" {
  description = "The SNS topic that alarms are sent to, if any"
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags for everything that can have some"
  type        = map(string)
  default     = {}
}
