/* The draft of a visit form on the server: sent a moment after each change, one at a time, the newest last. What could not be kept
   yet is said with the time since when, tried again by itself, and not left behind without a question. */
(() => {
  "use strict";

  const line = document.querySelector("[data-draft]");
  const form = document.querySelector("form[data-visit]");
  if (!line || !form) return;

  const AFTER_A_TAP_MS = 500;
  const AFTER_A_LETTER_MS = 1500;
  const AGAIN_MS = 15_000;
  let timer = 0;
  let isSending = false;
  let changedAt = 0; // since when something is not kept; 0 when all is
  let isSaved = false;

  const body = () => new URLSearchParams(new FormData(form));
  const isFailed = () => line.dataset.state === "failed";
  const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);

  const say = (text, state) => {
    line.textContent = text;
    line.dataset.state = state;
  };

  const sayFailed = (words) => say(words.replace("{at}", clock(changedAt)), "failed");

  // Signed in anew in another window: this page goes on with the new token (app/accounts/views.py).
  const takeToken = (token) => {
    document.querySelector('meta[name="csrf-token"]').content = token;
    document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = token; });
  };

  const post = async () => {
    const ask = () => fetch(line.dataset.draft, { method: "POST", body: body(), redirect: "manual", headers: { "HX-Request": "true" } });
    const answer = await ask();
    const token = answer.headers.get("Anhu-Form-Token");
    if (!token) return answer;
    takeToken(token);
    return ask();
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (!changedAt || isSending || isSaved) return;
    isSending = true;
    const since = changedAt;
    changedAt = 0;
    try {
      const answer = await post();
      if (answer.ok) return say((await answer.text()).trim(), changedAt ? "saving" : "saved");
      changedAt = since;
      sayFailed(answer.status === 401 ? line.dataset.signedOut : line.dataset.failed);
    } catch {
      changedAt = since;
      sayFailed(line.dataset.failed);
    } finally {
      isSending = false;
    }
    timer = window.setTimeout(send, AGAIN_MS);
    return null;
  };

  const soon = (ms) => {
    changedAt ||= Date.now();
    if (!isFailed()) line.dataset.state = "saving";
    window.clearTimeout(timer);
    timer = window.setTimeout(send, ms);
  };

  if (!window.isSecureContext) line.textContent = line.dataset.insecure;

  form.addEventListener("change", () => soon(AFTER_A_TAP_MS));
  form.addEventListener("input", (event) => { if (event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea")) soon(AFTER_A_LETTER_MS); });
  form.addEventListener("submit", (event) => { isSaved = !event.defaultPrevented; });
  window.addEventListener("pageshow", () => { isSaved = false; });
  window.addEventListener("online", send);
  window.addEventListener("focus", () => { if (isFailed()) send(); });
  window.addEventListener("beforeunload", (event) => { if (isFailed() && !isSaved) event.preventDefault(); });

  // The last change goes out when the page is left or the phone is put away.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !changedAt || isSaved || isFailed()) return;
    if (navigator.sendBeacon(line.dataset.draft, body())) changedAt = 0;
  });
})();
