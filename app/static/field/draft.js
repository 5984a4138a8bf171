/* The draft of a visit form on the server: sent a moment after each change, one at a time, the newest last. */
(() => {
  "use strict";

  const line = document.querySelector("[data-draft]");
  const form = document.querySelector("form[data-visit]");
  if (!line || !form) return;

  const AFTER_A_TAP_MS = 500;
  const AFTER_A_LETTER_MS = 1500;
  let timer = 0;
  let isSending = false;
  let isChanged = false;
  let isSaved = false;

  const body = () => new URLSearchParams(new FormData(form));

  const say = (text, state) => {
    line.textContent = text;
    line.dataset.state = state;
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (!isChanged || isSending || isSaved) return;
    isSending = true;
    isChanged = false;
    try {
      const answer = await fetch(line.dataset.draft, { method: "POST", body: body(), redirect: "manual", headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      say((await answer.text()).trim(), isChanged ? "saving" : "saved");
    } catch {
      isChanged = true;
      say(line.dataset.failed, "failed");
    } finally {
      isSending = false;
    }
  };

  const soon = (ms) => {
    isChanged = true;
    line.dataset.state = "saving";
    window.clearTimeout(timer);
    timer = window.setTimeout(send, ms);
  };

  if (!window.isSecureContext) line.textContent = line.dataset.insecure;

  form.addEventListener("change", () => soon(AFTER_A_TAP_MS));
  form.addEventListener("input", (event) => { if (event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea")) soon(AFTER_A_LETTER_MS); });
  form.addEventListener("submit", (event) => { isSaved = !event.defaultPrevented; });
  window.addEventListener("pageshow", () => { isSaved = false; });
  window.addEventListener("online", send);

  // The last change goes out when the page is left or the phone is put away.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !isChanged || isSaved) return;
    if (navigator.sendBeacon(line.dataset.draft, body())) isChanged = false;
  });
})();
