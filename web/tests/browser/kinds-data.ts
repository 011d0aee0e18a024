import type { ProviderKind } from "../../src/api/types.ts"

function kind(change: Partial<ProviderKind> & Pick<ProviderKind, "name" | "label">): ProviderKind {
  return {
    base_url: `https://api.${change.name}.example/v1`,
    address: "known",
    address_hint: `https://api.${change.name}.example/v1`,
    needs_key: true,
    key: "required",
    key_help: "",
    key_has_lines: false,
    key_url: `https://${change.name}.example/keys`,
    docs_url: `https://${change.name}.example/docs`,
    lists_models: true,
    local: false,
    options: [],
    ...change,
  }
}

/** Kinds as the server describes them: each way a form can look. */
export const KINDS: ProviderKind[] = [
  kind({ name: "openai", label: "OpenAI" }),
  kind({
    name: "azure",
    label: "Azure OpenAI",
    base_url: "",
    address: "required",
    address_hint: "https://NAME.openai.azure.com",
    key_help: "a key of the resource, or the secret of the application named here",
    lists_models: false,
    options: [
      { name: "api_version", title: "API version", help: "the version of the dated addresses, like 2024-10-21; none for v1", required: false, default: "" },
      { name: "tenant_id", title: "Tenant ID", help: "the directory (tenant) of an application in Entra ID", required: false, default: "" },
      { name: "client_id", title: "Client ID", help: "the id of that application; its secret is then the key", required: false, default: "" },
    ],
  }),
  kind({
    name: "bedrock",
    label: "Amazon Bedrock",
    base_url: "",
    address: "made",
    address_hint: "https://bedrock-runtime.REGION.amazonaws.com",
    key_help: "an API key of Bedrock, or the secret of the access key named here",
    lists_models: false,
    options: [
      { name: "region", title: "Region", help: "an AWS region, like eu-central-1", required: true, default: "" },
      { name: "access_key_id", title: "Access key ID", help: "the id of an access key, whose secret is then the key", required: false, default: "" },
    ],
  }),
  kind({
    name: "vertex",
    label: "Google Vertex AI",
    address: "made",
    key_help: "the JSON file of a service account",
    key_has_lines: true,
    lists_models: false,
    options: [{ name: "project", title: "Project", help: "the id of a Google Cloud project", required: true, default: "" }],
  }),
  ...["Anthropic", "Gemini", "Cohere", "DeepSeek", "OpenRouter", "Mistral", "Groq", "xAI", "Together", "Fireworks", "Cerebras", "Perplexity", "NVIDIA", "Moonshot", "Zhipu", "Alibaba"].map((label) =>
    kind({ name: label.toLowerCase(), label }),
  ),
  kind({ name: "ollama", label: "Ollama", base_url: "http://127.0.0.1:11434", needs_key: false, key: "optional", local: true }),
  kind({ name: "openai-compatible", label: "OpenAI-compatible", base_url: "", address: "required", address_hint: "https://api.example.com/v1", needs_key: false, key: "optional" }),
]
