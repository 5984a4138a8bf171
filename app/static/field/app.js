/* The offline page: open with the PIN, today's list, the forms. Everything is drawn here from the phone's own store. */

import { drawAttempt } from "./attempt.js";
import { closeBox, newKey, seal, unlock, unseal } from "./crypto.js";
import { el } from "./draw.js";
import { drawVisit } from "./entry.js";
import { closeSheet } from "./look_over.js";
import { resultLines } from "./result.js";
import * as store from "./store.js";
import { isSecure, keepPages, lapse, LIST, serverNow, sync, takeList, today, unsent, WARN_AFTER_MS, wipe } from "./sync.js";
import { form as declared, load, say, sayDay, sayTime } from "./words.js";

const LOCK_AFTER_MS = 120_000;
const SYNC_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

const main = document.getElementById("main");
const place = document.getElementById("field-app");
const note = document.getElementById("field-note");

// In memory only, and only while the page is open and in use.
let dataKey = null;
let list = null;
let justStored = null;
let usedAt = Date.now();
// counts the screens that somebody has asked for: what takes a moment to draw gives way to what was asked for since
let asked = 0;
let listShownAt = -1;

const card = (...children) => el("section", { class: "card" }, el("div", { class: "card-body field-lock" }, ...children));
const link = (href, text) => el("a", { class: "btn", href, text });

// -- what stands above every screen -------------------------------------------------------------------------------------

const showNote = async (told) => {
  const { count, oldest, unreadable } = await unsent();
  const isLate = count && Date.now() - oldest > WARN_AFTER_MS;
  const lines = [];
  if (count) lines.push(el("b", { text: say("unsent", { n: count, at: sayTime(oldest) }) }));
  if (isLate) lines.push(el("span", { text: say("unsent_late") }));
  if (unreadable) lines.push(el("span", { text: say("unreadable", { n: unreadable }) }));
  if (count && told?.state === "signed-out") lines.push(el("a", { href: main.dataset.signIn, text: say("signed_out") }));
  if (told?.waiting) lines.push(el("a", { href: main.dataset.ownPhone, text: say("waiting", { n: told.waiting }) }));
  note.hidden = lines.length === 0;
  note.className = `note ${isLate ? "note-late" : "note-soon"}`;
  note.replaceChildren(...lines.flatMap((line) => [line, " "]));
};

const exchange = async () => {
  const told = await sync();
  await showNote(told);
  await redrawList();
  return told;
};

// -- screens -------------------------------------------------------------------------------------------------------------

const showMessage = (title, hint, ...more) => place.replaceChildren(card(el("h2", { text: say(title) }), el("p", { text: say(hint) }), ...more));

const showLocked = async () => {
  const turn = ++asked;
  closeSheet();
  place.replaceChildren();
  dataKey = list = justStored = null;
  await lapse();
  const [device, lock, wiped] = await Promise.all(["device", "lock", "wiped"].map((name) => store.get("meta", name)));
  if (turn !== asked) return null;
  if (wiped) return showMessage(wiped, `${wiped}_hint`, link(main.dataset.ownPhone, say("own_phone")));
  if (!device || !lock) return showMessage("not_set_up", "not_set_up_hint", link(main.dataset.ownPhone, say("own_phone")));
  if (!lock.part) return showMessage("no_part", "no_part_hint", link(main.dataset.signIn, say("sign_in")));
  const input = el("input", { class: "form-control", id: "pin", type: "password", inputmode: "numeric", maxlength: declared().lock.pin_digits, autocomplete: "off", "aria-describedby": "pin-error" });
  const error = el("p", { class: "field-error", id: "pin-error", role: "alert" });
  const form = el("form", { class: "field-lock", autocomplete: "off" },
    el("label", { class: "q-label", for: "pin", text: say("pin") }), input, error,
    el("button", { class: "btn btn-go btn-wide", text: say("unlock") }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pin = input.value;
    input.value = "";
    await tryPin(pin, error);
  });
  place.replaceChildren(el("section", { class: "card" }, el("div", { class: "card-body" }, form)));
  return input.focus();
};

