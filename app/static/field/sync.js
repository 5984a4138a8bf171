/* Talking with the server: what waits here goes up by itself, each form once by its key, however often it is sent. */

import { importPart } from "./crypto.js";
import * as store from "./store.js";

const HOURS_MS = 3600 * 1000;
export const LAPSES_AFTER_MS = 72 * HOURS_MS;
export const WARN_AFTER_MS = 24 * HOURS_MS;
const CLOCK_OFF_MS = HOURS_MS;
const A_BATCH = 10;
const ONE_AT_A_TIME = "anhu-field-sync";
const WAIT_FOR_SILENCE_MS = 5000;
const DAY_MS = 24 * HOURS_MS;
const SHANGHAI_MS = 8 * HOURS_MS;
const CACHES = "anhu-field-";
// the name of the list in the store, and the place that it is sealed for
export const LIST = "list";

export const isSecure = () => globalThis.isSecureContext && Boolean(globalThis.crypto?.subtle) && Boolean(globalThis.indexedDB);

class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

// The header makes the server answer 401 instead of a sign-in page.
const ask = async (address, fields, csrf) => {
  const options = { redirect: "error", headers: { "HX-Request": "true" } };
  if (fields) Object.assign(options, { method: "POST", body: new URLSearchParams(fields), headers: { ...options.headers, "X-CSRFToken": csrf } });
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Refused(answer.status);
  return answer.json();
};

export const takeToken = () => ask("/field/token");

/* What the server says of the time, beside what this phone's clock said at that moment. A clock that was set meanwhile is told to
   the server with the forms that were filled in under it. */
const noteContact = async (told) => {
  const serverAt = Date.parse(told.now);
  const off = (await serverNow()) - serverAt;
  if (Math.abs(off) > CLOCK_OFF_MS && (await store.keys("queue")).length) await store.put("meta", "clock-off", off);
  await store.put("meta", "contact", { at: Date.now(), serverAt, today: told.today });
};

/* The server's time as far as this phone can tell. */
export const serverNow = async () => {
  const contact = await store.get("meta", "contact");
  return contact ? Date.now() + contact.serverAt - contact.at : Date.now();
};

/* The business day: the day that the server named, and the days that have passed since. */
export const today = async () => {
  const contact = await store.get("meta", "contact");
  const now = await serverNow();
  const dayOf = (ms) => Math.floor((ms + SHANGHAI_MS) / DAY_MS);
  const passed = contact ? dayOf(now) - dayOf(contact.serverAt) : 0;
  const from = contact ? Date.parse(`${contact.today}T00:00:00Z`) : dayOf(now) * DAY_MS;
  return new Date(from + passed * DAY_MS).toISOString().slice(0, 10);
};

export const unsent = async () => {
  const queue = await store.all("queue");
  return {
    count: queue.length,
    oldest: queue.reduce((oldest, one) => Math.min(oldest, one.at), Infinity),
    unreadable: queue.filter((one) => one.isUnreadable).length,
  };
};

/* The store closes when the phone has not been heard from for three days; what is not sent stays. */
export const lapse = async () => {
  const [lock, contact] = await Promise.all([store.get("meta", "lock"), store.get("meta", "contact")]);
  if (!lock?.part) return;
  const silent = Date.now() - (contact?.at ?? 0);
  if (silent > LAPSES_AFTER_MS || silent < -LAPSES_AFTER_MS) await forgetPart();
};

/* Without the server's part nothing here opens until it is handed out again, over a signed-in session. */
export const forgetPart = async () => {
  const lock = await store.get("meta", "lock");
  if (lock) await store.put("meta", "lock", { ...lock, part: null });
  await store.remove("meta", LIST);
};

/* All but the unsent queue and what is needed to send it. */
export const wipe = async (why) => {
  await Promise.all([store.remove("meta", "lock"), store.remove("meta", LIST), store.clear("drafts")]);
  await store.put("meta", "wiped", why);
};

