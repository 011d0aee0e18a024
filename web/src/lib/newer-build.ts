/** Whether the server's document names another script than the one that runs here; false while it does not answer. */
export async function isOutdated(): Promise<boolean> {
  const running = document.querySelector("script[type=module][src]")?.getAttribute("src")
  if (!running) return false
  try {
    const answer = await fetch(document.baseURI, { cache: "no-cache", headers: { Accept: "text/html" } })
    return answer.ok && !(await answer.text()).includes(running)
  } catch {
    return false
  }
}
