/* The record of an attempt without contact, filled in without a network. */

import { area, el, group, line, mark } from "./draw.js";
import { choice, read, write } from "./questions.js";
import { form as declared, say } from "./words.js";

const NOTES_MOST = 500;
const DAY = "attempted_on";

export const drawAttempt = (place, task, draft, { keep, finish, back, today }) => {
  const { way, outcome } = declared().attempt;
  const form = el("form", { class: "visit-form", novalidate: true, autocomplete: "off" });
  const top = el("div", {});
  form.append(el("div", { class: "visit-groups" }, top, group("attempt", say("attempt_title"), null,
    line(DAY, say("attempted_on"), { type: "date", size: "medium", hint: say("visited_on_check") }),
    choice("way", say("way"), way),
    choice("outcome", say("outcome"), outcome),
    area("notes", say("notes"), NOTES_MOST, say("notes_hint")))),
  el("div", { class: "form-footer" }, el("div", { class: "form-footer-acts" },
    el("button", { type: "button", class: "btn btn-quiet", text: say("back"), onclick: back }),
    el("button", { type: "submit", class: "btn btn-go", text: say("finish_attempt") }))));

  const boxes = [...form.querySelectorAll("[data-question]")];
  const current = () => ({ ...draft, answers: read(form), same: [] });
  const wordsAt = (box, typed) => {
    const name = box.dataset.question;
    if (name !== "notes" && !typed[name]) return say("required");
    return name === DAY && typed[name][0] > today ? say("in_future") : "";
  };

  form.addEventListener("change", (event) => {
    const box = event.target.closest("[data-question]");
    if (box.classList.contains("q-error") || box.dataset.question === DAY) mark(box, wordsAt(box, read(form)));
    keep(current());
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = read(form);
    boxes.forEach((box) => mark(box, wordsAt(box, typed)));
    const wrong = boxes.filter((box) => wordsAt(box, typed));
    if (!wrong.length) return finish(current());
    const box = el("div", { class: "error-summary", role: "alert", tabindex: "-1" }, el("h2", { text: say("missing_title") }),
      el("ul", {}, ...wrong.map((one) => el("li", {}, el("a", { href: `#${one.querySelector("input").id}`, text: one.querySelector(".q-label").textContent })))));
    top.replaceChildren(box);
    return box.focus();
  });

  write(form, draft.answers);
  place.replaceChildren(el("div", { class: "visit-head" }, el("h2", { text: task.name }), el("span", { class: "sub", text: task.village })), form);
};
