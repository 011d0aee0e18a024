/** Says things to the other tabs of this Salon, and hears them. */
export interface Channel<T> {
  tell(note: T): void
  onTold(run: (note: T) => void): void
}

export function openChannel<T>(name: string): Channel<T> {
  const channel = new BroadcastChannel(name)
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it reaches this origin alone
    tell: (note) => channel.postMessage(note),
    onTold: (run) => channel.addEventListener("message", ({ data }: MessageEvent<T>) => run(data)),
  }
}
