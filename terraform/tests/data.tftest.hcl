mock_provider "google" {}

variables {
  project        = "demo"
  project_number = "123456789012"
}

run "protected" {
  command = plan

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "ABANDON"
    error_message = "A destroy would take the database along."
  }

  assert {
    condition     = !google_storage_bucket.blobs.force_destroy && google_bigquery_table.raw_events.deletion_protection && alltrue([for secret in google_secret_manager_secret.this : secret.deletion_protection])
    error_message = "A destroy would take files, raw events or secrets along."
  }

  assert {
    condition     = google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED" && google_firestore_backup_schedule.daily.retention == "604800s"
    error_message = "The database cannot be brought back."
  }
}

run "unprotected" {
  command = plan

  variables {
    protected = false
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED" && google_storage_bucket.blobs.force_destroy
    error_message = "A test environment cannot be destroyed."
  }
}

run "secrets" {
  command = plan

  assert {
    condition     = output.secrets == sort(distinct([for provider in yamldecode(file("${path.root}/../conea.yaml")).providers : trimprefix(provider.apiKey, "secret:")]))
    error_message = "The secrets are not those that conea.yaml names."
  }
}

run "buckets" {
  command = plan

  variables {
    blobs = { cors_origins = ["https://app.example"], days = 90 }
  }

  assert {
    condition = alltrue([
      for bucket in [google_storage_bucket.blobs, google_storage_bucket.source] :
      bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access
    ])
    error_message = "A bucket could be made public."
  }

  assert {
    condition     = google_storage_bucket.blobs.versioning[0].enabled && length(google_storage_bucket.blobs.lifecycle_rule) == 4
    error_message = "A replaced file is lost, or kept for ever."
  }

  assert {
    condition     = google_storage_bucket.blobs.cors[0].origin == tolist(["https://app.example"])
    error_message = "An app cannot follow the links it is given."
  }
}

run "locations" {
  command = plan

  variables {
    region            = "us-central1"
    data_location     = "US"
    database_location = "nam5"
  }

  assert {
    condition     = google_firestore_database.this.location_id == "nam5" && google_storage_bucket.blobs.location == "US" && google_bigquery_dataset.events.location == "US"
    error_message = "Data is elsewhere than was set."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.location == "us-central1"])
    error_message = "A function is elsewhere than was set."
  }
}

run "definition" {
  command = plan

  variables {
    firebase_dir = "tests/fixtures/firebase"
  }

  assert {
    condition     = keys(google_firestore_index.this) == ["cache COLLECTION_GROUP embedding:VECTOR", "tasks COLLECTION queue:ASCENDING tags:CONTAINS"]
    error_message = "The indexes are not those of firestore.indexes.json."
  }

  assert {
    condition     = google_firestore_index.this["cache COLLECTION_GROUP embedding:VECTOR"].fields[0].vector_config[0].dimension == 768
    error_message = "A vector index lost its dimension."
  }

  assert {
    condition     = length(google_firestore_field.this["tasks *"].index_config) == 1 && length(google_firestore_field.this["tasks *"].index_config[0].indexes) == 0
    error_message = "A field that nobody queries is indexed."
  }

  assert {
    condition     = length(google_firestore_field.this["tasks status"].index_config[0].indexes) == 1
    error_message = "A field that is queried is not indexed."
  }

  assert {
    condition     = length(google_firestore_field.this["output deleteAt"].ttl_config) == 1 && length(google_firestore_field.this["tasks status"].ttl_config) == 0
    error_message = "A time to live is missing, or where none was asked for."
  }
}

run "time_to_live" {
  command = plan

  assert {
    condition     = toset([for name, field in google_firestore_field.this : name if length(field.ttl_config) == 1]) == toset([for field in jsondecode(file("../firebase/firestore.indexes.json")).fieldOverrides : "${field.collectionGroup} ${field.fieldPath}" if try(field.ttl, false)])
    error_message = "Documents that are kept for a while are kept for ever, or others are not."
  }

  assert {
    condition = alltrue([
      for name in ["cache deleteAt", "late deleteAt", "replayRequests deleteAt"] :
      length(google_firestore_field.this[name].index_config[0].indexes) == 0
    ])
    error_message = "A time that no query asks for is indexed."
  }
}

run "rules" {
  command = plan

  assert {
    condition     = google_firebaserules_ruleset.firestore.source[0].files[0].content == file("${path.root}/../firebase/firestore.rules") && google_firebaserules_release.firestore.name == "cloud.firestore"
    error_message = "Other rules hold than those of the repository."
  }
}

run "rules_of_a_named_database" {
  command = plan

  variables {
    database = "tasks"
  }

  assert {
    condition     = google_firebaserules_release.firestore.name == "cloud.firestore/tasks"
    error_message = "The rules hold for another database."
  }
}
