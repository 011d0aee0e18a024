import type { Alias, Batch, Explanation, Model, Payload, Price, Provider, RealtimeSession, RequestRow, RequestWhole, Status, StoredFile } from "../../src/api/types.ts"

/** What the stand-in house tells: enough of each state to look at. */

const MINUTE_MS = 60_000

export function status(isEmpty: boolean): Status {
  return {
    version: "0.1.0",
    role: "whole",
    started_at_ms: Date.now() - 76 * 60 * MINUTE_MS,
    address: "http://127.0.0.1:8420",
    data_dir: "~/.local/share/salon",
    storage: { dialect: "sqlite", ok: true, detail: "41.2 MB, WAL" },
    redis: { configured: false, ok: false },
    loop_lag_ms: 0.41,
    config_problem: null,
    needs_restart: [],
    has_session: true,
    open_streams: isEmpty ? 0 : 4,
    today: isEmpty
      ? { requests: 0, errors: 0, input_tokens: 0, output_tokens: 0, cost_e10: 0, currency: "USD", other_costs: [], unpriced: 0 }
      : {
          requests: 1284,
          errors: 3,
          input_tokens: 1_204_310,
          output_tokens: 318_204,
          cost_e10: 42_100_000_000,
          currency: "USD",
          other_costs: [{ cost_e10: 3_100_000_000, currency: "EUR" }],
          unpriced: 12,
        },
  }
}

function provider(change: Partial<Provider> & Pick<Provider, "name" | "label" | "state">): Provider {
  return {
    id: `prov_${change.name}`,
    kind: change.name,
    source: "api",
    base_url: "",
    enabled: true,
    latency_ms: null,
    last_error: null,
    models: 1,
    local: false,
    concurrency: null,
    key: "set",
    allow_private: false,
    written_url: "",
    written_label: "",
    written_models: [],
    options: {},
    headers: {},
    promises: [],
    region: "",
    requests_per_minute: null,
    tokens_per_minute: null,
    batches: null,
    ...change,
  }
}

export const PROVIDERS: Provider[] = [
  provider({ name: "demo", label: "Built in, offline", state: "healthy", latency_ms: 0.6, local: true, source: "built-in" }),
  provider({ name: "openai", label: "OpenAI", base_url: "https://api.openai.com/v1", state: "healthy", latency_ms: 412, models: 24 }),
  provider({ name: "anthropic", label: "Anthropic", base_url: "https://api.anthropic.com", state: "degraded", latency_ms: 1830, models: 9, last_error: "anthropic is overloaded." }),
  provider({ name: "ollama", label: "Ollama", kind: "ollama", base_url: "http://127.0.0.1:11434", state: "down", models: 3, last_error: "ollama cannot be reached: connection refused. Check its address and that it runs.", local: true }),
  provider({ name: "deepseek", label: "DeepSeek", base_url: "https://api.deepseek.com", state: "needs-credential", source: "file", models: 2 }),
]

function model(id: string, change: Partial<Model>): Model {
  const [name, ...rest] = id.split("/")
  return {
    id,
    provider: name ?? "demo",
    name: rest.join("/") || id,
    context_tokens: 128_000,
    max_output_tokens: 16_384,
    capabilities: ["tools", "vision", "json"],
    input_price: null,
    output_price: null,
    currency: null,
    priced: false,
    price_version: null,
    piece_prices: {},
    aliases: [],
    ...change,
  }
}

const priced = (input: string, output: string): Partial<Model> => ({
  input_price: input,
  output_price: output,
  currency: "USD",
  priced: true,
})

export const MODELS: Model[] = [
  model("demo", { provider: "demo", context_tokens: 32_000, capabilities: ["tools", "json", "reasoning"], ...priced("0", "0") }),
  model("openai/gpt-5", { context_tokens: 400_000, capabilities: ["tools", "vision", "json", "reasoning"], aliases: ["best"], ...priced("1.25", "10") }),
  model("openai/gpt-5-mini", { context_tokens: 400_000, capabilities: ["tools", "vision", "json", "reasoning"], aliases: ["fast"], ...priced("0.25", "2") }),
  model("anthropic/claude-sonnet-4-5", { context_tokens: 200_000, capabilities: ["tools", "vision", "reasoning"], ...priced("3", "15") }),
  model("anthropic/claude-haiku-4-5", { context_tokens: 200_000, capabilities: ["tools", "vision"], ...priced("1", "5") }),
  model("deepseek/deepseek-chat", { capabilities: ["tools", "json"], ...priced("0.28", "0.42") }),
  model("ollama/qwen3:32b", { context_tokens: 40_960, capabilities: ["tools", "reasoning"] }),
  model("ollama/llama3.2", { context_tokens: 131_072, capabilities: ["tools"] }),
  ...Array.from({ length: 6 }, (_, index) => model(`openai/gpt-4.1-variant-${index}`, { ...priced("2", "8") })),
]

