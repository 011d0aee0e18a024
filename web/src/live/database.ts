/** What a browser keeps of what was not sent yet: one IndexedDB for each Salon at this origin. */

export type StoreName = "outbox" | "drafts" | "files"

export interface Database {
  /** Run `work` in one transaction: all of it is kept, or nothing. It may await nothing but requests. */
  transact<T>(stores: readonly StoreName[], work: (tx: IDBTransaction) => Promise<T> | T): Promise<T>
  read<T>(stores: readonly StoreName[], work: (tx: IDBTransaction) => Promise<T> | T): Promise<T>
}

const VERSION = 1

/** Wait for a request. Throws: what the request failed with. */
export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB failed")))
  })
}

/** Open the database when it is first needed, and again when the browser has closed it. */
export function createDatabase(name: string): Database {
  let opening: Promise<IDBDatabase> | null = null
  const forget = (): void => {
    opening = null
  }

  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name, VERSION)
    request.addEventListener("upgradeneeded", () => {
      request.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true })
      request.result.createObjectStore("drafts", { keyPath: "key" })
      request.result.createObjectStore("files", { keyPath: "id" }).createIndex("draft", "draft")
    })
    const database = await done(request)
    database.addEventListener("close", forget)
    database.addEventListener("versionchange", () => {
      // A newer page wants to change it; this one opens it again if it still can.
      database.close()
      forget()
    })
    return database
  }

  const run = async <T>(
    stores: readonly StoreName[],
    mode: IDBTransactionMode,
    work: (tx: IDBTransaction) => Promise<T> | T,
  ): Promise<T> => {
    opening ??= open().catch((problem: unknown) => {
      forget()
      throw problem
    })
    // What was said must be there after the machine lost power, too.
    const tx = (await opening).transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" })
    const kept = new Promise<void>((resolve, reject) => {
      tx.addEventListener("complete", () => resolve())
      tx.addEventListener("abort", () => reject(tx.error ?? new Error("IndexedDB kept nothing")))
    })
    try {
      const [value] = await Promise.all([work(tx), kept])
      return value
    } catch (problem) {
      try {
        tx.abort()
      } catch {
        // It has ended by itself.
      }
      throw problem
    }
  }

  return {
    transact: (stores, work) => run(stores, "readwrite", work),
    read: (stores, work) => run(stores, "readonly", work),
  }
}
