locals {
  conea = yamldecode(file("${path.root}/${var.config_path}"))

  # A model with limits of its own has a line of its own, called as shared/config/give-lines.ts calls it.
  lines = {
    for id, model in try(local.conea.models, {}) :
    replace(substr("${model.provider}-${replace(lower(id), "/[^a-z0-9]+/", "-")}", 0, 63), "/-+$/", "") =>
    merge(local.conea.providers[model.provider], { limits = model.limits })
    if can(keys(model.limits))
  }
  providers = merge(local.conea.providers, local.lines)

  period_ms = { ms = 1, s = 1000, min = 60000, hour = 3600000, day = 86400000 }

  # Each provider's request limits, as `count/period` taken apart; one rate is a list of one.
  rates = {
    for id, provider in local.providers : id => [
      for text in flatten([try(provider.limits.requests, [])]) :
      regex("^(?P<count>\\d{1,9})/(?P<times>\\d{0,9})(?P<unit>ms|s|min|hour|day)$", text)
    ]
  }

  calls_per_second = {
    for id, rates in local.rates : id => [
      for rate in rates : 1000 * tonumber(rate.count) / (tonumber(coalesce(rate.times, "1")) * local.period_ms[rate.unit])
    ]
  }

  provider_secrets = toset([for provider in local.providers : trimprefix(provider.apiKey, "secret:")])
  hook_secrets     = toset([for text in flatten([for hook in try(local.conea.hooks, {}) : hook.secret]) : trimprefix(text, "secret:")])
}
