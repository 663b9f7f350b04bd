mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
  packages_dir   = "tests/fixtures/packages"
}

run "repository" {
  command = plan

  variables {
    packages_dir = "../dist"
  }

  assert {
    condition     = local.manifest_problems == []
    error_message = join("\n", local.manifest_problems)
  }
}

run "misspelt" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/misspelt"
  }

  assert {
    condition = toset(local.manifest_problems) == toset([
      "functions/worker/function.yaml has no place for roles.reasons.",
      "functions/worker/function.yaml has no place for timeoutSecond.",
      "functions/worker/function.yaml has no place for trigger.publick.",
    ])
    error_message = join("\n", local.manifest_problems)
  }

  expect_failures = [terraform_data.manifests]
}

run "incomplete" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/incomplete"
  }

  assert {
    condition = toset(local.manifest_problems) == toset([
      "functions/worker/function.yaml gives no reason for roles/datastore.user.",
      "functions/worker/function.yaml lacks memory.",
      "functions/worker/function.yaml lacks trigger.public.",
    ])
    error_message = join("\n", local.manifest_problems)
  }

  expect_failures = [terraform_data.manifests]
}

run "careless" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/careless"
  }

  assert {
    condition = toset(local.manifest_problems) == toset([
      "functions/worker/function.yaml asks for roles/editor.everything, which roles.tf binds to nothing.",
      "functions/worker/function.yaml may take longer than whoever calls it waits.",
      "functions/worker/function.yaml names a role twice.",
      "functions/worker/function.yaml names secrets without the role that reads them, or the role without secrets.",
    ])
    error_message = join("\n", local.manifest_problems)
  }

  expect_failures = [terraform_data.manifests]
}

run "without_worker" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/lonely"
  }

  expect_failures = [terraform_data.manifests]
}
