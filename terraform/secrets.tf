locals {
  # `providers` in a manifest stands for every key of a provider that conea.yaml refers to, `hooks` for those of its sources of hooks.
  function_secrets = {
    for name, function in local.functions : name => toset(flatten([
      for secret in function.secrets :
      secret == "providers" ? tolist(local.provider_secrets) : secret == "hooks" ? tolist(local.hook_secrets) : [secret]
    ]))
  }

  secret_grants = merge([
    for key, grant in local.grants_on["secrets"] : {
      for secret in local.function_secrets[grant.function] : "${key} ${secret}" => merge(grant, { secret = secret })
    }
  ]...)
}

# Empty: a value in here would be in the state. The operator adds versions (README).
resource "google_secret_manager_secret" "this" {
  for_each = setunion(local.provider_secrets, values(local.function_secrets)...)

  secret_id           = each.key
  deletion_protection = var.protected

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = local.secret_grants

  secret_id = google_secret_manager_secret.this[each.value.secret].secret_id
  role      = each.value.role
  member    = local.function_members[each.value.function]
}

# The first version is made when the first webhook endpoint is.
resource "google_secret_manager_secret_iam_member" "sealing_key" {
  for_each = local.grants_on["sealing key"]

  secret_id = google_secret_manager_secret.this["WEBHOOK_ENCRYPTION_KEY"].secret_id
  role      = each.value.role
  member    = local.function_members[each.value.function]
}
