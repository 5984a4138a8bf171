/* One tap copies one field. Without leave to write to the clipboard the text is selected and copied the old way, or left selected. */
(() => {
  "use strict";

  const SHOWN_MS = 2500;

  const select = (place) => {
    const range = document.createRange();
    range.selectNodeContents(place);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  // "done" when the text is on the clipboard, "selected" when the person has to copy it by hand
  const copy = async (place) => {
    try {
      await navigator.clipboard.writeText(place.textContent.trim());
      return "done";
    } catch {
      select(place);
      try {
        return document.execCommand("copy") ? "done" : "selected";
      } catch {
        return "selected";
      }
    }
  };

  const tell = (button, place, how) => {
    const words = button.querySelector("[data-said]");
    const said = document.getElementById("copy-said");
    words.dataset.at ??= words.textContent;
    words.textContent = button.dataset[how];
    if (how === "done") button.closest(".copy-line").setAttribute("data-copied", "");
    said.textContent = said.dataset[how] + (button.dataset.name ?? place.textContent.trim());
    window.clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = window.setTimeout(() => { words.textContent = words.dataset.at; }, SHOWN_MS);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const place = document.getElementById(button.dataset.copy);
    tell(button, place, await copy(place));
  });
})();
