import type { Language } from "@/lib/highlight"

/** How to point a client here: code that runs as it stands once the client is installed. */

export const CLIENTS = ["openai", "anthropic", "ollama", "javascript", "curl", "salon"] as const
export type ClientId = (typeof CLIENTS)[number]

export interface SnippetTarget {
  /** The address of this Salon without a trailing slash. */
  address: string
  model: string
  /** Whether a request from here must carry a key; on the machine itself it need not. */
  needsKey: boolean
}

export interface Snippet {
  file: string
  language: Language
  /** The line that installs the client, if it needs one. */
  install: string | null
  code: string
}

const KEY_HOLDER = "sk-salon-…"

/** Return the snippet for one client. */
export function snippetFor(client: ClientId, target: SnippetTarget): Snippet {
  return BUILDERS[client](target)
}

const BUILDERS: Record<ClientId, (target: SnippetTarget) => Snippet> = {
  openai: ({ address, model, needsKey }) => ({
    file: "openai_client.py",
    language: "python",
    install: "pip install openai",
    code: `from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key="${needsKey ? KEY_HOLDER : ""}")
stream = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")
`,
  }),
  anthropic: ({ address, model, needsKey }) => ({
    file: "anthropic_client.py",
    language: "python",
    install: "pip install anthropic",
    code: `from anthropic import Anthropic

client = Anthropic(base_url="${address}", api_key="${needsKey ? KEY_HOLDER : ""}")
with client.messages.stream(
    model="${model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
) as stream:
    for text in stream.text_stream:
        print(text, end="")
`,
  }),
  ollama: ({ address, model, needsKey }) => ({
    file: "ollama_client.py",
    language: "python",
    install: "pip install ollama",
    code: `from ollama import Client

client = Client(host="${address}"${needsKey ? `, headers={"Authorization": "Bearer ${KEY_HOLDER}"}` : ""})
for part in client.chat(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
    stream=True,
):
    print(part.message.content, end="")
`,
  }),
  javascript: ({ address, model, needsKey }) => ({
    file: "client.mjs",
    language: "javascript",
    install: "npm install openai",
    code: `import OpenAI from "openai"

const client = new OpenAI({ baseURL: "${address}/v1", apiKey: "${needsKey ? KEY_HOLDER : ""}" })
const stream = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
})
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "")
}
`,
  }),
  curl: ({ address, model, needsKey }) => ({
    file: "shell",
    language: "shell",
    install: null,
    code: `curl -N ${address}/v1/chat/completions \\
${needsKey ? `  -H "Authorization: Bearer ${KEY_HOLDER}" \\\n` : ""}  -H "Content-Type: application/json" \\
  -d '{
    "model": "${model}",
    "messages": [{"role": "user", "content": "Hello"}],
    "stream": true
  }'
`,
  }),
  salon: ({ model }) => ({
    file: "hello.py",
    language: "python",
    install: null,
    code: `import salon

print(salon.generate("Hello", model="${model}"))

for text in salon.stream("Tell me more", model="${model}"):
    print(text, end="")
`,
  }),
}

/** Tell whether an address is this very machine, where no key is asked for. */
export function isLoopback(address: string): boolean {
  const host = new URL(address).hostname
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host) || host.endsWith(".localhost")
}
