/* Elements and questions, drawn like the product's own forms (macros/forms.html). Text is always set as text. */

export const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") made.addEventListener("click", value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

const choices = (name, title, options, type, { stack = false, none = null, hint = null } = {}) => {
  const buttons = options.map(({ code, text }, at) => el("span", { class: "seg-opt" },
    el("input", { type, id: `${name}-${at}`, name, value: code, autocomplete: "off" }),
    el("label", { for: `${name}-${at}`, text })));
  const box = el("fieldset", { class: "q", "data-question": name, "aria-describedby": hint ? `${name}-hint` : null },
    el("legend", { class: "q-label", text: title }),
    el("div", { class: `seg${type === "checkbox" ? " seg-many" : ""}${stack ? " seg-stack" : ""}` }, ...buttons),
    hint ? el("div", { class: "hint", id: `${name}-hint`, text: hint }) : null);
  if (none !== null) {
    box.addEventListener("change", (event) => {
      if (!event.target.checked) return;
      const isNone = event.target.value === String(none);
      box.querySelectorAll("input").forEach((one) => { if ((one.value === String(none)) !== isNone) one.checked = false; });
    });
  }
  return box;
};

export const one = (name, title, options, more) => choices(name, title, options, "radio", more);
export const many = (name, title, options, more) => choices(name, title, options, "checkbox", more);

export const line = (name, title, { type = "text", most, inputmode, unit, size, hint } = {}) => {
  const input = el("input", { class: "form-control", id: name, name, type, maxlength: most, inputmode, autocomplete: "off", "aria-describedby": hint ? `${name}-hint` : null });
  return el("div", { class: `q${size ? ` q-${size}` : ""}`, "data-question": name },
    el("label", { class: "q-label", for: name, text: title }),
    unit ? el("div", { class: "with-unit" }, input, el("span", { class: "unit", text: unit })) : input,
    hint ? el("div", { class: "hint", id: `${name}-hint`, text: hint }) : null);
};

export const area = (name, title, most, hint) => el("div", { class: "q", "data-question": name },
  el("label", { class: "q-label", for: name, text: title }),
  el("textarea", { class: "form-control", id: name, name, maxlength: most, autocomplete: "off", "aria-describedby": hint ? `${name}-hint` : null }),
  hint ? el("div", { class: "hint", id: `${name}-hint`, text: hint }) : null);

export const group = (id, title, aside, ...children) => el("section", { class: "card form-group", id },
  el("div", { class: "form-group-head" }, el("h2", { text: title }), aside ? el("div", {}, aside) : null), ...children);

/* Words at a question; without words the mark goes. */
export const mark = (question, words) => {
  question.classList.toggle("q-error", Boolean(words));
  question.querySelectorAll(":scope > .error").forEach((old) => old.remove());
  const id = `${question.dataset.question}-error`;
  if (words) question.append(el("div", { class: "error", id }, el("p", { text: words })));
  question.querySelectorAll("input, textarea").forEach((control) => {
    if (words) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
};
