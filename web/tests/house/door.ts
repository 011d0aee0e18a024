import { readdirSync } from "node:fs"
import { type ClientRequest, createServer, type IncomingMessage, request as ask, type ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { resolve } from "node:path"

/**
 * A door in front of a house: it can be shut, take no WebSockets, and show the page as a newer build of it, in which
 * every file has another name and those of before are gone.
 */
export interface Door {
  address: string
  state: { isShut: boolean; refusesSockets: boolean; isNewer: boolean }
  /** Break everything that is open now. */
  cut(): void
  close(): Promise<void>
}

const ASSETS = resolve(import.meta.dirname, "../../../src/salon/surfaces/api/static/assets")
const HASHED = /-([\w-]{8})\.(?:js|css|woff2|svg)$/
const TEXT = /html|javascript|css|json/

/** The part of a file's name that is of its build: as it is, and as the newer build has it. */
const NEWER = new Map(
  readdirSync(ASSETS).flatMap((name) => {
    const hash = HASHED.exec(name)?.[1]
    return hash === undefined ? [] : [[hash, [...hash].toReversed().join("")] as const]
  }),
)
const OLDER = new Map([...NEWER].map(([old, newer]) => [newer, old]))
const renamed = (text: string, names: ReadonlyMap<string, string>): string =>
  text.replaceAll(/(?<=-)[\w-]{8}(?=\.(?:js|css|woff2|svg)\b)/g, (hash) => names.get(hash) ?? hash)

export async function openDoor(house: string): Promise<Door> {
  const state: Door["state"] = { isShut: false, refusesSockets: false, isNewer: false }
  const open = new Set<Duplex>()
  const { port, hostname } = new URL(house)
  const server = createServer((request, response) => pass(request, response, { port, hostname, isNewer: state.isNewer }))
  server.on("connection", (socket: Socket) => {
    if (state.isShut) return socket.resetAndDestroy()
    open.add(socket)
    socket.on("close", () => open.delete(socket))
  })
  server.on("upgrade", (request, near, head) => {
    if (state.refusesSockets) return near.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
    const far = connect(Number(port), hostname)
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
    far.write(`GET ${request.url} HTTP/1.1\r\n${pairs(request.rawHeaders).join("\r\n")}\r\n\r\n`)
    far.write(head)
    far.pipe(near).pipe(far)
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const bound = server.address()
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    address: `http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}${new URL(house).pathname.replace(/\/$/, "")}`,
    state,
    cut,
    close() {
      cut()
      return new Promise((done) => void server.close(() => done()))
    },
  }
}

const pairs = (raw: readonly string[]): string[] => raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []))

function pass(request: IncomingMessage, response: ServerResponse, to: { port: string; hostname: string; isNewer: boolean }): void {
  const path = request.url ?? "/"
  const isFile = path.includes("/assets/")
  // Of the build before nothing is left, as after an upgrade.
  if (isFile && to.isNewer && renamed(path, OLDER) === path) return void response.writeHead(404).end()
  const isPage = isFile || !/\/(?:salon\/v1|v1)\//.test(path)
  const headers = { ...request.headers, ...(isPage ? { "accept-encoding": "identity" } : {}) }
  if (isPage) delete headers["if-none-match"]
  const far: ClientRequest = ask({ port: to.port, hostname: to.hostname, method: request.method, headers, path: to.isNewer ? renamed(path, OLDER) : path })
  far.on("error", () => response.destroy())
  response.on("close", () => far.destroy())
  far.on("response", (answer) => {
    if (!to.isNewer || !isPage || !TEXT.test(answer.headers["content-type"] ?? "")) {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      return void answer.pipe(response)
    }
    const pieces: Buffer[] = []
    answer.on("data", (piece: Buffer) => pieces.push(piece))
    answer.on("end", () => {
      const text = renamed(Buffer.concat(pieces).toString(), NEWER).replace(/salon-shell-[\w-]{8}/, "salon-shell-newer000")
      const { "content-length": _, etag: __, ...kept } = answer.headers
      response.writeHead(answer.statusCode ?? 502, kept).end(text)
    })
  })
  request.pipe(far)
}
