import type { Language } from "@/lib/highlight"

/** How to point a client here: code that runs as it stands once the client is installed. */

export const CLIENTS = ["openai", "anthropic", "gemini", "ollama", "javascript", "curl", "salon"] as const
export type ClientId = (typeof CLIENTS)[number]

export interface SnippetTarget {
  /** The address of this Salon without a trailing slash. */
  address: string
  model: string
  /** Whether a request without a key is taken, as on the machine itself. */
  isOpen: boolean
}

export interface Snippet {
  file: string
  language: Language
  /** The line that installs the client, if it needs one. */
  install: string | null
  /** Whether the code reads a key from the environment: some clients refuse to start without one. */
  usesKey: boolean
  code: string
}

/** Makes a key and puts it where the snippets read it. */
export const KEY_COMMAND = "export SALON_KEY=$(salon keys create my-app)"

/** Return the snippet for one client. */
export function snippetFor(client: ClientId, target: SnippetTarget): Snippet {
  return BUILDERS[client](target)
}

const BUILDERS: Record<ClientId, (target: SnippetTarget) => Snippet> = {
  openai: ({ address, model }) => ({
    file: "openai_client.py",
    language: "python",
    install: "pip install openai",
    usesKey: true,
    code: `import os
from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key=os.environ["SALON_KEY"])
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
  anthropic: ({ address, model }) => ({
    file: "anthropic_client.py",
    language: "python",
    install: "pip install anthropic",
    usesKey: true,
    code: `import os
from anthropic import Anthropic

client = Anthropic(base_url="${address}", api_key=os.environ["SALON_KEY"])
with client.messages.stream(
    model="${model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
) as stream:
    for text in stream.text_stream:
        print(text, end="")
`,
  }),
  gemini: ({ address, model }) => ({
    file: "gemini_client.py",
    language: "python",
    install: "pip install google-genai",
    usesKey: true,
    code: `import os
from google import genai

client = genai.Client(
    api_key=os.environ["SALON_KEY"], http_options={"base_url": "${address}"}
)
for chunk in client.models.generate_content_stream(model="${model}", contents="Hello"):
    print(chunk.text or "", end="")
`,
  }),
  ollama: ({ address, model, isOpen }) => ({
    file: "ollama_client.py",
    language: "python",
    install: "pip install ollama",
    usesKey: !isOpen,
    code: `${isOpen ? "" : "import os\n"}from ollama import Client

client = Client(
    host="${address}",${isOpen ? "" : `\n    headers={"Authorization": f"Bearer {os.environ['SALON_KEY']}"},`}
)
for part in client.chat(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
    stream=True,
):
    print(part.message.content, end="")
`,
  }),
  javascript: ({ address, model }) => ({
    file: "client.mjs",
    language: "javascript",
    install: "npm install openai",
    usesKey: true,
    code: `import OpenAI from "openai"

const client = new OpenAI({ baseURL: "${address}/v1", apiKey: process.env.SALON_KEY })
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
  curl: ({ address, model, isOpen }) => ({
    file: "shell",
    language: "shell",
    install: null,
    usesKey: !isOpen,
    code: `curl -N ${address}/v1/chat/completions \\
${isOpen ? "" : '  -H "Authorization: Bearer $SALON_KEY" \\\n'}  -H "Content-Type: application/json" \\
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
    usesKey: false,
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