/* A try is counted before it is made, so that killing the browser does not give it back. */
const tryPin = async (pin, error) => {
  const lock = await store.get("meta", "lock");
  await store.put("meta", "lock", { ...lock, wrong: lock.wrong + 1 });
  const key = await unlock(pin, lock);
  if (key === null) {
    const left = declared().lock.most_wrong - lock.wrong - 1;
    if (left > 0) error.textContent = say("wrong_pin", { left });
    else { await wipe("wiped"); await showLocked(); }
    return;
  }
  await store.put("meta", "lock", { ...lock, wrong: 0 });
  dataKey = key;
  const kept = await store.get("meta", LIST);
  list = kept ? await unseal(dataKey, kept, LIST) : { asOf: 0, tasks: [], done: {} };
  await showList();
  if (navigator.onLine) await refreshList();
};

const keepList = async () => store.put("meta", LIST, await seal(dataKey, list, LIST));

const refreshList = async () => {
  await exchange();
  try {
    const fresh = await takeList();
    if (dataKey === null) return;
    // whoever is done and still due has not been seen by the server, or waits for a decision
    const due = new Set(fresh.tasks.map((task) => task.patient));
    const done = Object.fromEntries(Object.entries(list.done).filter(([patient]) => due.has(patient)));
    list = { ...fresh, done };
    await keepList();
  } catch {
    return;
  }
  await redrawList();
};

// only where the list is what was asked for last: a form may be on its way
const redrawList = async () => { if (dataKey && listShownAt === asked) await drawList(asked); };

const showList = () => drawList(++asked);

const drawList = async (turn) => {
  const [day, drafts, queue] = [await today(), await begun(), new Set(await store.keys("queue"))];
  if (turn !== asked) return;
  listShownAt = turn;
  closeSheet();
  const rows = list.tasks.map((task) => drawTask(task, day, drafts, queue));
  place.replaceChildren(el("div", { "data-list": true }, justStored ? drawStored(queue) : null,
    el("div", { class: "field-head" },
      list.asOf ? el("span", { class: "sub", text: say("as_of", { at: sayTime(list.asOf) }) }) : null,
      el("button", { class: "btn btn-quiet btn-small", type: "button", text: say("refresh"), onclick: refreshList }),
      el("button", { class: "btn btn-quiet btn-small", type: "button", text: say("lock"), onclick: showLocked })),
    rows.length ? el("ul", { class: "items" }, ...rows)
      : el("section", { class: "card" }, el("div", { class: "empty" }, el("p", { class: "empty-title", text: say("no_tasks") }), el("p", { text: say("no_tasks_hint") })))));
  await showNote();
};

/* What was just finished, and who is next. Only in memory: the box in the queue does not open here any more. */
const drawStored = (queue) => {
  const { task, draft, typed } = justStored;
  const next = list.tasks.find((one) => !list.done[one.patient]);
  return el("section", { class: "card field-stored", role: "status", "data-stored": true },
    el("div", { class: "card-body" },
      el("h2", { text: say(queue.has(draft.key) ? "stored" : "stored_sent", { name: task.name }) }),
      ...(draft.kind === "visit" && typed.meeting?.[0] === "1" ? resultLines(typed) : []),
      next ? el("button", { class: "btn btn-go btn-wide", type: "button", "data-next": true, text: say("next_one", { name: next.name }), onclick: () => openForm(next, "visit") }) : null));
};