export const LONG_NAME = "a-service-whose-name-nobody-shortened-because-a-deployment-tool-wrote-it-eu-central-1"
const MANY = 1000

/** A house with more of everything than anyone can see at once, and with names that do not fit. */
export const MANY_PROVIDERS: Provider[] = Array.from({ length: MANY }, (_, index) =>
  index === MANY - 1
    ? provider({ name: LONG_NAME, label: "Self-hosted", state: "down", models: 12_345, latency_ms: 123_456, last_error: "x".repeat(200) })
    : provider({ name: `provider-${index}`, label: "OpenAI-compatible", state: "healthy", latency_ms: index }),
)
export const MANY_MODELS: Model[] = Array.from({ length: MANY }, (_, index) =>
  index === 0
    ? model(`${LONG_NAME}/model`, { aliases: [LONG_NAME, "fast", "cheap", "best"] })
    : model(`provider-${index}/model-${index}`, { aliases: [`alias-${index}`] }),
)

const ASKED = [
  ["fast", "openai", "openai/gpt-5-mini", "notes-app"],
  ["anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5", "editor"],
  ["demo", "demo", "demo", null],
  ["best", "openai", "openai/gpt-5", "notes-app"],
  ["fast", "openai", "openai/gpt-5-mini", "nightly"],
] as const
const DURATIONS = [820, 3100, 4, 6400, 512, 1240, 95, 12_400, 402, 2210]

export const REQUESTS: RequestRow[] = Array.from({ length: 30 }, (_, index) => {
  const [asked, by, upstream, key] = ASKED[(index * 3 + (index % 4)) % ASKED.length] ?? ASKED[0]
  const failed = index === 6 || index === 19
  const cancelled = index === 11
  return {
    request_id: `req_${index}`,
    started_at_ms: Date.now() - index * 41_000 - 3000,
    key_name: key,
    dialect: "openai",
    operation: index % 9 === 4 ? "embeddings" : "chat",
    asked_model: asked,
    provider: by,
    model: upstream,
    status: failed ? "error" : cancelled ? "cancelled" : "ok",
    http_status: failed ? 429 : 200,
    error_code: failed ? "upstream_rate_limited" : null,
    input_tokens: failed ? 0 : 210 + index * 37,
    output_tokens: failed ? 0 : 80 + index * 11,
    cost_e10: failed ? 0 : by === "demo" ? 0 : index % 7 === 5 ? null : 4_100_000 + index * 930_000,
    duration_ms: DURATIONS[index % DURATIONS.length] ?? 500,
    first_token_ms: failed ? null : 180 + ((index * 53) % 320),
    stream: true,
    currency: "USD",
    attempts: failed ? 3 : 1,
    decision: asked === "best" ? "rule=code; strategy=cheapest; passed=anthropic/claude-sonnet-4-5 (its limits)" : null,
    why:
      asked === "best"
        ? "Rule “code”; openai/gpt-5: the cheapest; anthropic/claude-sonnet-4-5 was skipped: its limits."
        : null,
    cache: index === 14 ? "hit" : "none",
    cached_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    rare: {},
    lost: index === 3 ? ["citations", "reasoning_signature"] : [],
    price_version: null,
    service: null,
  }
})

/** One request with a failed attempt before the one that answered. */
export function requestWhole(id: string): RequestWhole {
  const row = REQUESTS.find((one) => one.request_id === id) ?? REQUESTS[0]
  if (!row) throw new Error("no requests")
  const tried = { input_tokens: 0, output_tokens: 0, cost_e10: 0, currency: "USD", first_byte_ms: null }
  return {
    ...row,
    model: "gpt-5",
    usage_source: "provider",
    price_version: "genai-prices 2026-11-20",
    tried: [
      { ...tried, number: 1, provider: "anthropic", model: "claude-sonnet-4-5", status: "error", http_status: 529, error_code: "upstream_overloaded", duration_ms: 212 },
      { ...tried, number: 2, provider: row.provider ?? "openai", model: "gpt-5", status: "ok", http_status: 200, error_code: null, duration_ms: row.duration_ms },
    ],
  }
}

