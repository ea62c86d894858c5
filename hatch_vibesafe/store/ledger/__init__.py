"""The ledger: what was asked, answered, judged and paid. Never the source of truth; nothing of the build imports it."""
