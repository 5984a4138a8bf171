/* The summary before a form is finished: what was answered now, what is left as last time, what comes of it. */

import { el } from "./draw.js";
import { said, titleOf } from "./questions.js";
import { resultLines } from "./result.js";
import { form as declared, label, say } from "./words.js";

const rowsOf = (fields, typed) => fields
  .map((name) => [name, said(name, typed)])
  .filter(([, words]) => words)
  .map(([name, words]) => el("div", {}, el("dt", { text: titleOf(name) }), el("dd", { text: words })));

/* Whatever else is drawn, the sheet goes: above all when the phone locks itself. */
export const closeSheet = () => {
  const sheet = document.getElementById("check");
  sheet?.close(); // gives the focus back
  sheet?.remove();
};

/* Opens over the form and answers by `finish`, once, or not at all; it stays until the next screen is drawn. `groups` are {id, title, fields} as they stand, `same` those as last time. */
export const lookOver = (task, typed, groups, same, finish) => {
  const parts = groups.flatMap(({ id, title, fields }) => {
    const rows = rowsOf(fields, typed);
    const rest = same.has(id) ? el("p", { class: "sub", text: say(rows.length ? "rest_as_last" : "all_as_last") }) : null;
    return rows.length || rest ? [el("h3", { text: label(title) }), rows.length ? el("dl", { class: "facts" }, ...rows) : null, rest] : [];
  });
  const notes = typed.notes ? [el("h3", { text: say("notes") }), el("p", { text: typed.notes[0] })] : [];
  const isMet = typed.meeting?.[0] === "1";
  const dialog = el("dialog", { id: "check", class: "check", "aria-labelledby": "check-title" },
    el("h2", { id: "check-title", text: say("check_title", { name: task.name }) }),
    isMet ? el("div", { class: "check-result" }, ...resultLines(typed)) : null,
    ...parts.filter(Boolean), ...notes,
    el("div", { class: "form-footer-acts" },
      el("button", { type: "button", class: "btn btn-quiet", "data-close": true, text: say("check_back"), onclick: closeSheet }),
      el("button", { type: "button", class: "btn btn-go", text: say("finish"), onclick: (event) => { event.currentTarget.disabled = true; finish(); } })));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".btn-go").focus();
};
