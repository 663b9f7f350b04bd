mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "repository" {
  command = plan

  assert {
    condition     = keys(google_cloudfunctions2_function.this) == [for path in fileset("${path.root}/../functions", "*/function.yaml") : dirname(path)]
    error_message = "Not every manifest became a function, or something else did."
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.this :
      function.build_config[0].runtime == "nodejs24" && function.build_config[0].entry_point == "main"
    ])
    error_message = "A function does not run \"main\" on nodejs24."
  }

  assert {
    condition = alltrue([
      for name, function in google_cloudfunctions2_function.this :
      function.service_config[0].service_account_email == "conea-${name}@demo.iam.gserviceaccount.com"
    ])
    error_message = "A function does not run as its own account."
  }

  assert {
    condition = alltrue([
      for name, function in google_cloudfunctions2_function.this : (
        function.service_config[0].available_memory == local.manifests[name].memory &&
        function.service_config[0].timeout_seconds == local.manifests[name].timeoutSeconds &&
        function.service_config[0].max_instance_request_concurrency == local.manifests[name].concurrency
      )
    ])
    error_message = "A function has another memory, timeout or concurrency than its manifest says."
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.this :
      function.service_config[0].max_instance_request_concurrency == 1 || tonumber(function.service_config[0].available_cpu) >= 1
    ])
    error_message = "A function serves several requests at once with less than one CPU, which the platform refuses."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["worker"].service_config[0].environment_variables["CONEA_WORKER_URL"] == "https://worker-123456789012.europe-west1.run.app"
    error_message = "The worker is not told its own address."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["worker"].service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "The worker can be reached from the internet."
  }
}

run "callers" {
  command = plan

  assert {
    condition     = [for name, caller in google_cloud_run_v2_service_iam_member.caller : name if caller.member == "allUsers"] == ["api", "openai"]
    error_message = "Another function than the two for callers with a key is public."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.caller["worker"].member == "serviceAccount:conea-wakes@demo.iam.gserviceaccount.com"
    error_message = "Somebody else than Cloud Tasks calls the worker."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.caller["cron-sweep"].member == "serviceAccount:conea-scheduler@demo.iam.gserviceaccount.com"
    error_message = "Somebody else than Cloud Scheduler calls the sweep."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.caller["deliver-webhook"].member == "serviceAccount:conea-run-webhooks@demo.iam.gserviceaccount.com"
    error_message = "Somebody else than run-webhooks calls the sender of webhooks."
  }

  assert {
    condition     = length([for grant in local.grants : grant if grant.function == "deliver-webhook"]) == 0
    error_message = "The sender of webhooks, which goes where its callers say, has a role."
  }

  assert {
    condition     = alltrue([for caller in google_cloud_run_v2_service_iam_member.caller : caller.role == "roles/run.invoker"])
    error_message = "A caller may do more than call."
  }
}

run "schedules" {
  command = plan

  assert {
    condition     = { for name, job in google_cloud_scheduler_job.function : name => job.schedule } == { for name, manifest in local.manifests : name => manifest.trigger.schedule if manifest.trigger.type == "schedule" }
    error_message = "A scheduled function has no job, or another schedule."
  }

  assert {
    condition = alltrue([
      for job in google_cloud_scheduler_job.function :
      job.http_target[0].oidc_token[0].service_account_email == "conea-scheduler@demo.iam.gserviceaccount.com" && job.time_zone == "Etc/UTC"
    ])
    error_message = "A job does not call as the scheduler's account, or not in UTC."
  }
}

run "instances" {
  command = plan

  variables {
    instances = { api = { min = 1, max = 7 } }
  }

  assert {
    condition     = google_cloudfunctions2_function.this["api"].service_config[0].min_instance_count == 1 && google_cloudfunctions2_function.this["api"].service_config[0].max_instance_count == 7
    error_message = "A function has other bounds than those that were set."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["worker"].service_config[0].min_instance_count == 0
    error_message = "An idle environment keeps an instance that nobody asked for."
  }
}

run "changed_archive" {
  command = plan

  variables {
    functions_dir = "tests/fixtures/event"
    packages_dir  = "tests/fixtures/packages"
  }

  assert {
    condition     = google_storage_bucket_object.package["worker"].name == "worker-${filemd5("${path.root}/tests/fixtures/packages/worker.zip")}.zip"
    error_message = "A changed archive would not be a changed function."
  }
}

run "missing_archive" {
  command = plan

  variables {
    packages_dir = "tests/fixtures/nowhere"
  }

  expect_failures = [google_storage_bucket_object.package]
}

run "hooks" {
  command = plan

  variables {
    config_path = "tests/fixtures/conea.yaml"
  }

  assert {
    condition     = alltrue([for name in ["SHOP_KEY", "SHOP_NEXT_KEY"] : contains(keys(google_secret_manager_secret.this), name) && contains(local.function_secrets["api"], name)])
    error_message = "The api cannot read what a source of hooks signs with."
  }
}
