mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "nothing_asked_for" {
  command = plan

  assert {
    condition     = length(google_billing_budget.this) + length(google_iam_workload_identity_pool.github) + length(terraform_data.hosting) == 0
    error_message = "A budget, a deployer or a site is made that nobody asked for."
  }

  assert {
    condition     = output.deployer == null && length(google_project_iam_member.deployer) == 0
    error_message = "Somebody may deploy without having been asked to."
  }
}

run "budget" {
  command = plan

  variables {
    billing_account = "000000-000000-000000"
    budget          = { amount = 75 }
  }

  assert {
    condition     = google_billing_budget.this[0].amount[0].specified_amount[0].units == "75" && google_billing_budget.this[0].budget_filter[0].projects == toset(["projects/123456789012"])
    error_message = "The budget is another amount, or another project's."
  }

  assert {
    condition     = google_billing_budget.this[0].threshold_rules[*].threshold_percent == tolist([0.5, 0.9, 1])
    error_message = "Nobody is told before the amount is spent."
  }
}

run "github" {
  command = plan

  variables {
    github = { repository = "owner/name", environment = "production" }
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.repository == \"owner/name\" && assertion.environment == \"production\""
    error_message = "Another repository or environment may deploy."
  }

  assert {
    condition     = google_service_account_iam_member.deployer[0].member == "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/attribute.environment/production"
    error_message = "Another job may act as the deployer."
  }

  assert {
    condition     = length(setintersection(keys(google_project_iam_member.deployer), ["roles/owner", "roles/editor", "roles/iam.securityAdmin"])) == 0
    error_message = "The deployer has a role for everything."
  }

  assert {
    condition = alltrue([
      for role, binding in google_project_iam_member.deployer :
      length(binding.condition) == (role == "roles/resourcemanager.projectIamAdmin" ? 1 : 0)
    ])
    error_message = "The deployer may hand out roles without bounds."
  }

  assert {
    condition     = length(setintersection(local.grantable_roles, keys(google_project_iam_member.deployer))) == 0
    error_message = "The deployer may hand out a role of its own."
  }

  assert {
    condition     = output.deployer.service_account == "conea-deployer@demo.iam.gserviceaccount.com"
    error_message = "The job is told another account."
  }
}

run "repository_without_owner" {
  command = plan

  variables {
    github = { repository = "name", environment = "production" }
  }

  expect_failures = [var.github]
}

run "hosting" {
  command = plan

  variables {
    hosting_site = "conea-demo"
  }

  assert {
    condition     = terraform_data.hosting[0].triggers_replace[1] == "conea-demo"
    error_message = "Another site is made."
  }
}

run "backups_too_long" {
  command = plan

  variables {
    database_backup_days = 99
  }

  expect_failures = [var.database_backup_days]
}
