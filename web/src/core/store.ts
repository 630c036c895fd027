// One small database on the device: what is waiting to be sent, and what was last read.
const NAME = 'tidehub'
const VERSION = 2
export type Shelf = 'outbox' | 'kept' | 'device' | 'drafts'

let opened: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, VERSION)
    asked.onupgradeneeded = () => {
      const missing = (shelf: Shelf) => !asked.result.objectStoreNames.contains(shelf)
      // The key of a waiting command is the device's count: IndexedDB never gives one out twice.
      if (missing('outbox')) asked.result.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true })
      for (const shelf of ['kept', 'device', 'drafts'] as const) if (missing(shelf)) asked.result.createObjectStore(shelf)
    }
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => fail(asked.error ?? new Error('IndexedDB'))
  })
  return opened
}

async function run<T>(shelf: Shelf, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  return new Promise((done, fail) => {
    const transaction = database.transaction(shelf, mode)
    const asked = work(transaction.objectStore(shelf))
    // Done means durable: the transaction's end, not the request's.
    transaction.oncomplete = () => done(asked.result)
    transaction.onerror = transaction.onabort = () => fail(transaction.error ?? new Error('IndexedDB'))
  })
}

export const read = <T>(shelf: Shelf, key: IDBValidKey) => run<T | undefined>(shelf, 'readonly', (store) => store.get(key) as IDBRequest<T | undefined>)
export const readAll = <T>(shelf: Shelf) => run<T[]>(shelf, 'readonly', (store) => store.getAll() as IDBRequest<T[]>)
export const put = (shelf: Shelf, value: unknown, key?: IDBValidKey) => run(shelf, 'readwrite', (store) => store.put(value, key))
export const add = (shelf: Shelf, value: unknown) => run(shelf, 'readwrite', (store) => store.add(value)) as Promise<number>
export const drop = (shelf: Shelf, key: IDBValidKey) => run(shelf, 'readwrite', (store) => store.delete(key))
export const clear = (shelf: Shelf) => run(shelf, 'readwrite', (store) => store.clear())

// The device's own name: it lives and dies with its count, so that the pair is never used twice.
let naming: Promise<string> | undefined
export function deviceId(): Promise<string> {
  naming ??= (async () => {
    const known = await read<string>('device', 'id')
    if (known) return known
    const made = `web-${newId()}`
    await put('device', made, 'id')
    return made
  })()
  return naming
}

// crypto.randomUUID exists on secure origins only; a harbour's own network may have none.
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
