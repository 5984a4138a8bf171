/* The visit form's comforts: questions asked only when they apply, one tap for a group that is as last time, errors where they
   are, a summary before saving. Decides nothing: classes, days and errors are the server's words (`#result-live`, `#flaws`). */
(() => {
  "use strict";

  const AFTER_A_TAP_MS = 250;
  const AFTER_A_LETTER_MS = 600;
  const form = document.querySelector("form[data-visit]");
  if (!form) return;
  document.documentElement.classList.add("scripted");
  const last = JSON.parse(form.dataset.last || "{}");
  const all = (selector, root = form) => Array.from(root.querySelectorAll(selector));
  const live = document.getElementById("result-live");

  const controls = (name) => {
    const found = form.elements.namedItem(name);
    if (!found) return [];
    return found instanceof RadioNodeList ? Array.from(found) : [found];
  };
  const isTick = (control) => control.type === "radio" || control.type === "checkbox";
  const valuesOf = (name) => controls(name).filter((one) => !isTick(one) || one.checked).map((one) => one.value).filter(Boolean);
  const same = (a, b) => a.length === b.length && a.every((value) => b.includes(value));
  const isShown = (element) => element.offsetParent !== null;

  /* ── What is asked ─────────────────────────────────────────────────────────────────────── */

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

  const showTrend = (asked) => all("[data-trend]").forEach((box) => show(box, asked));

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

  /* ── What is wrong, where: told of a question once it was left, of all when saving is asked for ── */

  const left = new Set();
  let isAsked = form.querySelector(".q-error") !== null;
  const flaws = () => new Map(all("#flaws [data-field]", document).map((one) => [one.dataset.field, one.dataset.words]));

  const tell = (question, words) => {
    const name = question.dataset.question;
    let place = question.querySelector(".error");
    question.classList.toggle("q-error", Boolean(words));
    all("input, textarea", question).forEach((one) => {
      if (words) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    });
    const described = question.matches("fieldset") ? question : question.querySelector("input, textarea");
    const ids = (described.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== `${name}-error`);
    if (words) ids.push(`${name}-error`);
    if (ids.length) described.setAttribute("aria-describedby", ids.join(" "));
    else described.removeAttribute("aria-describedby");
    if (!words) { place?.remove(); return; }
    const details = question.closest("details");
    if (details) details.open = true;
    if (!place) {
      place = document.createElement("div");
      place.className = "error";
      place.id = `${name}-error`;
      question.append(place);
    }
    if (place.textContent !== words) place.textContent = words;
  };

  const tellFlaws = () => {
    const found = flaws();
    all("[data-question]").forEach((question) => {
      const name = question.dataset.question;
      const words = isAsked || left.has(name) ? found.get(name) : "";
      if (words || question.classList.contains("q-error")) tell(question, words);
    });
    all(".visit-group.folded").forEach(leaveOpen);
  };

  // A medicine is one answer of several boxes.
  const unitOf = (control) => control.closest(".medicine") || control.closest("[data-question]");
  const leave = (unit) => all("[data-question]", unit.parentElement).forEach((one) => { if (unit.contains(one)) left.add(one.dataset.question); });

  form.addEventListener("focusout", (event) => {
    const unit = unitOf(event.target);
    if (!unit || unit.contains(event.relatedTarget)) return;
    leave(unit);
    if (!isStale()) tellFlaws();
  });

  /* ── A group as last time, in one tap ──────────────────────────────────────────────────── */

  const groups = all("[data-group]");
  const changed = new Set();
  const carried = (group) => Object.keys(last).filter((name) => controls(name).some((one) => group.contains(one)));
  const isMedicine = (name) => /^(medicines|guidance)_\d/.exec(name)?.[1];
  const wasChanged = (name) => changed.has(name) || (isMedicine(name) && [...changed].some((one) => one.startsWith(isMedicine(name))));
  const isLikeLast = (group) => carried(group).every((name) => controls(name)[0].disabled || same(valuesOf(name), last[name]));

  // What was answered in this visit stays; the rest is as last time.
  const takeRest = (group) => carried(group).filter((name) => !wasChanged(name) && !valuesOf(name).length).forEach((name) => {
    controls(name).forEach((one) => {
      if (isTick(one)) one.checked = last[name].includes(one.value);
      else one.value = last[name][0] || "";
    });
  });

  const nameButtons = () => all("[data-same]").forEach((button) => {
    const group = button.closest("[data-group]");
    const rest = !isLikeLast(group);
    const words = group.classList.contains("looked") ? (rest ? button.dataset.doneRest : button.dataset.done) : (rest ? button.dataset.rest : button.dataset.plain);
    if (button.textContent !== words) button.textContent = words;
    button.setAttribute("aria-pressed", String(group.classList.contains("looked")));
  });

  // Folded away is what is answered; what is still open stays.
  const leaveOpen = (group) => {
    const found = flaws();
    all("[data-question]", group).filter((one) => found.has(one.dataset.question) && !one.closest("[hidden]")).forEach((one) => {
      one.classList.add("q-open");
      one.closest(".medicine")?.classList.add("q-open");
    });
  };

  const fold = (group) => {
    all(".q-open", group).forEach((one) => one.classList.remove("q-open"));
    group.classList.add("folded");
    group.querySelector("[data-unfold]").hidden = false;
    leaveOpen(group);
  };

  const unfold = (group) => {
    group.classList.remove("folded");
    const line = group.querySelector("[data-unfold]");
    if (line) line.hidden = true;
  };

  const goOn = (group) => {
    const open = all(".fold-body .q-open", group).find(isShown);
    const next = groups.slice(groups.indexOf(group) + 1).find(isShown);
    const target = open?.querySelector("input, textarea") ?? next?.querySelector("[data-same]:not([hidden]), input") ?? go;
    target.focus({ preventScroll: true });
    (open ?? next ?? group).scrollIntoView({ block: open ? "center" : "start", behavior: "instant" });
  };

  all("[data-same]").forEach((button) => {
    const group = button.closest("[data-group]");
    button.dataset.plain = button.textContent;
    button.hidden = carried(group).length === 0;
    button.addEventListener("click", () => {
      const wasFolded = group.classList.contains("folded");
      const before = carried(group).map(valuesOf);
      takeRest(group);
      group.classList.add("looked");
      if (carried(group).some((name, at) => !same(valuesOf(name), before[at]))) group.dispatchEvent(new Event("change", { bubbles: true }));
      refresh();
      fold(group);
      if (!wasFolded) goOn(group);
    });
  });

  all("[data-unfold]").forEach((line) => line.addEventListener("click", () => {
    const group = line.closest("[data-group]");
    unfold(group);
    all(".fold-body input, .fold-body textarea", group).find(isShown)?.focus({ preventScroll: true });
  }));

  // An answer that was tapped again has been looked at.
  form.addEventListener("click", (event) => { if (event.target.matches("input")) event.target.closest("[data-question]")?.classList.add("looked"); });
  const isUnseen = (group) => !group.classList.contains("looked") && all(".q-prefilled:not(.looked) .prefilled", group).some((mark) => !mark.hidden && !mark.closest("[hidden]"));

  // A link to a question opens the group that it is folded away in.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target || !form.contains(target)) return;
    const body = target.closest(".fold-body");
    if (body) unfold(body.parentElement);
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    event.preventDefault();
    target.focus({ preventScroll: true });
    (target.closest("[data-question]") ?? target).scrollIntoView({ block: "center", behavior: "instant" });
  });

  /* ── The server's answer, and the summary before saving ────────────────────────────────── */

  const go = form.querySelector(".form-footer .btn-go");
  const check = document.getElementById("check");
  let changes = 0;
  let told = 0;
  let asking = 0;
  let isWanted = false;
  let timer = 0;
  const isStale = () => told !== changes;
  const soon = (ms) => {
    changes += 1;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => window.htmx.trigger(live, "ask"), ms);
  };

  const refuse = () => {
    isAsked = true;
    tellFlaws();
    const place = document.getElementById("refused");
    const summary = document.querySelector("#flaws .error-summary").cloneNode(true);
    place.replaceChildren(summary);
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "start", behavior: "instant" });
  };

  const open = () => {
    isWanted = false;
    go.removeAttribute("aria-disabled");
    if (document.querySelector("#flaws .error-summary")) { refuse(); return; }
    document.getElementById("refused").replaceChildren();
    const unseen = check.querySelector("[data-unseen]");
    const titles = groups.filter((group) => !group.closest("[hidden]") && isUnseen(group)).map((group) => group.querySelector("h2").textContent);
    unseen.hidden = titles.length === 0;
    unseen.lastElementChild.textContent = titles.join(" · ");
    all("[data-doubt]", check).forEach((one) => { one.disabled = false; });
    const save = check.querySelector(".btn-go");
    save.textContent = check.querySelector("[data-doubt]") ? save.dataset.doubted : save.dataset.plain;
    check.showModal();
    save.focus();
  };

  const ask = () => {
    if (!isStale()) { open(); return; }
    isWanted = true;
    go.setAttribute("aria-disabled", "true");
    window.clearTimeout(timer);
    if (asking !== changes) window.htmx.trigger(live, "ask");
  };

  go.addEventListener("click", (event) => {
    event.preventDefault();
    ask();
  });
  check.querySelector("[data-close]").addEventListener("click", () => check.close());
  check.addEventListener("close", () => {
    all("[data-doubt]", check).forEach((one) => { one.disabled = true; });
    go.focus({ preventScroll: true });
  });
  check.addEventListener("click", (event) => { if (event.target === check) check.close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (check.open) check.querySelector(".btn-go").click();
    else ask();
  });

  const refresh = () => {
    showWhatApplies();
    showLevelWords();
    markCarriedOver();
    nameButtons();
  };

  form.addEventListener("change", (event) => {
    if (event.isTrusted && event.target.name) changed.add(event.target.name);
    soon(AFTER_A_TAP_MS);
    refresh();
  });
  form.addEventListener("input", (event) => {
    if (isTick(event.target)) return;
    changed.add(event.target.name);
    if (!event.target.closest(".medicine") && event.target.value) left.add(event.target.name);
    soon(AFTER_A_LETTER_MS);
  });

  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === live) asking = changes; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt !== live) return;
    told = asking;
    showTrend(live.querySelector("[data-asks-for-trend]") !== null);
    if (isStale()) return;
    tellFlaws();
    if (isWanted) open();
  });
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => document.addEventListener(name, (event) => {
    if (event.detail.elt !== live) return;
    asking = -1;
    isWanted = false;
    go.removeAttribute("aria-disabled");
  }));
  // Come back to or loaded again, a browser puts in what stood there: the server has not seen it.
  window.addEventListener("pageshow", (event) => {
    refresh();
    if (event.persisted || performance.getEntriesByType("navigation")[0]?.type !== "navigate") soon(0);
  });

  // A refused form is the answer to a post, which the browser's way back cannot ask for again; its address with the draft can.
  if (document.getElementById("draft-line")) history.replaceState(history.state, "", location.href);

  form.querySelector("[name=look]")?.remove();
  refresh();
  showTrend(form.querySelector("[data-trend][data-asked]") !== null);
  const first = form.querySelector("[data-same]:not([hidden])");
  if (first && !document.querySelector("[data-focus], .draft-note") && window.matchMedia("(hover: hover) and (pointer: fine)").matches) first.focus({ preventScroll: true });
})();