/* Also for pages of other rooms: whoever opens them without a network is led to the offline page. */
export const keepPages = () => navigator.serviceWorker.register("/field/sw.js", { scope: "/" });

export const forgetPages = async () => {
  for (const name of await caches.keys()) if (name.startsWith(CACHES)) await caches.delete(name);
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
};

const contact = async (csrf, device) => {
  const waiting = await unsent();
  const lock = await store.get("meta", "lock");
  const fields = { device: device.id, unsent: String(waiting.count), part: lock && !lock.part ? "1" : "0" };
  if (waiting.count) fields.oldest_seconds = String(Math.max(0, Math.round((Date.now() - waiting.oldest) / 1000)));
  const told = await ask("/field/contact", fields, csrf);
  await noteContact(told);
  if (told.state === "revoked" && lock) await wipe("revoked");
  else if (told.server_part && lock) await store.put("meta", "lock", { ...lock, part: await importPart(told.server_part) });
  return told;
};

const sendBatch = async (csrf, device, batch) => {
  const sent = batch.map(({ key, box }) => ({ key, box }));
  const off = (await store.get("meta", "clock-off")) ?? 0;
  const sentAt = new Date((await serverNow()) + off).toISOString();
  const told = await ask("/field/sync", { device: device.id, sent_at: sentAt, batch: JSON.stringify(sent) }, csrf);
  for (const { key, answer } of told.answers) {
    if (answer !== "unreadable") await store.remove("queue", key);
    else await store.put("queue", key, { ...batch.find((one) => one.key === key), isUnreadable: true });
  }
};

/* One exchange: what waits goes up, the server's part comes back. Answers {state, waiting}; state: none · signed-out · offline ·
   foreign (another user's phone) · open · revoked · busy (another tab is at it). */
const exchange = async () => {
  const device = await store.get("meta", "device");
  if (!device) return { state: "none" };
  try {
    const { csrf, waiting } = await takeToken();
    let told = await contact(csrf, device);
    const queue = (await store.all("queue")).sort((a, b) => a.at - b.at);
    for (let from = 0; from < queue.length; from += A_BATCH) await sendBatch(csrf, device, queue.slice(from, from + A_BATCH));
    if (!(await store.keys("queue")).length) await store.remove("meta", "clock-off");
    let waits = waiting;
    if (queue.length) {
      told = await contact(csrf, device);
      waits = (await takeToken()).waiting;
    }
    return { state: told.state, waiting: waits, csrf };
  } catch (refused) {
    if (!(refused instanceof Refused)) return { state: "offline" };
    return { state: { 401: "signed-out", 403: "foreign", 404: "foreign" }[refused.status] ?? "offline" };
  }
};

export const sync = async () => {
  await lapse();
  if (!navigator.locks) return exchange();
  return navigator.locks.request(ONE_AT_A_TIME, { ifAvailable: true }, (lock) => (lock ? exchange() : { state: "busy" }));
};

/* Runs `leave` while no page of this browser talks to the server, and lets none begin before this page is gone: an answer on its way
   would bring the server's part back. */
export const whileSilent = (leave) => {
  if (!navigator.locks) return leave();
  const isLate = AbortSignal.timeout(WAIT_FOR_SILENCE_MS);
  return navigator.locks.request(ONE_AT_A_TIME, { signal: isLate }, async () => { await leave(); await new Promise(() => {}); }).catch(leave);
};

/* Today's tasks, as the server has them now. */
export const takeList = async () => {
  const device = await store.get("meta", "device");
  const { csrf } = await takeToken();
  const told = await ask("/field/list", { device: device.id }, csrf);
  await noteContact(told);
  return { asOf: Date.now(), tasks: told.tasks };
};

export const turnOn = async (label, csrf) => {
  const told = await ask("/field/turn-on", { label }, csrf);
  await noteContact(told);
  return told;
};
