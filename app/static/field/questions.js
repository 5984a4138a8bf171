/* The questions of the visit form, drawn from the server's own declaration; what was answered, read, written back and said in words. */

import { el, line, many, one } from "./draw.js";
import { form as declared, label, say, sayDay } from "./words.js";

const LONG = ["lost_reason"];

const codes = (options) => options.map((option) => ({ code: option.code, text: label(option.label) }));

export const meeting = () => one("meeting", say("meeting"), codes(declared().meeting));

export const question = (name) => {
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

export const choice = (name, title, options) => one(name, title, codes(options));

export const levelWords = () => el("details", { class: "more" }, el("summary", { text: say("level_words") }),
  el("dl", { class: "levels" }, ...codes(declared().fields.risk_level.options).map(({ code, text }) =>
    el("div", {}, el("dt", { text: code }), el("dd", { text })))));

const column = (kind, number, { name }) => `${kind}_${number}_${name}`;

export const medicines = (kind) => {
  const { columns, lines } = declared().medicine;
  const draw = (number) => el("fieldset", { class: "medicine" },
    el("legend", { text: say("medicine_line", { n: number }) }),
    ...columns.map((one) => line(column(kind, number, one), label(one.label), { most: one.most, inputmode: one.is_number ? "decimal" : null })));
  return el("details", { class: "more", "data-question": kind, "data-medicines": kind },
    el("summary", { text: kind === "medicines" ? say("medicine_new") : say("guidance") }),
    ...Array.from({ length: lines }, (_none, at) => draw(at + 1)));
};

/* Name to values; only what is asked and answered. */
export const read = (root) => {
  const answers = {};
  root.querySelectorAll("input, textarea").forEach((control) => {
    if (control.disabled) return;
    if ((control.type === "radio" || control.type === "checkbox") && !control.checked) return;
    const value = control.value.trim();
    if (control.name && value) (answers[control.name] ??= []).push(value);
  });
  return answers;
};

export const write = (root, answers) => root.querySelectorAll("input, textarea").forEach((control) => {
  const values = answers[control.name] ?? [];
  if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
  else control.value = values[0] ?? "";
});

const optionsOf = (name) => (name === "meeting" ? declared().meeting : declared().fields[name]?.options ?? []);

export const titleOf = (name) => {
  if (name === "meeting") return say("meeting");
  if (name === "medicines") return say("medicines");
  if (name === "guidance") return say("guidance_short");
  return label(declared().fields[name].label);
};

const saidMedicines = (kind, typed) => {
  const { columns, lines } = declared().medicine;
  return Array.from({ length: lines }, (_none, at) => columns.map((one) => typed[column(kind, at + 1, one)]?.[0]).filter(Boolean).join(" "))
    .filter(Boolean).join(say("semicolon"));
};

/* One answer in words; empty when it was not answered. */
export const said = (name, typed) => {
  if (name === "medicines" || name === "guidance") return saidMedicines(name, typed);
  const values = typed[name] ?? [];
  const options = optionsOf(name);
  if (!values.length) return "";
  if (name === "risk_level") return say("level", { level: values[0] });
  if (options.length) return values.map((value) => label(options.find(({ code }) => code === value).label)).join(say("comma"));
  const { kind } = declared().fields[name];
  if (kind === "count") return `${values[0]} ${say("times")}`;
  return kind === "day" ? sayDay(values[0]) : values[0];
};
