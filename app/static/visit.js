/* The visit form's comforts: questions asked only when they apply, one tap for "same as last time". Decides nothing. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-visit]");
  if (!form) return;
  document.documentElement.classList.add("scripted");
  const last = JSON.parse(form.dataset.last || "{}");

  const controls = (name) => {
    const found = form.elements.namedItem(name);
    if (!found) return [];
    return found instanceof RadioNodeList ? Array.from(found) : [found];
  };
  const isTick = (control) => control.type === "radio" || control.type === "checkbox";
  const valuesOf = (name) => controls(name).filter((one) => !isTick(one) || one.checked).map((one) => one.value).filter(Boolean);
  const same = (a, b) => a.length === b.length && a.every((value) => b.includes(value));

  // What is hidden is not sent, except whole branches of the form, which keep what was typed.
  const show = (box, shown) => {
    box.hidden = !shown;
    if (box.hasAttribute("data-keep")) return;
    box.querySelectorAll("input, select, textarea").forEach((one) => { one.disabled = !shown; });
  };

  const applies = (box) => {
    const [name, codes] = box.dataset.when.split("=");
    return valuesOf(name).some((value) => codes.split(",").includes(value));
  };

  const showWhatApplies = () => {
    // outer boxes first, so that an inner one has the last word
    form.querySelectorAll("[data-when]").forEach((box) => {
      const outer = box.parentElement.closest("[data-when]:not([data-keep])");
      show(box, applies(box) && !(outer && outer.hidden));
    });
    form.querySelectorAll("[data-before]").forEach((box) => {
      const on = valuesOf("visited_on")[0] || "";
      show(box, on !== "" && on < box.dataset.before);
    });
  };

  const showTrend = (asked) => form.querySelectorAll("[data-trend]").forEach((box) => show(box, asked));

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

  const refresh = () => {
    showWhatApplies();
    showLevelWords();
    markCarriedOver();
  };

  // Nobody speaks with a patient who is lost or dead.
  form.addEventListener("change", (event) => {
    if (event.target.name !== "meeting" || event.target.value === "1") return;
    controls("objects").forEach((one) => { if (one.value === "1") one.checked = false; });
  });

  // 无 stands alone.
  form.querySelectorAll("[data-none]").forEach((box) => {
    box.addEventListener("change", (event) => {
      const isNone = event.target.value === box.dataset.none;
      if (!event.target.checked) return;
      box.querySelectorAll("input").forEach((one) => {
        if ((one.value === box.dataset.none) !== isNone) one.checked = false;
      });
    });
  });

  const setLikeLast = (name) => controls(name).forEach((one) => {
    if (isTick(one)) one.checked = last[name].includes(one.value);
    else one.value = last[name][0] || "";
  });

  form.querySelectorAll("[data-same]").forEach((button) => {
    const group = document.getElementById(button.dataset.same);
    const names = Object.keys(last).filter((name) => controls(name).some((one) => group.contains(one)));
    button.hidden = names.length === 0;
    button.addEventListener("click", () => {
      names.forEach(setLikeLast);
      refresh();
      button.setAttribute("aria-pressed", "true");
      button.textContent = button.dataset.done;
      group.dispatchEvent(new Event("change", { bubbles: true }));
      const next = group.nextElementSibling || group.closest("[data-keep]")?.firstElementChild;
      const target = next?.matches("[data-keep]") ? next.firstElementChild : next;
      target?.scrollIntoView({ block: "start" });
    });
  });

  form.querySelectorAll("[data-more-medicine]").forEach((button) => {
    const lines = Array.from(form.querySelectorAll(`[data-medicine="${button.dataset.moreMedicine}"]`));
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

  form.addEventListener("change", refresh);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "result-live") showTrend(event.detail.target.querySelector("[data-asks-for-trend]") !== null);
  });
  window.addEventListener("pageshow", refresh);

  // A refused form is the answer to a post, which the browser's way back cannot ask for again; its address with the draft can.
  if (document.getElementById("draft-line")) history.replaceState(history.state, "", location.href);

  refresh();
  form.querySelectorAll("[data-trend]").forEach((box) => show(box, box.hasAttribute("data-asked")));
})();
