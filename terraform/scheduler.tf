locals {
  scheduler_email = "${google_service_account.scheduler.account_id}@${local.accounts_domain}"
}

resource "google_cloud_scheduler_job" "function" {
  for_each = { for name, function in local.functions : name => function if function.trigger == "schedule" }

  name             = each.key
  region           = var.region
  description      = each.value.description
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${max(15, each.value.timeout_seconds)}s"

  http_target {
    http_method = "POST"
    uri         = local.urls[each.key]

    oidc_token {
      audience              = local.urls[each.key]
      service_account_email = local.scheduler_email
    }
  }

  # For the daily ones; the sweep's next minute comes about as soon.
  retry_config {
    retry_count          = 2
    min_backoff_duration = "20s"
    max_backoff_duration = "60s"
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}

resource "google_service_account" "scheduler" {
  account_id   = "conea-scheduler"
  display_name = "Conea scheduler"
  description  = "Whom Cloud Scheduler calls the scheduled functions as."

  depends_on = [google_project_service.api]
}
