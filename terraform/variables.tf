variable "alert_rules_path" {
  description = "Path of the alert rules, relative to this folder."
  type        = string
  default     = "../shared/config/alert-rules.json"
}

variable "billing_account" {
  description = "Billing account that the budget alert belongs to, without which there is none."
  type        = string
  default     = null
}

variable "blobs" {
  description = "Web origins that may follow signed links, after how many days files are deleted (never where absent), and how long replaced or deleted ones are kept."
  type = object({
    cors_origins    = optional(list(string), [])
    days            = optional(number)
    noncurrent_days = optional(number, 30)
  })
  default = {}
}

variable "budget" {
  description = "Amount per month, in the billing account's currency, at whose parts its administrators are told."
  type = object({
    amount     = optional(number, 50)
    thresholds = optional(list(number), [0.5, 0.9, 1])
  })
  default = {}
}

variable "config_path" {
  description = "Path of conea.yaml, relative to this folder."
  type        = string
  default     = "../conea.yaml"
}

variable "data_location" {
  description = "Region or multi-region of the buckets and of BigQuery, which is the region where absent."
  type        = string
  default     = null
}

variable "database" {
  description = "Name of the Firestore database."
  type        = string
  default     = "(default)"
}

variable "database_backup_days" {
  description = "How many days a daily backup of the database is kept."
  type        = number
  default     = 7

  validation {
    condition     = var.database_backup_days >= 1 && var.database_backup_days <= 98
    error_message = "Firestore keeps a backup for 1 to 98 days."
  }
}

variable "database_location" {
  description = "Region or multi-region (eur3, nam5) of the database, which is the region where absent."
  type        = string
  default     = null
}

variable "firebase_dir" {
  description = "Folder of the Firestore rules and indexes, relative to this folder."
  type        = string
  default     = "../firebase"
}

variable "functions_dir" {
  description = "Folder of the functions' manifests, relative to this folder."
  type        = string
  default     = "../functions"
}

variable "github" {
  description = "Repository (owner/name) and its GitHub environment whose jobs may deploy here, without which none may."
  type = object({
    repository  = string
    environment = string
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "The repository is written owner/name."
  }
}

variable "hosting_site" {
  description = "Id of the Firebase Hosting site, without which there is none."
  type        = string
  default     = null
}

variable "instances" {
  description = "Least and greatest number of instances of a function, by its name."
  type = map(object({
    max = optional(number, 100)
    min = optional(number, 0)
  }))
  default = {}
}

variable "labels" {
  description = "Labels of every resource that takes them, beside app = conea."
  type        = map(string)
  default     = {}
}

variable "log_level" {
  description = "Least severity that functions log."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warning", "error"], var.log_level)
    error_message = "The log level is debug, info, warning or error."
  }
}

variable "notification_channels" {
  description = "Names of the Cloud Monitoring channels that alert policies tell."
  type        = list(string)
  default     = []
}

variable "packages_dir" {
  description = "Folder of the functions' archives that npm run build makes, relative to this folder."
  type        = string
  default     = "../dist"
}

variable "project" {
  description = "Id of the project, which holds one environment."
  type        = string
}

variable "project_number" {
  description = "Number of the project, which is looked up where absent."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether data outlives a destroy: database, buckets, secrets and raw events then refuse to be deleted."
  type        = bool
  default     = true
}

variable "raw_events_days" {
  description = "How many days a raw event is kept in BigQuery."
  type        = number
  default     = 90
}

variable "region" {
  description = "Region of everything that runs, and of all data whose location is not given."
  type        = string
  default     = "europe-west1"
}
