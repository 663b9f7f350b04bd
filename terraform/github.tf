locals {
  deployer_email = try("${google_service_account.deployer[0].account_id}@${local.accounts_domain}", null)

  # What an apply does to each service, and so what a deployment must be allowed.
  deployer_roles = var.github == null ? {} : {
    "roles/artifactregistry.admin"          = "the images' repository and its IAM"
    "roles/bigquery.admin"                  = "the dataset, its table and their IAM"
    "roles/cloudfunctions.admin"            = "the functions"
    "roles/cloudscheduler.admin"            = "the jobs"
    "roles/cloudtasks.admin"                = "the queues and their IAM"
    "roles/datastore.owner"                 = "the database, its indexes and backups"
    "roles/firebasehosting.admin"           = "the site and what is on it"
    "roles/firebaserules.admin"             = "the rules"
    "roles/iam.serviceAccountAdmin"         = "the functions' accounts and their IAM"
    "roles/iam.workloadIdentityPoolViewer"  = "the pool, which only an operator changes"
    "roles/pubsub.admin"                    = "the topics and subscriptions and their IAM"
    "roles/resourcemanager.projectIamAdmin" = "the functions' roles that are bound to the project"
    "roles/run.admin"                       = "who may call a function"
    "roles/secretmanager.admin"             = "the secrets and their IAM"
    "roles/serviceusage.serviceUsageAdmin"  = "the APIs"
    "roles/storage.admin"                   = "the buckets, their IAM, and the state"
  }

  # The only roles that a deployment may hand out on the project: so it cannot make itself more than it is.
  grantable_roles = concat(
    [for role, scope in local.role_scopes : role if contains(["database", "project"], scope)],
    ["roles/logging.logWriter", "roles/storage.objectViewer"],
  )
}

resource "google_iam_workload_identity_pool" "github" {
  count = var.github == null ? 0 : 1

  workload_identity_pool_id = "github"
  display_name              = "GitHub"
  description               = "Jobs of the repository that deploys here."

  depends_on = [google_project_service.api]
}

# A job without a GitHub environment has no such claim, and a token without a mapped claim is refused.
resource "google_iam_workload_identity_pool_provider" "github" {
  count = var.github == null ? 0 : 1

  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"
  attribute_condition                = "assertion.repository == \"${var.github.repository}\" && assertion.environment == \"${var.github.environment}\""

  attribute_mapping = {
    "google.subject"        = "assertion.sub"
    "attribute.environment" = "assertion.environment"
    "attribute.repository"  = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "deployer" {
  count = var.github == null ? 0 : 1

  account_id   = "conea-deployer"
  display_name = "Conea deployer"
  description  = "What a job of ${var.github.repository} in ${var.github.environment} applies this folder as."

  depends_on = [google_project_service.api]
}

resource "google_service_account_iam_member" "deployer" {
  count = var.github == null ? 0 : 1

  service_account_id = google_service_account.deployer[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/${local.project_number}/locations/global/workloadIdentityPools/${google_iam_workload_identity_pool.github[0].workload_identity_pool_id}/attribute.environment/${var.github.environment}"
}

resource "google_project_iam_member" "deployer" {
  for_each = local.deployer_roles

  project = var.project
  role    = each.key
  member  = "serviceAccount:${local.deployer_email}"

  dynamic "condition" {
    for_each = each.key == "roles/resourcemanager.projectIamAdmin" ? [local.grantable_roles] : []

    content {
      title       = "roles of functions only"
      description = "Neither owner nor a role of the deployer itself."
      expression  = "api.getAttribute(\"iam.googleapis.com/modifiedGrantsByRole\", []).hasOnly(${jsonencode(condition.value)})"
    }
  }
}

# Deploying something that runs as an account means acting as it.
resource "google_service_account_iam_member" "deployer_acts_as" {
  for_each = var.github == null ? {} : merge(google_service_account.function, {
    " build"     = google_service_account.build
    " events"    = google_service_account.events
    " scheduler" = google_service_account.scheduler
    " wakes"     = google_service_account.wakes
  })

  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${local.deployer_email}"
}
