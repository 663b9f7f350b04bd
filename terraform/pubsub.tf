locals {
  events_email = "${google_service_account.events.account_id}@${local.accounts_domain}"
  pubsub_agent = "serviceAccount:service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  listeners = { for name, function in local.functions : name => function if function.trigger == "event" }
}

resource "google_pubsub_topic" "task_events" {
  name = "task-events"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "dead_events" {
  name = "task-events-dead"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.api]
}

# Keeps what no listener would take until somebody looks.
resource "google_pubsub_subscription" "dead_events" {
  name                       = "task-events-dead"
  topic                      = google_pubsub_topic.dead_events.id
  message_retention_duration = "1209600s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_subscription" "listener" {
  for_each = local.listeners

  name                    = each.key
  topic                   = google_pubsub_topic.task_events.id
  ack_deadline_seconds    = max(10, each.value.timeout_seconds)
  enable_message_ordering = true

  push_config {
    push_endpoint = local.urls[each.key]

    oidc_token {
      audience              = local.urls[each.key]
      service_account_email = local.events_email
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # In order means that a message which fails holds up its task's later ones: it goes aside after some two hours.
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_events.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller, google_pubsub_topic_iam_member.dead_events]
}

resource "google_service_account" "events" {
  account_id   = "conea-events"
  display_name = "Conea events"
  description  = "Whom Pub/Sub calls the functions that listen to events as."

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.grants_on["topic"]

  topic  = google_pubsub_topic.task_events.name
  role   = each.value.role
  member = local.function_members[each.value.function]
}

# Pub/Sub itself moves a message to the dead letters, and takes it off the subscription it failed in.
resource "google_pubsub_topic_iam_member" "dead_events" {
  topic  = google_pubsub_topic.dead_events.name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead_events" {
  for_each = merge(google_pubsub_subscription.listener, { raw-events = google_pubsub_subscription.raw_events })

  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
