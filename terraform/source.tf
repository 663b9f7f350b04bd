locals {
  build_email = "${google_service_account.build.account_id}@${local.accounts_domain}"
  images      = "projects/${var.project}/locations/${var.region}/repositories/${google_artifact_registry_repository.images.repository_id}"

  # The bucket that the build copies archives through; the platform makes it at the first deployment.
  staging_bucket = "projects/_/buckets/gcf-v2-sources-${local.project_number}-${var.region}"
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-conea-source"
  location                    = var.region
  force_destroy               = true
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  depends_on = [google_project_service.api]
}

# Made by `npm run build`. The hash in the name makes a changed archive a new object, and that a new revision; the old object
# goes with the apply that replaces it.
resource "google_storage_bucket_object" "package" {
  for_each = local.functions

  bucket = google_storage_bucket.source.name
  name   = "${each.key}-${try(filemd5("${path.root}/${var.packages_dir}/${each.key}.zip"), "missing")}.zip"
  source = "${path.root}/${var.packages_dir}/${each.key}.zip"

  lifecycle {
    precondition {
      condition     = fileexists("${path.root}/${var.packages_dir}/${each.key}.zip")
      error_message = "${each.key}.zip is missing: run npm run build first."
    }
  }
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "conea"
  location      = var.region
  description   = "Images of the functions."
  format        = "DOCKER"

  # Without these every deployment would leave its image to be paid for.
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "604800s"
    }
  }
  cleanup_policies {
    id     = "keep-latest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_service_account" "build" {
  account_id   = "conea-build"
  display_name = "Conea build"
  description  = "Builds the functions' images."

  depends_on = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.images.repository_id
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.build_email}"
}

resource "google_project_iam_member" "build" {
  for_each = {
    "roles/logging.logWriter"    = null
    "roles/storage.objectViewer" = local.staging_bucket
  }

  project = var.project
  role    = each.key
  member  = "serviceAccount:${local.build_email}"

  dynamic "condition" {
    for_each = each.value == null ? [] : [each.value]

    content {
      title      = "staging bucket only"
      expression = "resource.name.startsWith(\"${condition.value}\")"
    }
  }
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${local.build_email}"
}
