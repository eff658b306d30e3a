/** The outbox on disk: IndexedDB, so that what was written survives a reload, a crash and a day offline. */

/**
 * @typedef {import("./types").Pending} Pending
 * @typedef {Pending & {user_id: string, tab: string, order: number}} Row
 */

const DATABASE = "parlor";
const STORE = "outbox";

/**
 * Opens the outbox of one person in one tab.
 *
 * Every tab sends what was written in it. While a tab lives it holds a lock in its own name; what belongs to a tab
 * whose lock is free is taken over by exactly one other, so two open tabs never send the same message twice. On
 * plain http beyond this machine there are no locks: then both may send it, and the server sees by the nonce that
 * it is the same one.
 *
 * @param {{userId: string, tab: string, indexedDB?: IDBFactory, locks?: LockManager, clock?: () => number}} options
 * @returns {import("./outbox.js").Storage}
 */
export function open({ userId, tab, indexedDB = globalThis.indexedDB, locks = navigator.locks, clock = Date.now }) {
  let order = clock() * 1000;
  const database = connect(indexedDB);
  database.catch(() => {});
  void locks?.request(lockName(tab), () => new Promise(() => {})).catch(() => {});

  return {
    async put(item) {
      const store = await writable(database);
      /** @type {Row | undefined} */
      const known = await done(store.get(item.nonce));
      await done(store.put({ ...item, user_id: userId, tab, order: known?.order ?? (order += 1) }));
    },

    async remove(nonce) {
      const store = await writable(database);
      await done(store.delete(nonce));
    },

    async adopt() {
      const mine = await rows(database, userId);
      const owners = new Set(mine.map((row) => row.tab).filter((owner) => owner !== tab));
      /** @type {Row[]} */
      const adopted = [];
      for (const owner of owners) adopted.push(...(await takeOver(owner)));
      return adopted.sort((one, other) => one.order - other.order).map(pendingOf);
    },
  };

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
    const orphans = (await rows(database, userId)).filter((row) => row.tab === owner);
    const store = await writable(database);
    await Promise.all(orphans.map((row) => done(store.put({ ...row, tab }))));
    return orphans;
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
 * @param {string} userId
 * @returns {Promise<Row[]>}
 */
async function rows(database, userId) {
  /** @type {Row[]} */
  const all = await done((await database).transaction(STORE).objectStore(STORE).getAll());
  return all.filter((row) => row.user_id === userId);
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
