/* The visit form and the record of an attempt, built from the server's own declaration and filled in without a network.

   The phone holds no earlier answers: 与上次相同 leaves a group's questions to the server, which takes them from the last visit. */

import { classify, nextDue } from "./classify.js";
import { area, el, group, line, many, mark, one } from "./draw.js";
import { form as declared, label, say, sayDay, sayTime } from "./words.js";

const KEPT_AFTER_A_LETTER_MS = 400;
const NOTES_MOST = 1000;
// asked whatever the group says: the day and how the meeting went are this visit's own
const ALWAYS_SHOWN = ["visited_on", "meeting"];
const LONG = ["lost_reason"];

const codes = (options) => options.map((option) => ({ code: option.code, text: label(option.label) }));

const question = (name) => {
  const field = declared().fields[name];
  const title = label(field.label);
  if (field.kind === "day") return line(name, title, { type: "date", size: "medium", hint: name === "visited_on" ? say("visited_on_check") : null });
  if (field.kind === "count") return line(name, title, { inputmode: "numeric", unit: say("times"), size: "short", most: 3 });
  if (field.kind === "text") return line(name, title, { most: field.most });
  if (name === "post_intervention_trend") return one(name, title, codes(field.options), { hint: say("trend_hint") });
  if (field.kind === "many") return many(name, title, codes(field.options), { none: field.none });
  if (name === "risk_level") return one(name, title, field.options.map(({ code }) => ({ code, text: code })));
  return one(name, title, codes(field.options), { stack: LONG.includes(name) });
};

const levelWords = () => el("details", { class: "more" }, el("summary", { text: say("level_words") }),
  el("dl", { class: "levels" }, ...codes(declared().fields.risk_level.options).map(({ code, text }) =>
    el("div", {}, el("dt", { text: code }), el("dd", { text })))));

const medicineLines = (kind) => {
  const { columns, lines } = declared().medicine;
  const draw = (number) => el("fieldset", { class: "medicine" },
    el("legend", { text: say("medicine_line", { n: number }) }),
    ...columns.map((column) => line(`${kind}_${number}_${column.name}`, label(column.label), { most: column.most, inputmode: column.is_number ? "decimal" : null })));
  return el("details", { class: "more", "data-question": kind, "data-medicines": kind },
    el("summary", { text: kind === "medicines" ? say("medicine_new") : say("guidance") }),
    ...Array.from({ length: lines }, (_none, at) => draw(at + 1)));
};

const read = (root) => {
  const answers = {};
  root.querySelectorAll("input, textarea").forEach((control) => {
    if (control.disabled) return;
    if ((control.type === "radio" || control.type === "checkbox") && !control.checked) return;
    const value = control.value.trim();
    if (control.name && value) (answers[control.name] ??= []).push(value);
  });
  return answers;
};

const write = (root, answers) => root.querySelectorAll("input, textarea").forEach((control) => {
  const values = answers[control.name] ?? [];
  if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
  else control.value = values[0] ?? "";
});

const summary = (found) => {
  const box = el("div", { class: "error-summary", role: "alert", tabindex: "-1" },
    el("h2", { text: say("missing_title") }),
    el("ul", {}, ...found.map(({ id, title }) => el("li", {}, el("a", { href: `#${id}`, text: title })))));
  return box;
};

const titleOf = (box) => box.querySelector(".q-label, summary").textContent;
const firstId = (box) => box.querySelector("input, textarea")?.id ?? "";

