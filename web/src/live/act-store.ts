import { type ActStore, type NewAct, type Problem, type QueuedAct, waitsFor, withId } from "@/live/acts"
import { type Database, done } from "@/live/database"

const CLAIM_MS = 30_000

/** Add an act inside a transaction of somebody's own. */
export function addAct(tx: IDBTransaction, act: NewAct): void {
  tx.objectStore("outbox").add(act)
}

const all = (tx: IDBTransaction): Promise<QueuedAct[]> => done(tx.objectStore("outbox").getAll())
const put = (tx: IDBTransaction, act: QueuedAct): void => void tx.objectStore("outbox").put(act)

/** The acts of the outbox in IndexedDB. */
export function createActStore(database: Database): ActStore {
  const change = (work: (tx: IDBTransaction, acts: QueuedAct[]) => void): Promise<void> =>
    database.transact(["outbox"], async (tx) => work(tx, await all(tx)))

  return {
    list: () => database.read(["outbox"], all),
    add: (act) => database.transact(["outbox"], (tx) => addAct(tx, act)),
    answered: (act, id) =>
      change((tx, acts) => {
        tx.objectStore("outbox").delete(act.seq)
        if (id === null) return
        for (const other of acts) if (waitsFor(other, act.id)) put(tx, withId(other, act.id, id))
      }),
    refused: (act, problem) =>
      database.transact(["outbox"], async (tx) => {
        const refused = withWaiting(await all(tx), act, problem)
        for (const one of refused) put(tx, one)
        return refused
      }),
    remove: (id) =>
      change((tx, acts) => {
        for (const act of acts) if (act.id === id) tx.objectStore("outbox").delete(act.seq)
      }),
    again: (id) =>
      change((tx, acts) => {
        for (const act of acts) if (act.id === id || waitsFor(act, id)) put(tx, { ...act, problem: null })
      }),
    claim: (act, tab, nowMs) =>
      database.transact(["outbox"], async (tx) => {
        const found = (await all(tx)).find((other) => other.seq === act.seq)
        const claim = found?.claim
        if (!found || (claim && claim.tab !== tab && claim.untilMs > nowMs)) return false
        put(tx, { ...found, claim: { tab, untilMs: nowMs + CLAIM_MS } })
        return true
      }),
  }
}

/** An act that is refused, and those that wait for it, all with the same problem. */
export function withWaiting(acts: readonly QueuedAct[], act: QueuedAct, problem: Problem): QueuedAct[] {
  const ids = new Set([act.id])
  const found: QueuedAct[] = []
  for (const one of acts) {
    if (one.id !== act.id && ![...ids].some((id) => waitsFor(one, id))) continue
    ids.add(one.id)
    found.push({ ...one, problem })
  }
  return found
}
