/** Whose key it is, by how it begins; the likeliest first, and nothing where keys of that form say nothing. */
const FORMS: readonly (readonly [form: RegExp, kinds: readonly string[]])[] = [
  [/^sk-ant-/, ["anthropic"]],
  [/^sk-or-/, ["openrouter"]],
  [/^sk-(proj|svcacct|admin|None)-/, ["openai"]],
  [/^AIza|^AQ\./, ["gemini"]],
  [/^gsk_/, ["groq"]],
  [/^xai-/, ["xai"]],
  [/^pplx-/, ["perplexity"]],
  [/^hf_/, ["huggingface"]],
  [/^nvapi-/, ["nvidia"]],
  [/^csk-/, ["cerebras"]],
  [/^fw_/, ["fireworks"]],
  [/^tgp_/, ["together"]],
  [/^sk-[0-9a-f]{32}$/, ["deepseek", "alibaba"]],
  [/^sk-[0-9A-Za-z]{48}$/, ["openai", "moonshot"]],
  [/^[0-9a-f]{32}\.[0-9A-Za-z]{16}$/, ["zai"]],
]

export function recognise(key: string): readonly string[] {
  return FORMS.find(([form]) => form.test(key.trim()))?.[1] ?? []
}
