locals {
  database_location = coalesce(var.database_location, var.region)

  # Firebase's own format, so that the emulator, the Firebase command line and this folder read one file.
  database_definition = try(jsondecode(file("${path.root}/${var.firebase_dir}/firestore.indexes.json")), {})

  indexes = {
    for index in try(local.database_definition.indexes, []) :
    join(" ", concat([index.collectionGroup, index.queryScope], [
      for field in index.fields : "${field.fieldPath}:${try(field.order, field.arrayConfig, "VECTOR")}"
    ])) => index
  }
  fields = {
    for field in try(local.database_definition.fieldOverrides, []) : "${field.collectionGroup} ${field.fieldPath}" => field
  }
}

resource "google_firestore_database" "this" {
  name                              = var.database
  location_id                       = local.database_location
  type                              = "FIRESTORE_NATIVE"
  delete_protection_state           = var.protected ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.protected ? "ABANDON" : "DELETE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  depends_on = [google_project_service.api]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.this.name
  retention = "${var.database_backup_days * 86400}s"

  daily_recurrence {}
}

resource "google_firestore_index" "this" {
  for_each = local.indexes

  database    = google_firestore_database.this.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)

      dynamic "vector_config" {
        for_each = try([fields.value.vectorConfig], [])

        content {
          dimension = vector_config.value.dimension
          flat {}
        }
      }
    }
  }
}

# Exemptions and time to live. `*` is every field of a collection that has no entry of its own.
resource "google_firestore_field" "this" {
  for_each = local.fields

  database   = google_firestore_database.this.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  dynamic "index_config" {
    for_each = try([each.value.indexes], [])

    content {
      dynamic "indexes" {
        for_each = index_config.value

        content {
          order        = try(indexes.value.order, null)
          array_config = try(indexes.value.arrayConfig, null)
          query_scope  = indexes.value.queryScope
        }
      }
    }
  }

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []

    content {}
  }
}

resource "google_firebaserules_ruleset" "firestore" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.root}/${var.firebase_dir}/firestore.rules")
    }
  }

  # The release is moved from the old ruleset to the new one, so that at no time none holds.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_firebaserules_release" "firestore" {
  name         = var.database == "(default)" ? "cloud.firestore" : "cloud.firestore/${google_firestore_database.this.name}"
  ruleset_name = google_firebaserules_ruleset.firestore.name
}

# Firestore has no IAM of its own; a condition on the project's binding narrows it to the one database.
resource "google_project_iam_member" "database" {
  for_each = local.grants_on["database"]

  project = var.project
  role    = each.value.role
  member  = local.function_members[each.value.function]

  condition {
    title      = "this database only"
    expression = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.this.name}\""
  }
}
