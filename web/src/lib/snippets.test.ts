import { expect, test } from "vitest"
import { highlight } from "@/lib/highlight"
import { CLIENTS, isLoopback, snippetFor } from "@/lib/snippets"

const TARGET = { address: "http://127.0.0.1:8420", model: "demo", isOpen: true }

test.each(CLIENTS)("the %s snippet names the model and keeps every character when coloured", (client) => {
  const snippet = snippetFor(client, TARGET)
  expect(snippet.code).toContain('"demo"')
  const tokens = highlight(snippet.code, snippet.language)
  expect(tokens.map((token) => token.text).join("")).toBe(snippet.code)
  expect(tokens.some((token) => token.role === "str")).toBe(true)
})

test.each(CLIENTS)("the %s snippet reads its key from the environment and holds none", (client) => {
  const code = snippetFor(client, { ...TARGET, isOpen: false }).code
  expect(code).not.toMatch(/sk-/)
  if (client !== "salon") expect(code).toMatch(/SALON_KEY/)
})

test("on the machine itself curl and Ollama need no key", () => {
  expect(snippetFor("curl", TARGET).code).not.toContain("Authorization")
  expect(snippetFor("ollama", TARGET).code).not.toContain("SALON_KEY")
  expect([snippetFor("curl", TARGET).usesKey, snippetFor("openai", TARGET).usesKey]).toEqual([false, true])
})

test.each([
  ["http://127.0.0.1:8420", true],
  ["http://localhost:8420", true],
  ["http://[::1]:8420", true],
  ["https://salon.example.org", false],
  ["http://192.168.1.4:8420", false],
  ["http://127.0.0.1.example.org", false],
])("%s is this machine: %s", (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})