const drawTask = (task, day, drafts, queue) => {
  const late = Math.round((Date.parse(day) - Date.parse(task.due)) / DAY_MS);
  const isDone = Boolean(list.done[task.patient]);
  const pill = late > 0 ? el("span", { class: "pill late", text: say("overdue", { days: late }) }) : el("span", { class: "pill soon", text: say("due", { day: sayDay(task.due) }) });
  const start = drafts.has(task.patient) ? say("go_on") : say("start");
  const acts = el("div", { class: task.phone ? "acts acts-three" : "acts" },
    task.phone ? el("a", { class: "btn btn-quiet", href: `tel:${task.phone}`, "aria-label": say("call_whom", { name: task.name }), text: say("call") }) : null,
    el("button", { class: "btn btn-quiet", type: "button", text: say("attempt"), onclick: () => openForm(task, "attempt") }),
    el("button", { class: "btn btn-go", type: "button", "data-start": task.patient, text: start, onclick: () => openForm(task, "visit") }));
  return el("li", { class: "card item" },
    el("div", { class: "row-line" }, el("span", { class: "item-name", text: task.name }), " ", el("small", { text: task.village }), isDone ? null : pill),
    isDone ? el("div", { class: "sub", "data-done": true, text: say(queue.has(list.done[task.patient]) ? "done" : "sent") }) : acts);
};

// -- forms -----------------------------------------------------------------------------------------------------------------

const begun = async () => new Set((await openDrafts()).filter((draft) => draft.kind === "visit").map((draft) => draft.patient));

const openDrafts = async () => {
  const found = await Promise.all((await store.keys("drafts")).map(async (key) => {
    try {
      return await unseal(dataKey, await store.get("drafts", key), key);
    } catch {
      return null; // of another lock: it cannot be opened any more
    }
  }));
  return found.filter(Boolean);
};

const keepDraft = async (draft) => { if (dataKey) await store.put("drafts", draft.key, await seal(dataKey, draft, draft.key)); };

const openForm = async (task, kind) => {
  const turn = ++asked;
  justStored = null;
  const found = (await openDrafts()).find((draft) => draft.patient === task.patient && draft.kind === kind);
  const first = kind === "visit" ? { visited_on: [await today()], meeting: ["1"] } : { attempted_on: [await today()] };
  const draft = found ?? { key: newKey(), kind, patient: task.patient, based_on: task.based_on, seen: task.seen, answers: first, same: [] };
  const acts = {
    today: await today(),
    keep: keepDraft,
    finish: (filled, typed) => finish(task, filled, typed ?? filled.answers),
    back: showList,
    discard: async () => { await store.remove("drafts", draft.key); await showList(); },
  };
  if (turn !== asked) return;
  (kind === "visit" ? drawVisit : drawAttempt)(place, task, draft, acts);
  window.scrollTo({ top: 0, behavior: "instant" });
};

const finish = async (task, draft, typed) => {
  const device = await store.get("meta", "device");
  const content = {
    kind: draft.kind,
    patient: draft.patient,
    based_on: draft.based_on,
    seen: draft.seen,
    same: draft.same,
    answers: draft.answers,
    claimed_at: new Date(await serverNow()).toISOString(),
  };
  const box = await closeBox(device.sealTo, content, `${device.id}:${draft.key}`);
  await store.put("queue", draft.key, { key: draft.key, box, at: Date.now() });
  await store.remove("drafts", draft.key);
  list.done[task.patient] = draft.key;
  justStored = { task, draft, typed };
  await keepList();
  await showList();
  window.scrollTo({ top: 0, behavior: "instant" });
  if (navigator.onLine) await exchange();
};

// -- life ------------------------------------------------------------------------------------------------------------------

const lockIfIdle = () => { if (dataKey && Date.now() - usedAt > LOCK_AFTER_MS) showLocked(); };

const begin = async () => {
  await load(main.dataset.declaration);
  document.title = document.title || say("title");
  if (!isSecure()) return showMessage("insecure", "insecure_hint");
  if ("serviceWorker" in navigator) await keepPages().catch(() => null);
  await showLocked();
  await showNote();
  for (const used of ["pointerdown", "keydown"]) document.addEventListener(used, () => { usedAt = Date.now(); }, true);
  document.addEventListener("visibilitychange", lockIfIdle);
  window.setInterval(lockIfIdle, 10_000);
  window.setInterval(exchange, SYNC_EVERY_MS);
  window.addEventListener("online", exchange);
  const told = await exchange();
  // the server's part may have come back with this exchange
  if (dataKey === null && told.state === "open" && !place.querySelector("#pin")) await showLocked();
  return null;
};

begin();
