/* A group as last time, in one tap: marked, folded to one line, and the next one under the thumb. */

import { all, controls, flaws, form, isShown, isTick, last, same, valuesOf } from "./form.js";

const groups = all("[data-group]");
// questions answered in this visit, not only looked at; in a draft or a refused form: whatever is not as last time
const changed = new Set(Object.keys(last).filter((name) => !same(valuesOf(name), last[name])));
export const markChanged = (name) => { if (name) changed.add(name); };
const namesIn = new Map(groups.map((group) => [group, Object.keys(last).filter((name) => controls(name).some((one) => group.contains(one)))]));
const carried = (group) => namesIn.get(group);
const isMedicine = (name) => /^(medicines|guidance)_\d/.exec(name)?.[1];
const wasChanged = (name) => changed.has(name) || (isMedicine(name) && [...changed].some((one) => one.startsWith(isMedicine(name))));
const isLikeLast = (group) => carried(group).every((name) => controls(name)[0].disabled || same(valuesOf(name), last[name]));

// What was answered in this visit stays; the rest is as last time.
const takeRest = (group) => carried(group).filter((name) => !wasChanged(name) && !valuesOf(name).length).forEach((name) => {
  controls(name).forEach((one) => {
    if (isTick(one)) one.checked = last[name].includes(one.value);
    else one.value = last[name][0] || "";
  });
});

export const nameButtons = () => all("[data-same]").forEach((button) => {
  const group = button.closest("[data-group]");
  const rest = !isLikeLast(group);
  const words = group.classList.contains("looked") ? (rest ? button.dataset.doneRest : button.dataset.done) : (rest ? button.dataset.rest : button.dataset.plain);
  if (button.textContent !== words) button.textContent = words;
  button.setAttribute("aria-pressed", String(group.classList.contains("looked")));
});

// Folded away is what is answered; what is still open stays.
export const leaveOpen = (group) => {
  const found = flaws();
  all("[data-question]", group).filter((one) => found.has(one.dataset.question) && !one.closest("[hidden]")).forEach((one) => {
    one.classList.add("q-open");
    one.closest(".medicine")?.classList.add("q-open");
  });
};

const fold = (group) => {
  all(".q-open", group).forEach((one) => one.classList.remove("q-open"));
  group.classList.add("folded");
  group.querySelector("[data-unfold]").hidden = false;
  leaveOpen(group);
};

const unfold = (group) => {
  group.classList.remove("folded");
  const line = group.querySelector("[data-unfold]");
  if (line) line.hidden = true;
};

const goOn = (group) => {
  const open = all(".fold-body .q-open", group).find(isShown);
  const next = groups.slice(groups.indexOf(group) + 1).find(isShown);
  const target = open?.querySelector("input, textarea") ?? next?.querySelector("[data-same]:not([hidden]), input") ?? form.querySelector(".form-footer .btn-go");
  target.focus({ preventScroll: true });
  (open ?? next ?? group).scrollIntoView({ block: open ? "center" : "start", behavior: "instant" });
};

all("[data-same]").forEach((button) => {
  const group = button.closest("[data-group]");
  button.dataset.plain = button.textContent;
  button.hidden = carried(group).length === 0;
  button.addEventListener("click", () => {
    const wasFolded = group.classList.contains("folded");
    const before = carried(group).map(valuesOf);
    takeRest(group);
    group.classList.add("looked");
    if (carried(group).some((name, at) => !same(valuesOf(name), before[at]))) group.dispatchEvent(new Event("change", { bubbles: true }));
    nameButtons();
    fold(group);
    if (!wasFolded) goOn(group);
  });
});

all("[data-unfold]").forEach((line) => line.addEventListener("click", () => {
  const group = line.closest("[data-group]");
  unfold(group);
  all(".fold-body input, .fold-body textarea", group).find(isShown)?.focus({ preventScroll: true });
}));

// An answer that was tapped again has been looked at.
form.addEventListener("click", (event) => { if (event.target.matches("input")) event.target.closest("[data-question]")?.classList.add("looked"); });
const isUnseen = (group) => !group.closest("[hidden]") && !group.classList.contains("looked") && all(".q-prefilled:not(.looked) .prefilled", group).some((mark) => !mark.hidden && !mark.closest("[hidden]"));

/* The titles of the groups with answers of the last visit that nobody has looked at. */
export const unseen = () => groups.filter(isUnseen).map((group) => group.querySelector("h2").textContent);

// A link to a question opens the group that it is folded away in.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target || !form.contains(target)) return;
  const body = target.closest(".fold-body");
  if (body) unfold(body.parentElement);
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  event.preventDefault();
  target.focus({ preventScroll: true });
  (target.closest("[data-question]") ?? target).scrollIntoView({ block: "center", behavior: "instant" });
});