export const ALIASES: Alias[] = [
  { name: "fast", source: "file", strategy: "cheapest", cache: true, rules: [], split: null, mirror: null, targets: [{ model: "openai/gpt-5-mini", weight: 1, priority: 0 }, { model: "anthropic/claude-haiku-4-5", weight: 1, priority: 0 }] },
  {
    name: "smart",
    source: "api",
    strategy: "priority",
    cache: false,
    split: null,
    rules: [
      { name: "private", strategy: "priority", when: { any: [{ contains: ["salary", "diagnosis"] }, { keys: ["hr-*"] }] }, targets: [{ model: "ollama/qwen3:32b", weight: 1, priority: 0 }] },
      { name: "", strategy: "cheapest", when: { tokens_over: 50_000, hours: "22:00-06:00", zone: "Europe/Berlin", not: { images: true } }, targets: [{ model: "openai/gpt-5", weight: 1, priority: 0 }, { model: "anthropic/claude-sonnet-4-5", weight: 1, priority: 1 }] },
    ],
    targets: [{ model: "openai/gpt-5", weight: 1, priority: 0 }],
    mirror: { model: "deepseek/deepseek-chat", share: 0.05 },
  },
  {
    name: "chat",
    source: "file",
    strategy: "weight",
    cache: false,
    rules: [],
    mirror: null,
    targets: [{ model: "openai/gpt-5-mini", weight: 3, priority: 0 }, { model: "deepseek/deepseek-chat", weight: 1, priority: 0 }],
    split: {
      by: "user",
      variants: [
        { name: "now", weight: 9, targets: [{ model: "openai/gpt-5-mini", weight: 1, priority: 0 }] },
        { name: "next", weight: 1, targets: [{ model: "anthropic/claude-haiku-4-5", weight: 1, priority: 0 }] },
      ],
    },
  },
]

const VERDICT = { rank: 0, weight: 1, region: "", promises: [], context_tokens: 400_000, currency: "USD", breaker: "closed", open: null }
export const EXPLANATION: Explanation = {
  model: "smart",
  strategy: "cheapest",
  rules: [
    { name: "private", holds: false, reason: "none of any holds: nothing of 'salary' or 'diagnosis' was said; the key is not hr-*" },
    { name: "long", holds: true, reason: null },
  ],
  rule: "long",
  variants: ["now", "next"],
  shares: [0.9, 0.1],
  variant: "now",
  sticks_to: "user ann",
  tokens: 61_204,
  needs: ["tools"],
  regions: ["eu"],
  promises: ["no-training"],
  mirror: "deepseek/deepseek-chat",
  mirror_share: 0.05,
  problem: null,
  targets: [
    { ...VERDICT, target: "openai/gpt-5", place: 1, reason: null, estimate_e10: 812_000_000, first_token_ms: 412, used: 0.4 },
    { ...VERDICT, target: "anthropic/claude-sonnet-4-5", place: 2, reason: "last: the request may not fit its context", estimate_e10: 1_930_000_000, first_token_ms: 1830, used: 0 },
    { ...VERDICT, target: "ollama/qwen3:32b", place: null, reason: "region unknown", estimate_e10: null, first_token_ms: null, used: 0, breaker: "open" },
  ],
}

export const PAYLOAD: Payload = {
  id: "pld_1",
  request_id: "req_0",
  key_name: "helpdesk",
  rules: "support",
  dialect: "openai",
  operation: "chat",
  alias: "smart",
  route: "openai/gpt-5",
  http_status: 200,
  error_code: null,
  stream: true,
  started_at_ms: Date.now() - 90_000,
  expires_at_ms: Date.now() + 7 * 86_400_000,
  size_bytes: 2204,
  redactions: 2,
  cut: false,
  request: JSON.stringify({
    model: "smart",
    messages: [
      { role: "system", content: "You help people of Northlight Lab. Be brief." },
      { role: "user", content: "My card [hidden] was charged twice, and my key [hidden] stopped working. Refund me?" },
    ],
  }),
  response: JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "I am sorry. One of the two charges goes back today." }, finish_reason: "stop" }] }),
}

