/* The visit form in the page, and how its answers are read. */

export const form = document.querySelector("form[data-visit]");
/* What the last visit answered, by name. */
export const last = JSON.parse(form.dataset.last || "{}");
/* Where the server's live answer stands; beside it, out of sight, what keeps the form from being saved. */
export const live = document.getElementById("result-live");

export const all = (selector, root = form) => Array.from(root.querySelectorAll(selector));

// Looked up once: a slow phone counts every look.
const byName = new Map();
for (const one of form.elements) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);

export const controls = (name) => byName.get(name) ?? [];
export const isTick = (control) => control.type === "radio" || control.type === "checkbox";
export const valuesOf = (name) => controls(name).filter((one) => !isTick(one) || one.checked).map((one) => one.value).filter(Boolean);
export const same = (a, b) => a.length === b.length && a.every((value) => b.includes(value));
export const isShown = (element) => element.offsetParent !== null;
/* Question → the server's words. */
export const flaws = () => new Map(all("#flaws [data-field]", document).map((one) => [one.dataset.field, one.dataset.words]));
