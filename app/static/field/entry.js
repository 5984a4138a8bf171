/* The visit form, built from the server's own declaration and filled in without a network.

   The phone holds no earlier answers: 与上次相同 leaves a group's questions to the server, which takes them from the last visit. */

import { faultOf } from "./checks.js";
import { area, el, group, mark } from "./draw.js";
import { lookOver } from "./look_over.js";
import { levelWords, medicines, meeting, question, read, said, titleOf, write } from "./questions.js";
import { judge, resultLines } from "./result.js";
import { form as declared, label, say, sayTime } from "./words.js";

const KEPT_AFTER_A_LETTER_MS = 400;
const NOTES_MOST = 1000;
const MOST_NAMED = 5;
const TREND = "post_intervention_trend";
const MEDICINES = ["medicines", "guidance"];
const IS_MET = "1";

const isMet = (typed) => typed.meeting?.[0] === IS_MET;

// the meeting stands in the declaration beside the fields: it says which part of the form is asked
const groupsOf = () => declared().groups.map((one) => ({ ...one, fields: one.fields.flatMap((name) => (name === "visited_on" ? [name, "meeting"] : [name])) }));

const drawn = (name) => {
  if (MEDICINES.includes(name)) return [medicines(name)];
  if (name === "meeting") return [meeting()];
  return name === "risk_level" ? [question(name), levelWords()] : [question(name)];
};

const conditionOf = (name) => {
  if (name === "medicines") return declared().medicine.when;
  if (name === "guidance") return { parent: "meeting", codes: [1] };
  return declared().fields[name]?.when ?? null;
};

/* Whether its own condition and those above it ask for a question. */
const isWanted = (name, typed) => {
  const when = conditionOf(name);
  if (!when) return true;
  const given = typed[when.parent] ?? [];
  return isWanted(when.parent, typed) && given.some((code) => when.codes.map(String).includes(code));
};

// after a visit of the middle class, unless this one is seen to have another
const wantsTrend = (typed) => isMet(typed) && [null, declared().rules.basically_stable].includes(judge(typed)?.visitClass ?? null);

const isAnswered = (name, typed) => (MEDICINES.includes(name) ? said(name, typed) !== "" : Boolean(typed[name]));

const isRequired = (name, typed) => {
  if (["meeting", "medicines", TREND].includes(name)) return true;
  return declared().fields[name]?.is_required && !(name === "objects" && !isMet(typed));
};

// the first few: all two dozen of an empty form would hide it
const summary = (names, form) => el("div", { class: "error-summary", role: "alert", tabindex: "-1" },
  el("h2", { text: say("missing_title") }),
  el("ul", {}, ...names.slice(0, MOST_NAMED).map((name) =>
    el("li", {}, el("a", { href: `#${boxOf(form, name).querySelector("input, textarea").id}`, text: titleOf(name) })))),
  names.length > MOST_NAMED ? el("p", { text: say("missing_more", { n: names.length - MOST_NAMED }) }) : null);

const boxOf = (form, name) => form.querySelector(`[data-question="${name}"]`);

