# The google provider has no Hosting: its google-beta sibling does, and one resource is no reason for a second provider
# (decision 0022). The command does nothing when the site is there.
resource "terraform_data" "hosting" {
  count = var.hosting_site == null ? 0 : 1

  triggers_replace = [var.project, var.hosting_site]

  provisioner "local-exec" {
    command     = "npm run --silent create-hosting-site -- ${var.project} ${var.hosting_site}"
    working_dir = "${path.root}/.."
  }

  depends_on = [google_project_service.api]
}
