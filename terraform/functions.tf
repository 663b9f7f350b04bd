locals {
  # Deterministic, so that the worker can be told its own address without a circle.
  urls = { for name in keys(local.functions) : name => "https://${name}-${local.project_number}.${var.region}.run.app" }

  # What the platform gives to this much memory; an instance that serves several requests at once must have a whole CPU.
  cpu_of_memory = { "256Mi" = 0.1666, "512Mi" = 0.3333, "1Gi" = 0.5833, "2Gi" = 1, "4Gi" = 2 }
  cpus = {
    for name, function in local.functions : name =>
    max(lookup(local.cpu_of_memory, coalesce(function.memory, "?"), 1), function.concurrency == 1 ? 0 : 1)
  }

  function_environment = {
    CONEA_BUCKET                = google_storage_bucket.blobs.name
    CONEA_DATABASE              = google_firestore_database.this.name
    CONEA_ENVIRONMENT           = "production"
    CONEA_LOG_FORMAT            = "json"
    CONEA_LOG_LEVEL             = var.log_level
    CONEA_PLATFORM              = "google"
    CONEA_PROJECT               = var.project
    CONEA_REGION                = var.region
    CONEA_SENDER_URL            = try(local.urls["deliver-webhook"], "")
    CONEA_TOPIC                 = google_pubsub_topic.task_events.name
    CONEA_WAKES_SERVICE_ACCOUNT = local.wakes_email
    CONEA_WEBHOOKS_URL          = try(local.urls["run-webhooks"], "")
    CONEA_WORKER_URL            = try(local.urls["worker"], "")
  }

  # Addresses are put together from the ids rather than read from the accounts, so that a plan shows who gets what.
  accounts_domain  = "${var.project}.iam.gserviceaccount.com"
  function_emails  = { for name, account in google_service_account.function : name => "${account.account_id}@${local.accounts_domain}" }
  function_members = { for name, email in local.function_emails : name => "serviceAccount:${email}" }

  # Who may call a function, by its trigger: the public one everybody, every other one account and nobody else. A manifest may
  # name another function as the caller instead.
  callers = {
    event    = "serviceAccount:${local.events_email}"
    http     = "serviceAccount:${local.wakes_email}"
    schedule = "serviceAccount:${local.scheduler_email}"
  }
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "conea-${each.key}"
  display_name = "Conea function ${each.key}"
  description  = each.value.description

  depends_on = [google_project_service.api]
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name        = each.key
  location    = var.region
  description = each.value.description

  build_config {
    runtime           = "nodejs24"
    entry_point       = "main"
    docker_repository = local.images
    service_account   = "projects/${var.project}/serviceAccounts/${local.build_email}"

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.package[each.key].name
      }
    }
  }

  service_config {
    available_cpu         = tostring(local.cpus[each.key])
    available_memory      = each.value.memory
    environment_variables = local.function_environment
    # Another function's call counts as one from outside; who may call is then for IAM alone to say.
    ingress_settings                 = each.value.is_public || each.value.caller != null ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    max_instance_count               = try(var.instances[each.key].max, 100)
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = try(var.instances[each.key].min, 0)
    service_account_email            = local.function_emails[each.key]
    timeout_seconds                  = each.value.timeout_seconds
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build,
    google_service_account.build,
    google_storage_bucket_iam_member.build,
    terraform_data.manifests,
  ]
}

# A function is a Cloud Run service of the same name, and that is where callers are let in.
resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.functions

  name     = google_cloudfunctions2_function.this[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member = each.value.is_public ? "allUsers" : (
    each.value.caller != null ? lookup(local.function_members, each.value.caller, "") : lookup(local.callers, each.value.trigger, local.callers.http)
  )
}

# To sign a link an account asks for a signature in its own name.
resource "google_service_account_iam_member" "signer" {
  for_each = local.grants_on["itself"]

  service_account_id = google_service_account.function[each.value.function].name
  role               = each.value.role
  member             = local.function_members[each.value.function]
}
