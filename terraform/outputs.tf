output "api_url" {
  description = "Address of the HTTP interface."
  value       = try(local.urls["api"], null)
}

output "deployer" {
  description = "Account and identity provider that the deploying GitHub job names."
  value = var.github == null ? null : {
    service_account            = local.deployer_email
    workload_identity_provider = "projects/${local.project_number}/locations/global/workloadIdentityPools/github/providers/github"
  }
}

output "openai_url" {
  description = "Address of the OpenAI-compatible interface: an SDK's base URL is this and /openai/v1."
  value       = try(local.urls["openai"], null)
}

output "roles" {
  description = "What each function's account may do, on what, and why."
  value = {
    for name in keys(local.functions) : name => [
      for grant in local.grants : "${grant.role} on ${lookup(local.role_scopes, grant.role, "nothing")}: ${grant.reason}" if grant.function == name
    ]
  }
}

output "secrets" {
  description = "Names of the secrets that wait for a version, without the key of webhook secrets, which Conea makes."
  value       = sort(setsubtract(keys(google_secret_manager_secret.this), ["WEBHOOK_ENCRYPTION_KEY"]))
}

output "worker_url" {
  description = "Address that wakes are delivered to."
  value       = try(local.urls["worker"], null)
}
