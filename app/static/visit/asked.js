/* Questions are asked only when they apply. */

import { all, controls, form, last, same, valuesOf } from "./form.js";

// What is hidden is not sent, except whole branches of the form, which keep what was typed.
const show = (box, shown) => {
  box.hidden = !shown;
  if (box.hasAttribute("data-keep")) return;
  all("input, select, textarea", box).forEach((one) => { one.disabled = !shown; });
};

const applies = (box) => {
  const [name, codes] = box.dataset.when.split("=");
  return valuesOf(name).some((value) => codes.split(",").includes(value));
};

const showWhatApplies = () => {
  // outer boxes first, so that an inner one has the last word
  all("[data-when]").forEach((box) => {
    const outer = box.parentElement.closest("[data-when]:not([data-keep])");
    show(box, applies(box) && !(outer && outer.hidden));
  });
  all("[data-before]").forEach((box) => {
    const on = valuesOf("visited_on")[0] || "";
    show(box, on !== "" && on < box.dataset.before);
  });
};

export const showTrend = (asked) => all("[data-trend]").forEach((box) => show(box, asked));

const showLevelWords = () => {
  const place = form.querySelector("[data-level-words]");
  const words = form.querySelector(`[data-level="${valuesOf("risk_level")[0]}"]`);
  place.hidden = !words;
  place.textContent = words ? words.textContent : "";
};

const markCarriedOver = () => {
  for (const name of Object.keys(last)) {
    const [first] = controls(name);
    const mark = first && first.closest(".q-prefilled")?.querySelector(".prefilled");
    if (mark) mark.hidden = !same(valuesOf(name), last[name]);
  }
};

// Nobody speaks with a patient who is lost or dead.
form.addEventListener("change", (event) => {
  if (event.target.name !== "meeting" || event.target.value === "1") return;
  controls("objects").forEach((one) => { if (one.value === "1") one.checked = false; });
});

// 无 stands alone.
all("[data-none]").forEach((box) => {
  box.addEventListener("change", (event) => {
    const isNone = event.target.value === box.dataset.none;
    if (!event.target.checked) return;
    all("input", box).forEach((one) => {
      if ((one.value === box.dataset.none) !== isNone) one.checked = false;
    });
  });
});

all("[data-more-medicine]").forEach((button) => {
  const lines = all(`[data-medicine="${button.dataset.moreMedicine}"]`);
  const waiting = () => lines.filter((line) => line.hidden);
  lines.forEach((line) => { line.hidden = !line.hasAttribute("data-filled"); });
  button.hidden = waiting().length === 0;
  button.addEventListener("click", () => {
    const [line] = waiting();
    line.hidden = false;
    line.querySelector("input").focus();
    button.hidden = waiting().length === 0;
  });
});

export const showWhatIsAsked = () => {
  showWhatApplies();
  showLevelWords();
  markCarriedOver();
};
