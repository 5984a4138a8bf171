/* The phone's store. Everything about a person in it is sealed (crypto.js); names of records are random keys and opaque ids. */

const NAME = "anhu-field";
const VERSION = 1;
// meta: device, lock, contact, list · queue: finished forms by submission key · drafts: forms begun, by a random key
const STORES = ["meta", "queue", "drafts"];

let opened = null;

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const open = () => {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
};

// A write counts once it is on the disk: the browser may be killed at any moment.
const write = async (name, act) => {
  const transaction = (await open()).transaction(name, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  act(transaction.objectStore(name));
  return done;
};

const read = async (name, ask) => asked(ask((await open()).transaction(name).objectStore(name)));

export const get = (name, key) => read(name, (store) => store.get(key));
export const all = (name) => read(name, (store) => store.getAll());
export const keys = (name) => read(name, (store) => store.getAllKeys());
export const put = (name, key, value) => write(name, (store) => store.put(value, key));
export const remove = (name, key) => write(name, (store) => store.delete(key));
export const clear = (name) => write(name, (store) => store.clear());
