"""The `vibesafe.toml` that a project begins with: nothing is set, the keys most wanted are there to be uncommented."""

CONFIGURATION = """\
# vibesafe. Every key has a default, so that this file may stay as it is; an unknown key is an error.

# Who writes implementations. Without a provider, `vibesafe compile` asks OpenAI's where OPENAI_API_KEY is set, else the
# model of `vibesafe model install`. `vibesafe submit` takes code that a person or an agent wrote, and asks nobody.
#
# [provider.default]
# kind = "openai-compatible"          # or "local": a model on this machine's processor
# model = "the-model-you-use"
# base_url = "http://localhost:8000/v1"
# api_key_env = "OPENAI_API_KEY"      # the variable that holds the key; the key itself is never configured
# attempts = 3                        # answers that one unit may cost in one run

# What has to pass before an implementation is stored.
#
# [gates]
# required = ["structure", "lint", "types", "doctests"]
# min_adequacy = 0.8                  # the part of its mutants that a spec has to refuse

# How generated code is confined while it is judged.
#
# [sandbox]
# timeout = 10.0                      # seconds for one unit's examples
# memory_mb = 512
# min_sandbox = "L2"

# What no implementation may do.
#
# [policy]
# deny_imports = ["pickle", "subprocess"]

# What one run may cost.
#
# [budget]
# calls = 100
# money = 1.0                         # US dollars

# What a wheel holds.
#
# [build]
# contracts = "off"                   # or "pre", "full": the clauses that calls are checked against
"""