export const PAYLOADS: Payload[] = Array.from({ length: 12 }, (_, index) => ({
  ...PAYLOAD,
  id: `pld_${index + 1}`,
  alias: ["smart", "fast", "openai/gpt-5"][index % 3] ?? "smart",
  redactions: index % 3 === 0 ? 2 : 0,
  http_status: index === 4 ? 429 : 200,
  started_at_ms: PAYLOAD.started_at_ms - index * 93_000,
}))

export const SESSIONS: RealtimeSession[] = [
  { request_id: "req_live_1", started_at_ms: Date.now() - 754_000, key_name: "front-desk", asked_model: "voice", target: "openai/gpt-realtime", is_answering: true, input_tokens: 4210, output_tokens: 1876 },
  { request_id: "req_live_2", started_at_ms: Date.now() - 41_000, key_name: null, asked_model: "demo", target: "demo/demo", is_answering: false, input_tokens: 12, output_tokens: 5 },
]

function batch(change: Partial<Batch> & Pick<Batch, "id" | "status">): Batch {
  return {
    protocol: "openai",
    endpoint: "/v1/chat/completions",
    key_name: "nightly",
    lines: 5000,
    waiting: 0,
    succeeded: 5000,
    errored: 0,
    cancelled: 0,
    expired: 0,
    input_tokens: 1_204_310,
    output_tokens: 318_204,
    metadata: {},
    problems: [],
    input_file_id: "file-~01",
    output_file_id: "file-~02",
    error_file_id: null,
    created_at_ms: Date.now() - 5 * 3600 * 1000,
    window_ends_at_ms: Date.now() + 19 * 3600 * 1000,
    started_at_ms: Date.now() - 5 * 3600 * 1000,
    cancel_asked_at_ms: null,
    ended_at_ms: Date.now() - 3600 * 1000,
    keep_until_ms: Date.now() + 29 * 86_400_000,
    archived_at_ms: null,
    handed_to: null,
    kept_here: null,
    ...change,
  }
}

export const BATCHES: Batch[] = [
  batch({ id: "batch_run", status: "running", waiting: 2910, succeeded: 2078, errored: 12, ended_at_ms: null, output_file_id: null, keep_until_ms: null, metadata: { job: "reviews of October" } }),
  batch({ id: "batch_done", status: "completed", error_file_id: "file-~03", succeeded: 4993, errored: 7 }),
  batch({ id: "batch_claude", status: "completed", handed_to: "anthropic/claude-sonnet-4-5", protocol: "anthropic", endpoint: "/v1/messages", lines: 240, succeeded: 240, key_name: null, input_file_id: null, output_file_id: null }),
  batch({ id: "batch_cut", status: "cancelled", succeeded: 1200, cancelled: 3800 }),
  batch({ id: "batch_bad", status: "failed", lines: 0, succeeded: 0, output_file_id: null, problems: [{ line: 3, code: "invalid_json", message: "This is no JSON object. Correct the line and hand the file in again.", param: null }] }),
]

function stored(change: Partial<StoredFile> & Pick<StoredFile, "id" | "name">): StoredFile {
  return { file_id: `fil_${change.id.slice(-2)}`, sha256: "0".repeat(64), scan: null, media_type: "application/pdf", size_bytes: 184_220, purpose: "user_data", created_at_ms: Date.now() - 7_200_000, expires_at_ms: null, ...change }
}

export const FILES: StoredFile[] = [
  stored({ id: "file-~11", name: "Quarterly report.pdf" }),
  stored({ id: "file-~12", name: "floor-plan.png", media_type: "image/png", purpose: "vision", size_bytes: 2_104_900 }),
  stored({ id: "file-~13", name: "reviews-october.jsonl", media_type: "application/jsonl", purpose: "batch", size_bytes: 41_204_900, expires_at_ms: Date.now() + 20 * 86_400_000 }),
  stored({ id: "file-~14", name: "batch_done_output.jsonl", media_type: "application/jsonl", purpose: "batch_output", size_bytes: 812 }),
]

export const PRICES: Price[] = [
  {
    model: "openai/gpt-5",
    input: "1.1", output: "9", cached: "0.11", cache_write: null, cache_write_1h: null, reasoning: null,
    audio_input: null, audio_cached: null, audio_output: null, image_input: null, image_cached: null, image_output: null,
    request: null, image: null, images: [], megapixel: null, characters: null, minute: null, search: null, tiers: [], services: [],
    currency: "USD", starts: "2026-11-01", ends: null, is_past: false, version: "set by hand 2026-11-01 1a2b3c4d", source: "api",
  },
]
