locals {
  shipped_rules = { for rule in jsondecode(file("${path.root}/${var.alert_rules_path}")) : rule.id => rule }
  rule_changes  = try(local.conea.alerts, {})

  # The same as the sweep reads: what is shipped, with what conea.yaml changes of it.
  alert_rules = {
    for id, rule in local.shipped_rules : id => merge(rule, try(local.rule_changes[id], {}))
    if !try(local.rule_changes[id].disabled, false)
  }

  # Cloud Monitoring knows three severities.
  severities = { P0 = "CRITICAL", P1 = "CRITICAL", P2 = "ERROR", P3 = "WARNING", P4 = "WARNING" }

  measured_type = "logging.googleapis.com/user/${google_logging_metric.measured.name}"

  dashboard_width  = 24
  dashboard_height = 16
  rule_tiles = [
    for index, id in sort(keys(local.alert_rules)) : {
      xPos   = (index % 2) * local.dashboard_width
      yPos   = floor(index / 2) * local.dashboard_height
      width  = local.dashboard_width
      height = local.dashboard_height
      widget = {
        title = local.alert_rules[id].title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter      = "metric.type=\"${local.measured_type}\" metric.label.rule=\"${id}\""
                aggregation = { alignmentPeriod = "60s", perSeriesAligner = "ALIGN_PERCENTILE_99" }
              }
            }
          }]
          thresholds = [{ value = local.alert_rules[id].above }]
        }
      }
    }
  ]
}

# The sweep measures what the rules ask for, and logs what is above its threshold.
resource "google_logging_metric" "measured" {
  name            = "conea/alert_measured"
  description     = "What the alert rules measured, while it was above its threshold."
  filter          = "resource.type=\"cloud_run_revision\" AND jsonPayload.message=\"alert measured\""
  value_extractor = "EXTRACT(jsonPayload.value)"

  label_extractors = {
    rule    = "EXTRACT(jsonPayload.rule)"
    subject = "EXTRACT(jsonPayload.subject)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"

    labels {
      key        = "rule"
      value_type = "STRING"
    }

    labels {
      key        = "subject"
      value_type = "STRING"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "rule" {
  for_each = local.alert_rules

  display_name          = "Conea: ${each.value.title}"
  combiner              = "OR"
  notification_channels = var.notification_channels
  severity              = local.severities[each.value.severity]
  user_labels           = { rule = each.key, severity = lower(each.value.severity) }

  conditions {
    display_name = "${each.value.measure} above ${each.value.above}"

    condition_threshold {
      filter                  = "resource.type=\"cloud_run_revision\" AND metric.type=\"${local.measured_type}\" AND metric.label.rule=\"${each.key}\""
      comparison              = "COMPARISON_GT"
      threshold_value         = each.value.above
      duration                = "${each.value.forMinutes * 60}s"
      evaluation_missing_data = "EVALUATION_MISSING_DATA_INACTIVE"

      aggregations {
        alignment_period     = "120s"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["metric.label.subject"]
        per_series_aligner   = "ALIGN_PERCENTILE_99"
      }
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }

  documentation {
    content   = each.value.advice
    mime_type = "text/markdown"
  }
}

# Whoever watches must be watched: without the sweep nothing is repaired, and no rule is measured.
resource "google_monitoring_alert_policy" "sweep" {
  count = contains(keys(local.functions), "cron-sweep") ? 1 : 0

  display_name          = "Conea: the sweep does not run"
  combiner              = "OR"
  notification_channels = var.notification_channels
  severity              = local.severities["P0"]
  user_labels           = { rule = "sweep", severity = "p0" }

  conditions {
    display_name = "no sweep has succeeded for ten minutes"

    condition_absent {
      filter   = "resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"cron-sweep\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.label.response_code_class=\"2xx\""
      duration = "600s"

      aggregations {
        alignment_period     = "60s"
        cross_series_reducer = "REDUCE_SUM"
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    content   = "Look at the log of the function cron-sweep and at its job in Cloud Scheduler. Tasks wait in line until it runs again; none is lost."
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_dashboard" "conea" {
  dashboard_json = jsonencode({
    displayName  = "Conea"
    mosaicLayout = { columns = 2 * local.dashboard_width, tiles = local.rule_tiles }
  })

  depends_on = [google_project_service.api]
}