/* Draws into `place`. `draft` {key, answers, same, open}; `keep(draft)` after each change; `finish(draft, typed)` once looked over. */
export const drawVisit = (place, task, draft, { keep, finish, back, discard, today }) => {
  const groups = groupsOf();
  const known = new Set(groups.map(({ id }) => id));
  const same = new Set((draft.same ?? []).filter((id) => known.has(id)));
  const open = new Set(draft.open ?? []);
  const asked = new Set(task.ask ?? []);
  const form = el("form", { class: "visit-form", novalidate: true, autocomplete: "off" });
  const top = el("div", {});
  const kept = el("p", { class: "save-state", role: "status" });
  const result = el("div", { id: "result-live", class: "footer-result", "aria-live": "polite" });
  const sections = new Map();

  const isAsked = (name, typed) => (name === TREND ? asked.has(TREND) && wantsTrend(typed) : isWanted(name, typed));

  // -- what is left to the last visit ------------------------------------------------------------------------------------

  const isLeft = (name, id, typed) => same.has(id) && !asked.has(name) && !isAnswered(name, typed);
  const isOpen = (name, id, typed) => isAsked(name, typed) && !isAnswered(name, typed) && !isLeft(name, id, typed);
  const missing = (typed) => groups.flatMap(({ id, fields }) => (id === "met" || isMet(typed)
    ? fields.filter((name) => isOpen(name, id, typed) && isRequired(name, typed)) : []));

  const toggle = (id) => {
    if (same.has(id)) same.delete(id);
    else same.add(id);
    open.delete(id);
    refresh();
    store(0);
    if (same.has(id)) goOn(id);
  };

  // to what the group still asks, else to the next group
  const goOn = (id) => {
    const here = sections.get(id).box.querySelector(".q-open input");
    const next = groups.slice(groups.findIndex((one) => one.id === id) + 1).find((one) => !sections.get(one.id).box.hidden);
    const target = here ?? (next && sections.get(next.id).button);
    target?.focus({ preventScroll: true });
    (here ? here.closest(".q") : next && sections.get(next.id).box)?.scrollIntoView({ block: "start", behavior: "instant" });
  };

  const draw = ({ id, title, fields, headings }) => {
    const canBeSame = Boolean(task.based_on);
    const button = canBeSame ? el("button", { type: "button", class: "btn btn-quiet btn-small", "data-same": id, "aria-pressed": "false", onclick: () => toggle(id) }) : null;
    const fold = el("button", { type: "button", class: "fold-line", "data-unfold": id, "aria-expanded": "false", hidden: true, onclick: () => { open.add(id); refresh(); } },
      el("span", { class: "fold-words" }), el("span", { class: "fold-open", text: say("change") }));
    const questions = fields.flatMap((name) => [headings?.[name] ? el("h3", { "data-heading": name, text: label(headings[name]) }) : null, ...drawn(name)]);
    const box = group(id, label(title), button, fold, ...questions);
    box.dataset.group = id;
    sections.set(id, { button, fold, box });
    return box;
  };

  // -- what is shown -------------------------------------------------------------------------------------------------------

  const foldedWords = (fields, typed) => {
    const bare = ["visited_on", "meeting"];
    const words = fields.filter((name) => isAsked(name, typed) && isAnswered(name, typed))
      .map((name) => (bare.includes(name) ? said(name, typed) : `${titleOf(name)} ${said(name, typed)}`));
    return [...words, say(words.length ? "rest_as_last" : "all_as_last")].join(" · ");
  };

  const showGroup = ({ id, fields }, typed) => {
    const { box, button, fold } = sections.get(id);
    const isFolded = same.has(id) && !open.has(id);
    for (const name of fields) {
      const question = boxOf(box, name);
      const isOpenHere = isOpen(name, id, typed);
      question.hidden = !isAsked(name, typed) || (isFolded && !isOpenHere);
      question.classList.toggle("q-open", isFolded && isOpenHere);
      question.querySelectorAll("input, textarea").forEach((control) => { control.disabled = !isAsked(name, typed); });
      if (name === "risk_level") question.nextElementSibling.hidden = question.hidden;
    }
    box.querySelectorAll("[data-heading]").forEach((heading) => { heading.hidden = isFolded; });
    box.hidden = id !== "met" && !isMet(typed);
    box.classList.toggle("folded", isFolded);
    fold.hidden = !isFolded;
    fold.setAttribute("aria-expanded", String(!isFolded));
    if (isFolded) fold.firstElementChild.textContent = foldedWords(fields, typed);
    if (!button) return;
    button.setAttribute("aria-pressed", String(same.has(id)));
    button.textContent = say(same.has(id) ? "same_done" : fields.some((name) => !["visited_on", "meeting"].includes(name) && isAnswered(name, typed)) ? "same_rest" : "same");
  };

  const refresh = () => {
    const typed = read(form);
    groups.forEach((one) => showGroup(one, typed));
    const left = missing(typed).length;
    result.replaceChildren(...(isMet(typed) ? resultLines(typed, left) : [el("b", { text: say("later") })]));
  };

  // -- words at a field ----------------------------------------------------------------------------------------------------

  const checkOne = (control) => {
    const box = control.closest("[data-question]");
    const isTick = control.type === "radio" || control.type === "checkbox";
    const fault = isTick ? "" : faultOf(control.name, control.value.trim(), today);
    const isSettled = read(form)[control.name] || !declared().fields[control.name]?.is_required;
    if (fault || (box.classList.contains("q-error") && isSettled)) mark(box, fault);
  };

  const faults = () => [...form.querySelectorAll("input:not([type=radio]):not([type=checkbox])")]
    .filter((control) => !control.disabled && faultOf(control.name, control.value.trim(), today));

  // -- the draft -------------------------------------------------------------------------------------------------------------

  let timer = 0;
  const current = () => ({ ...draft, answers: read(form), same: [...same], open: [...open] });
  const storeNow = async () => {
    window.clearTimeout(timer);
    timer = 0;
    await keep(current());
    kept.dataset.state = "saved";
    kept.textContent = say("draft_kept", { at: sayTime(Date.now()) });
  };
  const store = (ms) => {
    window.clearTimeout(timer);
    kept.dataset.state = "saving";
    timer = window.setTimeout(storeNow, ms);
  };

  // -- finishing -------------------------------------------------------------------------------------------------------------

  const refuse = (names) => {
    const groupOf = (name) => groups.find(({ fields }) => fields.includes(name)).id;
    names.forEach((name) => open.add(groupOf(name)));
    refresh();
    names.map((name) => boxOf(form, name)).forEach((box) => { if (box.matches(".q")) mark(box, say("required")); else box.open = true; });
    const box = summary(names, form);
    top.replaceChildren(box);
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start", behavior: "instant" });
  };

  const submit = (event) => {
    event.preventDefault();
    const typed = read(form);
    const names = missing(typed);
    top.replaceChildren();
    form.querySelectorAll(".q-error[data-question]").forEach((box) => mark(box, ""));
    faults().forEach(checkOne);
    const [wrong] = faults();
    if (names.length) return refuse(names);
    if (wrong) return wrong.focus();
    return lookOver(task, typed, groups.filter(({ id }) => id === "met" || isMet(typed)), isMet(typed) ? same : new Set(), () => {
      window.clearTimeout(timer);
      finish(current(), typed);
    });
  };

  form.append(el("div", { class: "visit-groups" }, top, ...groups.map(draw),
    el("details", { class: "card notes", open: Boolean(draft.answers.notes) }, el("summary", { text: say("notes_optional") }), area("notes", say("notes"), NOTES_MOST, say("notes_hint"))),
    el("p", {}, el("button", { type: "button", class: "btn btn-quiet btn-small", text: say("discard_draft"), onclick: discard }))),
  el("div", { class: "form-footer" }, result, kept, el("div", { class: "form-footer-acts" },
    el("button", { type: "button", class: "btn btn-quiet", text: say("back"), onclick: back }),
    el("button", { type: "submit", class: "btn btn-go", text: say("check") }))));
  form.addEventListener("change", (event) => { refresh(); checkOne(event.target); store(0); });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea")) return;
    if (event.target.closest(".q-error")) checkOne(event.target);
    store(KEPT_AFTER_A_LETTER_MS);
  });
  form.addEventListener("submit", submit);
  // the phone is put away in the middle of a word
  document.addEventListener("visibilitychange", () => { if (timer && form.isConnected) storeNow(); });

  write(form, draft.answers);
  place.replaceChildren(
    el("div", { class: "visit-head" }, el("h2", { text: task.name }), el("span", { class: "sub", text: task.village })),
    form);
  refresh();
};
