/** Lets through so many things a second, some more at once, and the rest in order as soon as it may. */
export interface Pacer {
  add(send: () => void): void
  clear(): void
}

export interface PacerPorts {
  now(): number
  after(ms: number, run: () => void): () => void
}

export function createPacer(ports: PacerPorts, limits: { perSecond: number; atOnce: number }): Pacer {
  let left = limits.atOnce
  let countedAt = ports.now()
  let waiting: (() => void)[] = []
  let takeBack: (() => void) | null = null

  const pump = (): void => {
    takeBack = null
    const now = ports.now()
    left = Math.min(limits.atOnce, left + ((now - countedAt) * limits.perSecond) / 1000)
    countedAt = now
    while (left >= 1 && waiting.length > 0) {
      left -= 1
      waiting.shift()?.()
    }
    if (waiting.length > 0) takeBack = ports.after(Math.ceil((1000 * (1 - left)) / limits.perSecond), pump)
  }

  return {
    add(send) {
      waiting.push(send)
      if (takeBack === null) pump()
    },
    clear() {
      takeBack?.()
      takeBack = null
      waiting = []
    },
  }
}
