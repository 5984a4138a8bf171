/* Small comforts on top of pages that work without them. */
(() => {
  "use strict";

  const RESTORE_MS = 15000; // a download or a dead line must not lock the form; the submission key guards the rest

  const setBusy = (form, busy) => {
    form.toggleAttribute("data-busy", busy);
    for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
      if (busy) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  };

  const isPost = (form) => (form.getAttribute("method") || "").toLowerCase() === "post";

  // A second click on a form that is on its way does nothing. aria-disabled keeps the focus and the button's own value.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isPost(form)) return;
    if (form.hasAttribute("data-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    setBusy(form, true);
    window.setTimeout(() => setBusy(form, false), RESTORE_MS);
  }, true);

  // <form data-unsaved>: words that nobody has typed up elsewhere are not left behind without a question.
  const isUnsaved = () => document.querySelector("form[data-unsaved=changed]:not([data-busy])") !== null;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) form.dataset.unsaved = "changed";
  });
  window.addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });

  // Back from the browser's memory: the form may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-busy]").forEach((form) => setBusy(form, false));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });

  const saveState = (event, state) => {
    const form = event.detail.elt.closest("form");
    const place = form && form.querySelector("[data-save-state]");
    if (!place || event.detail.requestConfig?.verb === "get") return;
    place.dataset.state = state;
    place.textContent = place.dataset[state];
  };

  const netNote = (shown) => {
    const note = document.getElementById("net-note");
    if (note) note.hidden = !shown;
  };

  document.addEventListener("htmx:beforeRequest", (event) => saveState(event, "saving"));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) setBusy(form, false);
    saveState(event, event.detail.successful ? "saved" : "failed");
    if (event.detail.successful) netNote(false);
  });
  document.addEventListener("htmx:sendError", () => netNote(true));
  document.addEventListener("htmx:timeout", () => netNote(true));
  // A refusal of ours is one line, shown where the answer would have been; anything else did not come from us.
  const isOurs = (event) => event.detail.xhr.getResponseHeader("Anhu-Says") === "line";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && isOurs(event)) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:responseError", (event) => netNote(!isOurs(event)));

  // Signed in anew in another window: the forms of this page go on with the new token.
  document.addEventListener("htmx:afterRequest", (event) => {
    const token = event.detail.xhr && event.detail.xhr.getResponseHeader("Anhu-Form-Token");
    if (!token) return;
    document.querySelector('meta[name="csrf-token"]').content = token;
    document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = token; });
  });

  // An answer that was changed is no longer "as last time".
  document.addEventListener("change", (event) => {
    event.target.closest(".q-prefilled")?.classList.remove("q-prefilled");
  });

  const focusMarked = (root) => {
    const marked = root.querySelector("[data-focus]");
    if (marked) marked.focus();
  };
  document.addEventListener("DOMContentLoaded", () => focusMarked(document));
  document.addEventListener("htmx:afterSwap", (event) => focusMarked(event.detail.target));

  // One open sheet at a time; Escape and a click elsewhere close it.
  const SHEETS = "details.bar-menu[open], details.reveal[open], details.menu[open]";
  document.addEventListener("click", (event) => {
    document.querySelectorAll(SHEETS).forEach((sheet) => { if (!sheet.contains(event.target)) sheet.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll(SHEETS).forEach((sheet) => { sheet.open = false; sheet.querySelector("summary").focus(); });
  });

  // Pages that want paper: <button type="button" data-print>
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
})();
