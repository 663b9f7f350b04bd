mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "shipped_rules" {
  command = plan

  assert {
    condition     = sort(keys(google_monitoring_alert_policy.rule)) == sort([for rule in jsondecode(file("../shared/config/alert-rules.json")) : rule.id])
    error_message = "A rule of the file has no policy, or a policy no rule."
  }

  assert {
    condition     = google_monitoring_alert_policy.rule["queue-length"].conditions[0].condition_threshold[0].threshold_value == 1000 && google_monitoring_alert_policy.rule["queue-length"].conditions[0].condition_threshold[0].duration == "300s"
    error_message = "A long queue is told of at another length, or after another time, than the rule says."
  }

  assert {
    condition     = google_monitoring_alert_policy.rule["provider-errors"].severity == "CRITICAL" && google_monitoring_alert_policy.rule["concurrency"].severity == "WARNING"
    error_message = "A policy is of another severity than its rule."
  }

  assert {
    condition     = length(google_monitoring_alert_policy.sweep) == 1
    error_message = "Nobody is told when the sweep does not run."
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.conea.dashboard_json).mosaicLayout.tiles) == length(google_monitoring_alert_policy.rule)
    error_message = "The dashboard does not show every rule."
  }
}

run "changed_rules" {
  command = plan

  variables {
    config_path           = "tests/fixtures/conea.yaml"
    notification_channels = ["projects/demo/notificationChannels/1"]
  }

  assert {
    condition     = google_monitoring_alert_policy.rule["queue-length"].conditions[0].condition_threshold[0].threshold_value == 5000
    error_message = "What conea.yaml changes of a rule does not reach its policy."
  }

  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.rule), "unknown-prices")
    error_message = "A rule that is off has a policy."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.rule : policy.notification_channels == tolist(["projects/demo/notificationChannels/1"])])
    error_message = "A policy tells nobody."
  }
}
