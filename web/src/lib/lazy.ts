import { type ComponentType, type LazyExoticComponent, lazy as reactLazy } from "react"
import { backoffMs } from "./backoff.ts"

/**
 * A component that is loaded when it is first shown.
 *
 * Where the server is away it comes when that is back, for a part that cannot be had yet is no reason to take away
 * what is there. What fails while the server answers is told by React, as a part of a build that is no more.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as React has it: a component of any properties
export function lazy<T extends ComponentType<any>>(load: () => Promise<{ default: T }>): LazyExoticComponent<T> {
  return reactLazy(() => arrival(load))
}

/** What `load` brings, however long the server is away. Throws: what `load` throws while the server answers. */
export async function arrival<T>(load: () => Promise<T>, isServerUp = answers, pause = untilBack): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await load()
    } catch {
      // It may have come back since: then once more, and what that says counts.
      if (await isServerUp()) return load()
      await pause(failures)
    }
  }
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch(document.baseURI, { method: "HEAD", cache: "no-store" })).status < 500
  } catch {
    return false
  }
}

function untilBack(failures: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(goOn, backoffMs(failures, Math.random()))
    function goOn(): void {
      clearTimeout(timer)
      removeEventListener("online", goOn)
      resolve()
    }
    addEventListener("online", goOn)
  })
}
