/* What is wrong, where, in the server's words: told of a question once it was left, of all when saving is asked for. */

import { all, flaws, form } from "./form.js";
import { leaveOpen } from "./groups.js";

const left = new Set();
let isAsked = form.querySelector(".q-error") !== null;
const tell = (question, words) => {
  const name = question.dataset.question;
  let place = question.querySelector(".error");
  question.classList.toggle("q-error", Boolean(words));
  all("input, textarea", question).forEach((one) => {
    if (words) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  });
  const described = question.matches("fieldset") ? question : question.querySelector("input, textarea");
  const ids = (described.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== `${name}-error`);
  if (words) ids.push(`${name}-error`);
  if (ids.length) described.setAttribute("aria-describedby", ids.join(" "));
  else described.removeAttribute("aria-describedby");
  if (!words) { place?.remove(); return; }
  const details = question.closest("details");
  if (details) details.open = true;
  if (!place) {
    place = document.createElement("div");
    place.className = "error";
    place.id = `${name}-error`;
    question.append(place);
  }
  if (place.textContent !== words) place.textContent = words;
};

export const tellFlaws = () => {
  const found = flaws();
  all("[data-question]").forEach((question) => {
    const name = question.dataset.question;
    const words = isAsked || left.has(name) ? found.get(name) : "";
    if (words || question.classList.contains("q-error")) tell(question, words);
  });
  all(".visit-group.folded").forEach(leaveOpen);
};

/* Saving was asked for: from now on every question is told of. */
export const tellAll = () => {
  isAsked = true;
  tellFlaws();
};

// A medicine is one answer of several boxes.
const unitOf = (control) => control.closest(".medicine") || control.closest("[data-question]");

/* The question that this control belongs to was left, unless `next` belongs to it too. Says whether it was. */
export const leave = (control, next) => {
  const unit = unitOf(control);
  if (!unit || unit.contains(next)) return false;
  all("[data-question]", unit.parentElement).forEach((one) => { if (unit.contains(one)) left.add(one.dataset.question); });
  return true;
};

/* Something was typed: it is judged at the next pause, but half a medicine is not. */
export const typedInto = (control) => { if (!control.closest(".medicine") && control.value) left.add(control.name); };
