/** The service worker that keeps the app itself, and nothing of what the server says, for when that does not answer. */

const KEPT = "salon-shell"

/** Keep the app in this browser; where that is not possible it works without. */
export async function keepApp(): Promise<void> {
  if (import.meta.env.DEV || !("serviceWorker" in navigator)) return
  try {
    await navigator.serviceWorker.register(new URL("sw.js", document.baseURI))
  } catch {
    // Private windows and addresses without encryption allow none.
  }
}

/** Forget the app in this browser, as who signs out expects. */
export async function dropApp(): Promise<void> {
  if (!("serviceWorker" in navigator)) return
  const registration = await navigator.serviceWorker.getRegistration(document.baseURI)
  // It goes on answering the pages that are open, and parts of the app are still to be loaded by them.
  registration?.active?.postMessage("forget")
  await registration?.unregister()
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith(KEPT)).map((name) => caches.delete(name)))
}
