locals {
  data_location = coalesce(var.data_location, var.region)
}

resource "google_storage_bucket" "blobs" {
  name                        = "${var.project}-conea-blobs"
  location                    = local.data_location
  force_destroy               = !var.protected
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = var.blobs.noncurrent_days
      with_state                 = "ARCHIVED"
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  # Answers that the cache keeps, and bodies of hooks, a day longer than anything refers to them (shared/platform/blob-kinds.ts).
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 31
      matches_suffix = [".cached", ".hook"]
      with_state     = "LIVE"
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.blobs.days == null ? [] : [var.blobs.days]

    content {
      action {
        type = "Delete"
      }
      condition {
        age        = lifecycle_rule.value
        with_state = "LIVE"
      }
    }
  }

  dynamic "cors" {
    for_each = length(var.blobs.cors_origins) == 0 ? [] : [var.blobs.cors_origins]

    content {
      origin          = cors.value
      method          = ["GET", "HEAD"]
      response_header = ["Content-Type", "Range"]
      max_age_seconds = 3600
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = local.grants_on["bucket"]

  bucket = google_storage_bucket.blobs.name
  role   = each.value.role
  member = local.function_members[each.value.function]
}
