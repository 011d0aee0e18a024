import { connect, createServer, type Socket } from "node:net"

/** The way between a test and the house: it can be cut, at any time, without a goodbye. */
export interface Wire {
  address: string
  /** Break everything that is open now. */
  cut(): void
  /** Let nobody through until `mend`. */
  sever(): void
  mend(): void
  close(): Promise<void>
}

/** Pages of the test's own at the address of the wire, by their paths: a type, and what is in it. */
export type Pages = Readonly<Record<string, readonly [type: string, body: string]>>

/** Open a wire to a house; what is asked for in `pages` is answered on the way. */
export async function openWire(house: string, pages: Pages = {}): Promise<Wire> {
  const port = Number(new URL(house).port)
  const open = new Set<Socket>()
  let isSevered = false
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  const server = createServer((near) => {
    if (isSevered) {
      near.resetAndDestroy()
      return
    }
    const far = connect(port, "127.0.0.1")
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.on("close", () => {
        open.delete(one)
        other.destroy()
      })
      one.on("error", () => other.destroy())
    }
    far.pipe(near)
    near.on("data", (bytes) => {
      // A browser says one request at a time, and each begins in a piece of its own.
      const path = /^GET (\S+) HTTP/.exec(bytes.subarray(0, 200).toString("latin1"))?.[1] ?? ""
      const page = pages[path]
      if (page === undefined) far.write(bytes)
      else near.write(answerWith(...page))
    })
    near.on("end", () => far.end())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const place = server.address()
  return {
    address: `http://127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`,
    cut,
    sever() {
      isSevered = true
      cut()
    },
    mend: () => (isSevered = false),
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function answerWith(type: string, body: string): string {
  const bytes = Buffer.byteLength(body)
  const head = ["HTTP/1.1 200 OK", `content-type: ${type}`, "cache-control: no-store", `content-length: ${bytes}`]
  return [...head, "", body].join("\r\n")
}

/** Numbers that look random and are the same for the same seed. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
