"""Every name that leaves in a span or a metric. What exists in OpenTelemetry's conventions has its name there."""

SCOPE = "vibesafe"

RUN_SPAN = "vibesafe.compile"
UNIT_SPAN = "vibesafe.unit"
REQUEST_SPAN = "vibesafe.request"
JUDGED = "vibesafe.judged"

RUN = "vibesafe.run"
UNIT = "vibesafe.unit"
OUTCOME = "vibesafe.outcome"
CHECKPOINT = "vibesafe.checkpoint"
PASSED = "vibesafe.passed"
FAILED_GATES = "vibesafe.failed_gates"
UP_TO_DATE = "vibesafe.up_to_date"
TO_COMPILE = "vibesafe.to_compile"
PROVIDER = "vibesafe.provider"
PROVIDER_KIND = "vibesafe.provider_kind"

# https://opentelemetry.io/docs/specs/semconv/gen-ai/
OPERATION = "gen_ai.operation.name"
MODEL = "gen_ai.response.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - an attribute's name

UNITS = "vibesafe.units"
CANDIDATES = "vibesafe.candidates"
REQUESTS = "vibesafe.requests"
REQUEST_SECONDS = "vibesafe.request.duration"
TOKENS = "vibesafe.tokens"
COST = "vibesafe.cost"
