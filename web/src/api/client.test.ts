import { afterEach, expect, test, vi } from "vitest"
import { api } from "@/api/client"

interface Asked {
  address: string
  init: RequestInit
}

function answering(answer: () => Response): Asked[] {
  const asked: Asked[] = []
  vi.stubGlobal("document", { baseURI: "https://salon.example/below/" })
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    asked.push({ address, init })
    return Promise.resolve(answer())
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

test("a call stands at its address below the base, with what it names", async () => {
  const asked = answering(() => Response.json({ items: [], next: null }))
  const params = { query: { folder: "a/b &c", is_pinned: true, limit: 5, tag: null } }
  const { data } = await api.GET("/salon/v1/conversations", { params })
  await api.GET("/salon/v1/conversations/{conversation_id}", { params: { path: { conversation_id: "a/b?" } } })
  expect(data).toEqual({ items: [], next: null })
  expect(asked.map(({ address }) => address)).toEqual([
    "https://salon.example/below/salon/v1/conversations?folder=a%2Fb%20%26c&is_pinned=true&limit=5",
    "https://salon.example/below/salon/v1/conversations/a%2Fb%3F",
  ])
  expect(asked[0]?.init).toEqual({ method: "GET", headers: { Accept: "application/json" } })
})

test("a body is sent as JSON, and a refusal is told as the server words it", async () => {
  const refusal = { error: { code: "invalid", message: "No." } }
  const asked = answering(() => Response.json(refusal, { status: 400 }))
  const { data, error, response } = await api.POST("/salon/v1/folders", { body: { name: "Work" } })
  expect([data, error, response.status]).toEqual([undefined, refusal, 400])
  expect(asked[0]?.init).toMatchObject({
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: '{"name":"Work"}',
  })
})

test("an answer without a body, one that is no JSON and one of bytes are told as they are", async () => {
  answering(() => new Response(null, { status: 204 }))
  expect((await api.POST("/salon/v1/sign-out")).data).toBeUndefined()
  answering(() => new Response("Bad gateway", { status: 502 }))
  expect((await api.GET("/salon/v1/status")).error).toBe("Bad gateway")
  answering(() => new Response("bytes"))
  const { data } = await api.POST("/salon/v1/foreign-pictures", { body: { address: "https://example.org/a.png" }, parseAs: "blob" })
  expect(await data?.text()).toBe("bytes")
})
