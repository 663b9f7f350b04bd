locals {
  manifests = {
    for entry in fileset("${path.root}/${var.functions_dir}", "*/function.yaml") :
    dirname(entry) => yamldecode(file("${path.root}/${var.functions_dir}/${entry}"))
  }

  trigger_keys = {
    event    = ["topic", "type"]
    http     = ["public", "type"]
    schedule = ["schedule", "type"]
  }
  # How long whoever calls waits for an answer: Pub/Sub's acknowledgement, the platform, Cloud Scheduler's attempt.
  longest_seconds = { event = 600, http = 3600, schedule = 1800 }

  # A key that is missing stands as null here, so that the plan ends with the sentence below instead of one per use.
  functions = {
    for name, manifest in local.manifests : name => {
      caller          = try(manifest.trigger.caller, null)
      concurrency     = try(manifest.concurrency, null)
      description     = try(manifest.description, null)
      is_public       = try(manifest.trigger.public, false) == true
      memory          = try(manifest.memory, null)
      roles           = [for entry in try(manifest.roles, []) : try(entry.role, "none")]
      schedule        = try(manifest.trigger.schedule, null)
      secrets         = try(manifest.secrets, [])
      timeout_seconds = try(manifest.timeoutSeconds, 60)
      topic           = try(manifest.trigger.topic, null)
      trigger         = try(manifest.trigger.type, "none")
    }
  }

  known_keys = {
    for name, function in local.functions : name => toset(concat(
      ["concurrency", "description", "memory", "roles", "secrets", "timeoutSeconds", "trigger"],
      [for key in lookup(local.trigger_keys, function.trigger, ["type"]) : "trigger.${key}"],
      function.trigger == "http" && function.caller != null ? ["trigger.caller"] : [],
      length(function.roles) == 0 ? [] : ["roles.reason", "roles.role"],
    ))
  }
  found_keys = {
    for name, manifest in local.manifests : name => toset(concat(
      keys(manifest),
      [for key in keys(try(manifest.trigger, {})) : "trigger.${key}"],
      flatten([for entry in try(manifest.roles, []) : [for key in keys(entry) : "roles.${key}"]]),
    ))
  }

  manifest_problems = flatten([
    for name, function in local.functions : [
      for problem in concat(
        [for key in setsubtract(local.found_keys[name], local.known_keys[name]) : "has no place for ${key}"],
        [for key in setsubtract(local.known_keys[name], local.found_keys[name]) : "lacks ${key}"],
        [for entry in try(local.manifests[name].roles, []) : "gives no reason for ${try(entry.role, "a role")}" if length(try(entry.reason, "")) < 10],
        [for role in setsubtract(function.roles, keys(local.role_scopes)) : "asks for ${role}, which roles.tf binds to nothing"],
        [for objection in local.objections[name] : objection.says if objection.when],
      ) : "functions/${name}/function.yaml ${problem}."
    ]
  ])
  objections = {
    for name, function in local.functions : name => [
      {
        when = !can(regex("^[a-z][a-z0-9-]{0,22}[a-z0-9]$", name))
        says = "is in a folder whose name no account can have"
      },
      {
        when = !contains(keys(local.trigger_keys), function.trigger)
        says = "has a trigger that is neither http, schedule nor event"
      },
      {
        when = function.caller != null && (function.is_public || !contains(keys(local.manifests), coalesce(function.caller, "?")))
        says = "has a caller that is no function, or is public beside"
      },
      {
        when = function.trigger == "event" && function.topic != "task-events"
        says = "listens to another topic than task-events"
      },
      {
        when = function.timeout_seconds > lookup(local.longest_seconds, function.trigger, 3600)
        says = "may take longer than whoever calls it waits"
      },
      {
        when = length(distinct(function.roles)) < length(function.roles)
        says = "names a role twice"
      },
      {
        when = (length(function.secrets) > 0) != contains(function.roles, "roles/secretmanager.secretAccessor")
        says = "names secrets without the role that reads them, or the role without secrets"
      },
    ]
  }
}

# Terraform takes a key that nobody asks for without a word, so a misspelt one would be a default in production.
resource "terraform_data" "manifests" {
  lifecycle {
    precondition {
      condition     = length(local.manifest_problems) == 0
      error_message = join("\n", concat(local.manifest_problems, [""]))
    }
    precondition {
      condition     = contains(keys(local.manifests), "worker")
      error_message = "There is no function \"worker\" that wakes could reach."
    }
  }
}
