resource "google_bigquery_dataset" "events" {
  dataset_id                 = "conea_events"
  location                   = local.data_location
  description                = "Events as they were published."
  delete_contents_on_destroy = !var.protected

  depends_on = [google_project_service.api]
}

# The columns that a subscription writes with its metadata; an event is one JSON value, whatever it will grow.
resource "google_bigquery_table" "raw_events" {
  dataset_id          = google_bigquery_dataset.events.dataset_id
  table_id            = "raw_events"
  description         = "One row per delivery of an event: at least one, rarely two."
  deletion_protection = var.protected

  time_partitioning {
    type          = "DAY"
    field         = "publish_time"
    expiration_ms = var.raw_events_days * 86400000
  }

  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
  ])
}

resource "google_pubsub_subscription" "raw_events" {
  name  = "task-events-raw"
  topic = google_pubsub_topic.task_events.id

  bigquery_config {
    table          = "${var.project}.${google_bigquery_table.raw_events.dataset_id}.${google_bigquery_table.raw_events.table_id}"
    write_metadata = true
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_events.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_bigquery_table_iam_member.pubsub, google_pubsub_topic_iam_member.dead_events]
}

resource "google_bigquery_table_iam_member" "pubsub" {
  dataset_id = google_bigquery_table.raw_events.dataset_id
  table_id   = google_bigquery_table.raw_events.table_id
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub_agent
}
