import { readFile, rm } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { extname, join } from "node:path"
import { buildPage } from "../build-page.ts"

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
}
/** As the real server sends it. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
const FRAME_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
const PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'

export interface Theatre {
  address: string
  /** What was asked of the second server, which nobody should ask anything. */
  canary: string
  heard: string[]
  close(): Promise<void>
}

/** Build the page that holds the renderer alone and serve it; beside it listens a stranger. */
export async function openTheatre(): Promise<Theatre> {
  const folder = await buildPage(import.meta.dirname)
  const heard: string[] = []
  const house = await listen((path) => serveFile(folder, path))
  const stranger = await listen((path) => {
    heard.push(path)
    return Promise.resolve({ type: "image/svg+xml", body: PIXEL })
  })
  return {
    address: addressOf(house),
    canary: addressOf(stranger),
    heard,
    close: async () => {
      await Promise.all([shut(house), shut(stranger)])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Answer {
  type: string
  body: string | Buffer
}

async function serveFile(folder: string, path: string): Promise<Answer | null> {
  if (path === "/own.svg") return { type: "image/svg+xml", body: PIXEL }
  const name = path === "/" ? "index.html" : path.replace(/^\/+/, "")
  if (name.includes("..")) return null
  try {
    return { type: TYPES[extname(name)] ?? "application/octet-stream", body: await readFile(join(folder, name)) }
  } catch {
    return null
  }
}

async function listen(serve: (path: string) => Promise<Answer | null>): Promise<Server> {
  const server = createServer((request, response) => {
    void serve(request.url ?? "/").then((answer) => {
      if (answer === null) response.writeHead(404)
      else response.writeHead(200, { "Content-Type": answer.type, ...headersFor(request.url ?? "/") })
      response.end(answer?.body)
    })
  })
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done)
  })
  return server
}

function headersFor(path: string): Record<string, string> {
  if (path.startsWith("/frame/")) return { "Content-Security-Policy": FRAME_POLICY, "Access-Control-Allow-Origin": "*" }
  return { "Content-Security-Policy": POLICY, "Cross-Origin-Resource-Policy": "same-origin" }
}

function addressOf(server: Server): string {
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error("no port")
  return `http://127.0.0.1:${bound.port}`
}

function shut(server: Server): Promise<void> {
  return new Promise((done) => {
    server.closeAllConnections()
    server.close(() => done())
  })
}
