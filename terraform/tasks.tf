locals {
  wakes_email = "${google_service_account.wakes.account_id}@${local.accounts_domain}"

  # Wakes are named by queue, reason (ready, due) and slot of 250 ms, so at most 8 a second are made; 10 leave room for
  # those that are delivered again. A slower queue would hold wakes back until the names of their slots mean nothing.
  least_dispatches_per_second = 10
  most_dispatches_per_second  = 500
  most_concurrent_dispatches  = 5000

  # Models that are registered over HTTP with limits of their own have lines that Terraform knows nothing of: the wakes of these
  # come through their provider's queue. This is enough for a dozen at their fastest, and for fifty that are as busy as usual.
  shared_dispatches_per_second = 100

  worker_capacity   = try(var.instances["worker"].max, 100) * try(local.functions["worker"].concurrency, 1)
  webhooks_capacity = try(var.instances["run-webhooks"].max, 100) * try(local.functions["run-webhooks"].concurrency, 1)

  # A wake carries no work: the claim it leads to keeps the provider's limits. These are an outer bound only, for the day
  # something wakes too much: no more looks at a line than its tightest rate has calls, and never too few to use the rate.
  queues = {
    for id, provider in local.providers : id => {
      dispatches_per_second = max(
        contains(keys(local.lines), id) ? local.least_dispatches_per_second : local.shared_dispatches_per_second,
        floor(1000 * min(local.most_dispatches_per_second, local.calls_per_second[id]...)) / 1000,
      )
      # A wake lasts as long as the calls it started. With a limit on these, others look and end; without, or where the wakes
      # of other lines come too, there may be as many as the workers hold.
      concurrent_dispatches = min(
        local.most_concurrent_dispatches,
        local.worker_capacity,
        contains(keys(local.lines), id) ? try(provider.limits.concurrency + local.least_dispatches_per_second, local.worker_capacity) : local.worker_capacity,
      )
    }
  }
}

resource "google_cloud_tasks_queue" "provider" {
  for_each = local.queues

  name     = "conea-${each.key}"
  location = var.region

  rate_limits {
    max_concurrent_dispatches = each.value.concurrent_dispatches
    max_dispatches_per_second = each.value.dispatches_per_second
  }

  # Half a minute of attempts outlasts a deployment; after that the sweep makes a new wake within the minute, so more would
  # only pile up.
  retry_config {
    max_attempts       = 6
    max_backoff        = "16s"
    max_doublings      = 4
    max_retry_duration = "0s"
    min_backoff        = "1s"
  }

  depends_on = [google_project_service.api]
}

# The lines of all webhook endpoints share one queue: a wake lasts as long as its shift, so there may be as many under way as the
# function holds.
resource "google_cloud_tasks_queue" "webhooks" {
  name     = "conea-webhooks"
  location = var.region

  rate_limits {
    max_concurrent_dispatches = min(local.most_concurrent_dispatches, local.webhooks_capacity)
    max_dispatches_per_second = local.most_dispatches_per_second
  }

  retry_config {
    max_attempts       = 6
    max_backoff        = "16s"
    max_doublings      = 4
    max_retry_duration = "0s"
    min_backoff        = "1s"
  }

  depends_on = [google_project_service.api]
}

resource "google_cloud_tasks_queue_iam_member" "webhooks" {
  for_each = local.grants_on["queues"]

  name     = google_cloud_tasks_queue.webhooks.name
  location = var.region
  role     = each.value.role
  member   = local.function_members[each.value.function]
}

resource "google_service_account" "wakes" {
  account_id   = "conea-wakes"
  display_name = "Conea wakes"
  description  = "Whom Cloud Tasks calls the worker as."

  depends_on = [google_project_service.api]
}

resource "google_cloud_tasks_queue_iam_member" "enqueuer" {
  for_each = merge([
    for key, grant in local.grants_on["queues"] : { for id in keys(local.queues) : "${key} ${id}" => merge(grant, { queue = id }) }
  ]...)

  name     = google_cloud_tasks_queue.provider[each.value.queue].name
  location = var.region
  role     = each.value.role
  member   = local.function_members[each.value.function]
}

# Whoever makes a wake that is delivered as this account must be allowed to act as it.
resource "google_service_account_iam_member" "enqueuer" {
  for_each = local.grants_on["queues"]

  service_account_id = google_service_account.wakes.name
  role               = "roles/iam.serviceAccountUser"
  member             = local.function_members[each.value.function]
}
