/**
 * The outbox on disk: IndexedDB, so that what was written survives a reload, a crash and a day offline. Until that
 * has it, which takes some milliseconds, a copy is in localStorage, which takes it at once: a tab that closes right
 * after Enter, or a browser without IndexedDB, keeps it too.
 */

/**
 * @typedef {import("./types").Pending} Pending
 * @typedef {Pending & {user_id: string, tab: string, order: number}} Row
 */

const DATABASE = "parlor";
const STORE = "outbox";
const JOURNAL = "outbox:";

/**
 * Opens the outbox of one person in one tab.
 *
 * Every tab sends what was written in it. While a tab lives it holds a lock in its own name; what belongs to a tab
 * whose lock is free is taken over by exactly one other, so two open tabs never send the same message twice. On
 * plain http beyond this machine there are no locks: then both may send it, and the server sees by the nonce that
 * it is the same one.
 *
 * @param {object} options
 * @param {string} options.userId
 * @param {string} options.tab
 * @param {IDBFactory} [options.indexedDB]
 * @param {globalThis.Storage | null} [options.localStorage]
 * @param {LockManager} [options.locks]
 * @param {() => number} [options.clock]
 * @returns {import("./outbox.js").Storage}
 */
export function open({
  userId,
  tab,
  indexedDB = globalThis.indexedDB,
  localStorage = reachable(),
  locks = globalThis.navigator?.locks,
  clock = Date.now,
}) {
  let order = clock() * 1000;
  const database = connect(indexedDB);
  const journal = new Journal(localStorage);
  database.catch(() => {});
  void locks?.request(lockName(tab), () => new Promise(() => {})).catch(() => {});

  return {
    async put(item) {
      const row = { ...item, user_id: userId, tab, order: (order += 1) };
      const copy = journal.write(row);
      const store = await writable(database);
      /** @type {Row | undefined} */
      const known = await done(store.get(item.nonce));
      store.put({ ...row, order: known?.order ?? row.order });
      await committed(store.transaction);
      journal.erase(item.nonce, copy);
    },

    async remove(nonce) {
      journal.erase(nonce);
      const store = await writable(database);
      await done(store.delete(nonce));
    },

    async adopt() {
      const mine = await kept();
      const owners = new Set(mine.map((row) => row.tab).filter((owner) => owner !== tab));
      /** @type {Row[]} */
      const adopted = [];
      for (const owner of owners) adopted.push(...(await takeOver(owner)));
      return adopted.sort((one, other) => one.order - other.order).map(pendingOf);
    },
  };

  /** @returns {Promise<Row[]>} everything of this person's, once: IndexedDB's row is older than the journal's */
  async function kept() {
    const stored = await rows(database).catch(() => []);
    const mine = [...stored, ...journal.rows()].filter((row) => row.user_id === userId);
    return [...new Map(mine.map((row) => [row.nonce, row])).values()];
  }

  /** @param {string} owner */
  async function takeOver(owner) {
    if (!locks) return reassign(owner);
    return locks.request(lockName(owner), { ifAvailable: true }, (lock) => (lock ? reassign(owner) : []));
  }

  /**
   * @param {string} owner
   * @returns {Promise<Row[]>}
   */
  async function reassign(owner) {
    const orphans = (await kept()).filter((row) => row.tab === owner).map((row) => ({ ...row, tab }));
    const copies = orphans.map((row) => journal.write(row));
    const moved = writable(database).then((store) => {
      for (const row of orphans) store.put(row);
      return committed(store.transaction);
    });
    await moved.then(
      () => orphans.forEach(({ nonce }, index) => journal.erase(nonce, copies[index])),
      () => {}, // the journal has them
    );
    return orphans;
  }
}

/** Rows that IndexedDB hasn't confirmed. A browser that refuses the storage only loses the safety. */
class Journal {
  #storage;

  /** @param {globalThis.Storage | null} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /**
   * @param {Row} row
   * @returns {string} what was written, for `erase`
   */
  write(row) {
    const copy = JSON.stringify(row);
    try {
      this.#storage?.setItem(JOURNAL + row.nonce, copy);
    } catch {
      // Full or forbidden: IndexedDB takes it in a moment.
    }
    return copy;
  }

  /**
   * @param {string} nonce
   * @param {string} [copy] erase only this: a newer state of the same message stays
   */
  erase(nonce, copy) {
    const key = JOURNAL + nonce;
    if (copy === undefined || this.#storage?.getItem(key) === copy) this.#storage?.removeItem(key);
  }

  /** @returns {Row[]} */
  rows() {
    const keys = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(JOURNAL));
    return keys.map((key) => JSON.parse(this.#storage?.getItem(key) ?? "null")).filter(Boolean);
  }
}

/** @returns {globalThis.Storage | null} */
function reachable() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/** @param {string} tab */
function lockName(tab) {
  return `parlor-outbox-${tab}`;
}

/**
 * @param {Row} row
 * @returns {Pending}
 */
function pendingOf({ nonce, room_id, text, created_at, state, error }) {
  return { nonce, room_id, text, created_at, state, error };
}

/**
 * @param {IDBFactory} indexedDB
 * @returns {Promise<IDBDatabase>}
 */
function connect(indexedDB) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "nonce" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("The outbox is held by another version of this page."));
  });
}

/** @param {Promise<IDBDatabase>} database */
async function writable(database) {
  return (await database).transaction(STORE, "readwrite", { durability: "strict" }).objectStore(STORE);
}

/**
 * @param {Promise<IDBDatabase>} database
 * @returns {Promise<Row[]>}
 */
async function rows(database) {
  return done((await database).transaction(STORE).objectStore(STORE).getAll());
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>} when it is on disk
 */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
