locals {
  # What each role that a manifest may ask for is bound to: the narrowest resource whose service has IAM of its own. The
  # binding stands in that resource's file. `project`: the service knows no narrower resource.
  role_scopes = {
    "roles/cloudtasks.enqueuer"              = "queues"
    "roles/datastore.user"                   = "database"
    "roles/iam.serviceAccountTokenCreator"   = "itself"
    "roles/monitoring.metricWriter"          = "project"
    "roles/pubsub.publisher"                 = "topic"
    "roles/secretmanager.secretAccessor"     = "secrets"
    "roles/secretmanager.secretVersionAdder" = "sealing key"
    "roles/storage.objectUser"               = "bucket"
    "roles/storage.objectViewer"             = "bucket"
    "roles/telemetry.tracesWriter"           = "project"
  }

  grants = merge(flatten([
    for name, manifest in local.manifests : [
      for entry in try(manifest.roles, []) : {
        "${name} ${try(entry.role, "none")}" = { function = name, role = try(entry.role, "none"), reason = try(entry.reason, "") }
      }
    ]
  ])...)

  grants_on = {
    for scope in distinct(values(local.role_scopes)) : scope => {
      for key, grant in local.grants : key => grant if lookup(local.role_scopes, grant.role, "") == scope
    }
  }
}

resource "google_project_iam_member" "function" {
  for_each = local.grants_on["project"]

  project = var.project
  role    = each.value.role
  member  = local.function_members[each.value.function]
}
