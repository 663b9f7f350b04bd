terraform {
  required_version = "~> 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }

  # Bucket and prefix come from environments/<name>.gcs.tfbackend, by `init -backend-config`.
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region

  # Some services (budgets, rules) bill their calls to a project, and a person's credentials name none.
  billing_project       = var.project
  user_project_override = true

  default_labels = merge({ app = "conea" }, var.labels)
}
