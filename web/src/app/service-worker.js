// Keeps what the app itself is made of, so that it opens without the server. Nothing that the server says of anyone
// is kept: only the files below, and hashed files, which never change. FILES and NAME come from the build.
const FILES = []
const NAME = "salon-shell"
const KEPT = /\/assets\/[^/]+-[\w-]{8}\.\w+$/

function isOld(name) {
  return name.startsWith("salon-shell") && name !== NAME
}

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)))
  skipWaiting()
})

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  )
})

addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin) return
  // A page is always asked for anew; the kept one stands in while the server does not answer.
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("./", { cacheName: NAME }).then((kept) => kept ?? Response.error())))
  } else if (KEPT.test(url.pathname)) {
    event.respondWith(caches.match(request, { cacheName: NAME }).then((kept) => kept ?? fetchAndKeep(request)))
  }
})

/** Whether the app is kept: not after somebody signed out, though this still stands between page and server. */
let isKeeping = true

addEventListener("message", (event) => {
  if (event.data === "forget") isKeeping = false
})

async function fetchAndKeep(request) {
  const answer = await fetch(request)
  if (answer.ok && isKeeping) await (await caches.open(NAME)).put(request, answer.clone())
  return answer
}
