# The project itself is made before the first apply (README): who may make projects differs from company to company.
data "google_project" "this" {
  count      = var.project_number == null ? 1 : 0
  project_id = var.project
}

locals {
  project_number = coalesce(var.project_number, one(data.google_project.this[*].number))
}
