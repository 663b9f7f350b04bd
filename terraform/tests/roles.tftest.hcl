mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "repository" {
  command = plan

  assert {
    condition     = alltrue([for grant in local.grants : length(grant.reason) >= 10 && contains(keys(local.role_scopes), grant.role)])
    error_message = "A role has no reason, or nothing that it is bound to."
  }

  # Each binding belongs to one scope, so the keys together are the grants: none left out, none twice.
  assert {
    condition = sort(concat(
      keys(google_project_iam_member.database),
      keys(google_project_iam_member.function),
      keys(google_pubsub_topic_iam_member.publisher),
      keys(google_service_account_iam_member.signer),
      keys(google_secret_manager_secret_iam_member.sealing_key),
      keys(google_storage_bucket_iam_member.function),
      distinct([for key in keys(google_cloud_tasks_queue_iam_member.enqueuer) : join(" ", slice(split(" ", key), 0, 2))]),
      distinct([for key in keys(google_secret_manager_secret_iam_member.function) : join(" ", slice(split(" ", key), 0, 2))]),
      )) == sort(flatten([
        for name, manifest in local.manifests : [for entry in manifest.roles : "${name} ${entry.role}"]
    ]))
    error_message = "A role of a manifest is not bound exactly once."
  }

  assert {
    condition = alltrue([
      for key, binding in merge(
        google_project_iam_member.database,
        google_project_iam_member.function,
      ) : binding.member == "serviceAccount:conea-${split(" ", key)[0]}@demo.iam.gserviceaccount.com" && binding.role == split(" ", key)[1]
    ])
    error_message = "A role on the project is another function's."
  }

  assert {
    condition = alltrue([
      for key, binding in google_secret_manager_secret_iam_member.function :
      binding.member == "serviceAccount:conea-${split(" ", key)[0]}@demo.iam.gserviceaccount.com" && binding.role == "roles/secretmanager.secretAccessor" && binding.secret_id == split(" ", key)[2]
    ])
    error_message = "A secret is read by another function than its manifest says."
  }

  assert {
    condition     = alltrue([for binding in google_project_iam_member.database : strcontains(binding.condition[0].expression, "projects/demo/databases/(default)")])
    error_message = "A function may use another database than its own."
  }

  assert {
    condition = toset([for key in keys(google_service_account_iam_member.enqueuer) : split(" ", key)[0]]) == toset([
      for name, manifest in local.manifests : name if contains(manifest.roles[*].role, "roles/cloudtasks.enqueuer")
    ])
    error_message = "A function that makes wakes cannot make them in the wakes' name, or one that makes none can."
  }
}

run "itself" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/event"
    packages_dir  = "tests/fixtures/packages"
  }

  assert {
    condition = { for key, binding in google_service_account_iam_member.signer : key => binding.member } == {
      "worker roles/iam.serviceAccountTokenCreator" = "serviceAccount:conea-worker@demo.iam.gserviceaccount.com"
    }
    error_message = "A function signs in another name than its own."
  }

  assert {
    condition     = keys(google_project_iam_member.function) == ["worker roles/telemetry.tracesWriter"]
    error_message = "A role is bound to the project whose service knows a narrower resource."
  }
}
