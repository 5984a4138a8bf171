/* On every page of who may work offline: what has not gone up yet and since when; sends it; cleans up at sign-out. */

import * as store from "./store.js";
import { forgetPages, forgetPart, isSecure, keepPages, sync, unsent, WARN_AFTER_MS, whileSilent } from "./sync.js";
import { load, say, sayTime } from "./words.js";

const SYNC_EVERY_MS = 60_000;
const SIGN_OUT = "/logout";

const note = document.getElementById("field-note");

const line = (text, href) => {
  const made = document.createElement(href ? "a" : "span");
  made.textContent = text;
  if (href) made.href = href;
  return made;
};

// A page that says itself what waits for a decision does not say it twice.
const isSaid = () => document.querySelector("[data-waiting]") !== null;

const show = async (answer) => {
  const told = isSaid() ? { ...answer, waiting: 0 } : answer;
  const { count, oldest, unreadable } = await unsent();
  const isCut = !navigator.onLine || told.state === "offline";
  if (!count && !told.waiting && !isCut) { note.hidden = true; return; }
  await load(note.dataset.declaration);
  const isLate = count && Date.now() - oldest > WARN_AFTER_MS;
  const lines = [];
  if (isCut) lines.push(line(say("offline_now")), line(say("go_offline"), note.dataset.work));
  if (count) lines.push(line(say("unsent", { n: count, at: sayTime(oldest) }), note.dataset.work));
  if (isLate) lines.push(line(say("unsent_late")));
  if (unreadable) lines.push(line(say("unreadable", { n: unreadable })));
  if (told.waiting) lines.push(line(say("waiting", { n: told.waiting }), note.dataset.ownPhone));
  note.className = `flash ${isLate ? "flash-late" : "flash-soon"}`;
  note.replaceChildren(...lines.flatMap((one) => [one, " "]));
  note.hidden = false;
};

const exchange = async () => {
  try {
    await show(await sync());
  } catch {
    note.hidden = true; // a page without its comfort is still a page
  }
};

/* Signing out takes the server's part and the kept pages along; the unsent queue stays. */
const tidyAtSignOut = (event) => {
  const form = event.target;
  if (new URL(form.action, location.href).pathname !== SIGN_OUT || form.dataset.isTidy) return;
  event.preventDefault();
  whileSilent(async () => {
    await Promise.allSettled([forgetPart(), forgetPages()]);
    form.dataset.isTidy = "1";
    form.submit();
  });
};

const begin = async () => {
  if (!note || !isSecure()) return;
  document.addEventListener("submit", tidyAtSignOut);
  if (!(await store.get("meta", "device"))) return;
  keepPages().catch(() => null); // signing out had taken them along
  window.setInterval(exchange, SYNC_EVERY_MS);
  window.addEventListener("online", exchange);
  window.addEventListener("offline", exchange);
  await exchange();
};

begin();
