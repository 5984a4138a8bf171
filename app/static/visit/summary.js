/* The summary before saving; in its place, where something is wrong, the list of it. */

import { tellAll } from "./flaws.js";
import { all, form } from "./form.js";
import { unseen } from "./groups.js";

const go = form.querySelector(".form-footer .btn-go");
const check = document.getElementById("check");
const save = check.querySelector(".btn-go");
const refused = document.getElementById("refused");

const refuse = (summary) => {
  tellAll();
  const shown = summary.cloneNode(true);
  refused.replaceChildren(shown);
  shown.focus({ preventScroll: true });
  shown.scrollIntoView({ block: "start", behavior: "instant" });
};

// Doubts count as confirmed only while they stand before the reader.
const confirmDoubts = (isOpen) => all("[data-doubt]", check).forEach((one) => { one.disabled = !isOpen; });

export const isOpen = () => check.open;
export const submit = () => save.click();

/* Shows what the server last said of the form. */
export const show = () => {
  const wrong = document.querySelector("#flaws .error-summary");
  if (wrong) { refuse(wrong); return; }
  refused.replaceChildren();
  const note = check.querySelector("[data-unseen]");
  const titles = unseen();
  note.hidden = titles.length === 0;
  note.lastElementChild.textContent = titles.join(" · ");
  confirmDoubts(true);
  save.textContent = check.querySelector("[data-doubt]") ? save.dataset.doubted : save.dataset.plain;
  check.showModal();
  save.focus();
};

check.querySelector("[data-close]").addEventListener("click", () => check.close());
check.addEventListener("click", (event) => { if (event.target === check) check.close(); });
check.addEventListener("close", () => {
  confirmDoubts(false);
  go.focus({ preventScroll: true });
});
