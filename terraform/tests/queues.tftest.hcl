mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "repository" {
  command = plan

  assert {
    condition     = toset([for queue in google_cloud_tasks_queue.provider : queue.name]) == toset([for id in keys(yamldecode(file("${path.root}/../conea.yaml")).providers) : "conea-${id}"])
    error_message = "Not every provider of conea.yaml has its queue, or something else has."
  }

  # 3500/min, and the wakes of registered models' lines.
  assert {
    condition     = google_cloud_tasks_queue.provider["openai"].rate_limits[0].max_dispatches_per_second == 100
    error_message = "The queue is too slow for the lines of registered models."
  }
}

run "rates" {
  command = plan

  variables {
    config_path = "tests/fixtures/conea.yaml"
  }

  assert {
    condition = { for id, queue in google_cloud_tasks_queue.provider : id => queue.rate_limits[0].max_dispatches_per_second } == {
      fast                  = 500
      free                  = 500
      hour                  = 100
      minute                = 100
      second                = 100
      second-vendor-model-1 = 40
      seconds               = 100
      several               = 100
    }
    error_message = "A queue does not carry its tightest rate, within what wakes and shared lines need and Cloud Tasks takes."
  }

  # What the workers hold is 100 instances with 20 requests each.
  assert {
    condition     = { for id in ["free", "hour", "second-vendor-model-1"] : id => google_cloud_tasks_queue.provider[id].rate_limits[0].max_concurrent_dispatches } == { free = 2000, hour = 2000, second-vendor-model-1 = 17 }
    error_message = "A queue may have more wakes under way than workers hold, or than its calls need where no other line's come too."
  }

  assert {
    condition     = keys(google_secret_manager_secret.this) == ["HOUR_KEY", "SHARED_KEY", "SHOP_KEY", "SHOP_NEXT_KEY", "WEBHOOK_ENCRYPTION_KEY"]
    error_message = "The secrets are not those that conea.yaml and the manifests name."
  }
}

run "webhooks" {
  command = plan

  # 100 instances with 40 requests each.
  assert {
    condition     = google_cloud_tasks_queue.webhooks.name == "conea-webhooks" && google_cloud_tasks_queue.webhooks.rate_limits[0].max_concurrent_dispatches == 4000
    error_message = "The lines of webhook endpoints have no queue of their own, or more wakes under way than the function holds."
  }

  assert {
    condition     = contains(keys(google_cloud_tasks_queue_iam_member.webhooks), "on-task-event roles/cloudtasks.enqueuer")
    error_message = "Who makes deliveries may not wake their lines."
  }
}

run "retries" {
  command = plan

  assert {
    condition     = alltrue([for queue in google_cloud_tasks_queue.provider : queue.retry_config[0].max_attempts == 6 && queue.retry_config[0].max_backoff == "16s"])
    error_message = "A wake is tried for longer than the sweep takes to replace it."
  }
}
