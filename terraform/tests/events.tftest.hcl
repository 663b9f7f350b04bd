mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
  functions_dir  = "tests/fixtures/event"
  packages_dir   = "tests/fixtures/packages"
}

run "listener" {
  command = plan

  assert {
    condition     = keys(google_pubsub_subscription.listener) == ["on-usage"]
    error_message = "An event trigger did not become a push subscription, or another trigger did."
  }

  assert {
    condition     = google_pubsub_subscription.listener["on-usage"].push_config[0].push_endpoint == "https://on-usage-123456789012.europe-west1.run.app"
    error_message = "Events are pushed elsewhere."
  }

  assert {
    condition     = google_pubsub_subscription.listener["on-usage"].push_config[0].oidc_token[0].service_account_email == "conea-events@demo.iam.gserviceaccount.com" && google_cloud_run_v2_service_iam_member.caller["on-usage"].member == "serviceAccount:conea-events@demo.iam.gserviceaccount.com"
    error_message = "Events are pushed as somebody whom the function does not let in."
  }

  assert {
    condition     = google_pubsub_subscription.listener["on-usage"].enable_message_ordering
    error_message = "The events of one task do not come in order."
  }

  assert {
    condition     = google_pubsub_subscription.listener["on-usage"].ack_deadline_seconds == 60
    error_message = "Pub/Sub sends again before the function's time is up."
  }

  assert {
    condition     = keys(google_pubsub_subscription_iam_member.dead_events) == ["on-usage", "raw-events"] && google_pubsub_topic_iam_member.dead_events.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub cannot put a message aside."
  }

  assert {
    condition     = alltrue([for subscription in concat(values(google_pubsub_subscription.listener), [google_pubsub_subscription.raw_events, google_pubsub_subscription.dead_events]) : subscription.expiration_policy[0].ttl == ""])
    error_message = "A subscription would vanish after a quiet month."
  }
}

run "raw_events" {
  command = plan

  assert {
    condition     = google_pubsub_subscription.raw_events.bigquery_config[0].table == "demo.conea_events.raw_events" && google_bigquery_table_iam_member.pubsub.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Raw events do not reach their table."
  }

  assert {
    condition     = google_bigquery_table.raw_events.time_partitioning[0].expiration_ms == 90 * 24 * 3600 * 1000
    error_message = "Raw events are kept for another time than was set."
  }
}