/* Draws into `place`. `draft` {key, answers, same, open}; `keep(draft)` after each change; `finish(draft)` once nothing is missing. */
export const drawVisit = (place, task, draft, { keep, finish, back, discard }) => {
  const declaration = declared();
  const same = new Set(draft.same ?? []);
  const asked = new Set(task.ask ?? []);
  const form = el("form", { class: "visit-form", novalidate: true, autocomplete: "off" });
  const top = el("div", {});
  const kept = el("p", { class: "save-state", role: "status" });
  const result = el("div", { class: "footer-result", "aria-live": "polite" });
  const sections = new Map();

  const draw = ({ id, title, fields }) => {
    const canBeSame = Boolean(task.based_on);
    const button = canBeSame ? el("button", { type: "button", class: "btn btn-quiet btn-small", "data-same": id, "aria-pressed": "false", text: say("same"), onclick: () => toggle(id) }) : null;
    const hint = canBeSame ? el("p", { class: "hint field-same", hidden: true }, el("span", { text: say("same_hint") }),
      el("button", { type: "button", class: "linklike", text: say("same_some"), onclick: () => { sections.get(id).shown = true; refresh(); } })) : null;
    const questions = fields.flatMap((name) => {
      if (name === "medicines" || name === "guidance") return [medicineLines(name)];
      const drawn = [question(name)];
      if (name === "visited_on") drawn.push(one("meeting", say("meeting"), codes(declaration.meeting)));
      if (name === "risk_level") drawn.push(levelWords());
      return drawn;
    });
    sections.set(id, { button, hint, box: group(id, label(title), button, hint, ...questions), shown: draft.open?.includes(id) ?? false });
    return sections.get(id).box;
  };

  const toggle = (id) => {
    if (same.has(id)) same.delete(id);
    else same.add(id);
    sections.get(id).shown = false;
    refresh();
    store(0);
    if (same.has(id)) [...sections.values()].find((one, at) => at > [...sections.keys()].indexOf(id) && !one.box.hidden)?.box.scrollIntoView({ block: "start", behavior: "instant" });
  };

  const conditionOf = (name) => {
    if (name === "medicines") return declaration.medicine.when;
    if (name === "guidance") return { parent: "meeting", codes: [1] };
    return declaration.fields[name]?.when ?? null;
  };

  // Asked: all that its own condition and those above it ask for. A parent left to the last visit may ask for it there.
  const isAsked = (name, answers) => {
    const when = conditionOf(name);
    if (!when) return true;
    const given = answers[when.parent] ?? [];
    return isAsked(when.parent, answers) && given.some((code) => when.codes.map(String).includes(code));
  };

  const isLeft = (name, id, answers) => same.has(id) && !asked.has(name) && !answers[name] && !ALWAYS_SHOWN.includes(name);

  const refresh = () => {
    const typed = read(form);
    for (const { id, fields } of declaration.groups) {
      const { box, button, hint, shown } = sections.get(id);
      for (const name of fields) {
        const drawn = box.querySelector(`[data-question="${name}"]`);
        const hidden = !isAsked(name, typed) || (same.has(id) && !shown && isLeft(name, id, typed));
        drawn.hidden = hidden;
        drawn.querySelectorAll("input, textarea").forEach((control) => { control.disabled = !isAsked(name, typed); });
        if (name === "risk_level") drawn.nextElementSibling.hidden = hidden;
      }
      box.hidden = id !== "met" && !(typed.meeting ?? []).includes("1");
      if (!button) continue;
      button.setAttribute("aria-pressed", String(same.has(id)));
      button.textContent = same.has(id) ? say("same_done") : say("same");
      hint.hidden = !same.has(id);
    }
    showResult(typed);
  };

  const showResult = (typed) => {
    const numbers = Object.fromEntries(Object.entries(typed).filter(([, [value]]) => /^\d$/.test(value)).map(([name, [value]]) => [name, Number(value)]));
    const isMet = (typed.meeting ?? []).includes("1");
    const found = isMet ? classify(numbers, declaration.rules) : null;
    form.querySelector('[data-question="post_intervention_trend"]').hidden = found !== null && found !== declaration.rules.basically_stable;
    const due = found && typed.visited_on ? nextDue(typed.visited_on[0], found, declaration.rules) : null;
    const left = missing(typed).length;
    const words = found ? say("class_is", { name: label(declaration.classes[found]) }) : say("later");
    const next = found ? (due ? say("next_by", { day: sayDay(due) }) : say("next_later")) : "";
    result.replaceChildren(
      el("div", { class: "row-line" }, el("b", { text: isMet ? words : say("later") }), next ? el("span", { text: next }) : null,
        left ? el("span", { class: "push sub", text: say("missing", { n: left }) }) : null));
  };

  const missing = (typed) => {
    const isMet = (typed.meeting ?? []).includes("1");
    const found = [];
    for (const { id, fields } of declaration.groups) {
      if (id !== "met" && !isMet) continue;
      for (const name of fields) {
        if (!isAsked(name, typed) || typed[name] || isLeft(name, id, typed)) continue;
        const needed = name === "medicines" ? !same.has(id) && !Object.keys(typed).some((key) => key.startsWith("medicines_")) : declaration.fields[name]?.is_required;
        if (needed && !(name === "objects" && !isMet)) found.push(name);
      }
    }
    return found;
  };

  let timer = 0;
  const current = () => ({ ...draft, answers: read(form), same: [...same], open: [...sections].filter(([, one]) => one.shown).map(([id]) => id) });
  const store = (ms) => {
    window.clearTimeout(timer);
    kept.dataset.state = "saving";
    timer = window.setTimeout(async () => {
      await keep(current());
      kept.dataset.state = "saved";
      kept.textContent = say("draft_kept", { at: sayTime(Date.now()) });
    }, ms);
  };

  form.append(el("div", { class: "visit-groups" }, top, ...declaration.groups.map(draw),
    el("section", { class: "card form-group" }, area("notes", say("notes"), NOTES_MOST, say("notes_hint"))),
    el("p", {}, el("button", { type: "button", class: "btn btn-quiet btn-small", text: say("discard_draft"), onclick: discard }))),
  el("div", { class: "form-footer" }, result, kept, el("div", { class: "form-footer-acts" },
    el("button", { type: "button", class: "btn btn-quiet", text: say("back"), onclick: back }),
    el("button", { type: "submit", class: "btn btn-go", text: say("finish") }))));
  form.addEventListener("change", () => { refresh(); store(0); });
  form.addEventListener("input", (event) => { if (event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea")) store(KEPT_AFTER_A_LETTER_MS); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    window.clearTimeout(timer);
    const typed = read(form);
    const names = missing(typed);
    form.querySelectorAll("[data-question]").forEach((box) => { if (box.matches(".q")) mark(box, names.includes(box.dataset.question) ? say("required") : ""); });
    if (!names.length) return finish(current());
    const boxes = names.map((name) => form.querySelector(`[data-question="${name}"]`));
    const box = summary(boxes.map((drawn) => ({ id: firstId(drawn), title: titleOf(drawn) })));
    boxes.filter((drawn) => drawn.matches("details")).forEach((drawn) => { drawn.open = true; });
    top.replaceChildren(box);
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start", behavior: "instant" });
  });

  write(form, draft.answers);
  place.replaceChildren(
    el("div", { class: "visit-head" }, el("h2", { text: task.name }), el("span", { class: "sub", text: task.village })),
    form);
  refresh();
};

/* An attempt without contact. */
export const drawAttempt = (place, task, draft, { keep, finish, back }) => {
  const { way, outcome } = declared().attempt;
  const form = el("form", { class: "visit-form", novalidate: true, autocomplete: "off" });
  const top = el("div", {});
  form.append(el("div", { class: "visit-groups" }, top, group("attempt", say("attempt_title"), null,
    line("attempted_on", say("attempted_on"), { type: "date", size: "medium", hint: say("visited_on_check") }),
    one("way", say("way"), codes(way)),
    one("outcome", say("outcome"), codes(outcome)),
    area("notes", say("notes"), NOTES_MOST / 2, say("notes_hint")))),
  el("div", { class: "form-footer" }, el("div", { class: "form-footer-acts" },
    el("button", { type: "button", class: "btn btn-quiet", text: say("back"), onclick: back }),
    el("button", { type: "submit", class: "btn btn-go", text: say("finish_attempt") }))));
  const current = () => ({ ...draft, answers: read(form), same: [] });
  form.addEventListener("change", () => keep(current()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = read(form);
    const boxes = [...form.querySelectorAll("[data-question]")];
    const left = boxes.filter((box) => box.dataset.question !== "notes" && !typed[box.dataset.question]);
    boxes.forEach((box) => mark(box, left.includes(box) ? say("required") : ""));
    if (!left.length) return finish(current());
    const box = summary(left.map((drawn) => ({ id: firstId(drawn), title: titleOf(drawn) })));
    top.replaceChildren(box);
    box.focus();
  });
  write(form, draft.answers);
  place.replaceChildren(el("div", { class: "visit-head" }, el("h2", { text: task.name }), el("span", { class: "sub", text: task.village })), form);
};
