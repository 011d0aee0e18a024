import { readFile, rm } from "node:fs/promises"
import { createServer, request as ask } from "node:http"
import { extname, join } from "node:path"
import { buildPage } from "../../browser/build-page.ts"

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" }

export interface BarePage {
  address: string
  close(): Promise<void>
}

/** Build and serve the bare page; what it asks of `/v1` goes to the house. */
export async function openBarePage(house: string): Promise<BarePage> {
  const folder = await buildPage(import.meta.dirname)
  const server = createServer((request, response) => {
    const path = request.url ?? "/"
    if (path.startsWith("/v1/")) {
      const headers = { ...request.headers, host: new URL(house).host, origin: house }
      const onward = ask(new URL(path, house), { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on("error", () => response.destroy())
      request.pipe(onward)
      return
    }
    const name = path === "/" ? "index.html" : path.slice(1)
    readFile(join(folder, name)).then(
      (body) => response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done)
  })
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error("no port")
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
