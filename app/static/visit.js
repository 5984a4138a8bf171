/* The visit form's comforts. Decides nothing: classes, days and errors are the server's words (`#result-live`, `#flaws`). */

import { showTrend, showWhatIsAsked } from "./visit/asked.js";
import { leave, tellFlaws, typedInto } from "./visit/flaws.js";
import { form, isTick, live } from "./visit/form.js";
import { markChanged, nameButtons } from "./visit/groups.js";
import * as summary from "./visit/summary.js";

const AFTER_A_TAP_MS = 250;
const AFTER_A_LETTER_MS = 600;

const go = form.querySelector(".form-footer .btn-go");
// how many changes there were, how many the server was asked about, and how many its answer has seen
let changes = 0;
let asked = 0;
let answered = 0;
let isWanted = false;
// the server could not say what it thinks of the form: then saving itself must
let isSilent = false;
let timer = 0;

const isStale = () => answered !== changes;
const ask = () => window.htmx.trigger(live, "ask");
const soon = (ms) => {
  changes += 1;
  isSilent = false;
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, ms);
};

const refresh = () => {
  showWhatIsAsked();
  nameButtons();
};

const want = (wanted) => {
  isWanted = wanted;
  if (wanted) go.setAttribute("aria-disabled", "true");
  else go.removeAttribute("aria-disabled");
};

// The summary waits for the server's word on the last change.
const look = () => {
  if (isSilent) { summary.submit(); return; }
  if (!isStale()) { summary.show(); return; }
  want(true);
  window.clearTimeout(timer);
  if (asked !== changes) ask();
};

form.addEventListener("change", (event) => {
  if (event.isTrusted) markChanged(event.target.name);
  soon(AFTER_A_TAP_MS);
  refresh();
});
form.addEventListener("input", (event) => {
  if (isTick(event.target)) return;
  markChanged(event.target.name);
  typedInto(event.target);
  soon(AFTER_A_LETTER_MS);
});
form.addEventListener("focusout", (event) => { if (leave(event.target, event.relatedTarget) && !isStale()) tellFlaws(); });

document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === live) asked = changes; });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt !== live) return;
  answered = asked;
  showTrend(live.querySelector("[data-asks-for-trend]") !== null);
  if (isStale()) return;
  tellFlaws();
  if (!isWanted) return;
  want(false);
  summary.show();
});
["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => document.addEventListener(name, (event) => {
  if (event.detail.elt !== live) return;
  isSilent = isWanted && name === "htmx:responseError";
  asked = -1;
  want(false);
}));

go.addEventListener("click", (event) => {
  event.preventDefault();
  look();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (summary.isOpen()) summary.submit();
  else look();
});

// Come back to or loaded again, a browser puts in what stood there: the server has not seen it.
window.addEventListener("pageshow", (event) => {
  refresh();
  if (event.persisted || performance.getEntriesByType("navigation")[0]?.type !== "navigate") soon(0);
});

// A refused form is the answer to a post, which the browser's way back cannot ask for again; its address with the draft can.
// With the page's key in it, the way back finds the visit that was saved instead of beginning a second one.
if (document.getElementById("draft-line")) {
  const here = new URL(location.href);
  here.searchParams.set("key", form.elements.submission_key.value);
  history.replaceState(history.state, "", here);
}

form.querySelector("[name=look]")?.remove();
document.documentElement.classList.add("scripted");
refresh();
showTrend(form.querySelector("[data-trend][data-asked]") !== null);
const first = form.querySelector("[data-same]:not([hidden])");
const hasPointer = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
if (first && hasPointer && !document.querySelector("[data-focus], .draft-note")) first.focus({ preventScroll: true });
