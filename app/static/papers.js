/* A paper's photo made small on the phone before it is sent, and sent so that a weak network loses nothing. Without script the form works as it is. */
(() => {
  "use strict";

  const LONGEST = 1600; // pixels
  const QUALITY = 0.8;

  const form = document.querySelector("form[data-paper-form]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-paper-state]");
  const say = (name) => { state.textContent = name ? form.dataset[name] : ""; };
  let shrinking = Promise.resolve();

  const drawn = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const sheet = document.createElement("canvas");
    sheet.width = Math.round(picture.width * scale);
    sheet.height = Math.round(picture.height * scale);
    const brush = sheet.getContext("2d");
    brush.fillStyle = "#fff"; // a transparent drawing would turn black as JPEG
    brush.fillRect(0, 0, sheet.width, sheet.height);
    brush.drawImage(picture, 0, 0, sheet.width, sheet.height);
    picture.close();
    return new Promise((done) => sheet.toBlob(done, "image/jpeg", QUALITY));
  };

  const shrink = async () => {
    const file = input.files[0];
    if (!file || !file.type.startsWith("image/")) return say("");
    say("shrinking");
    try {
      const small = await drawn(file);
      if (small && small.size < file.size) {
        const list = new DataTransfer();
        list.items.add(new File([small], "paper.jpg", { type: "image/jpeg" }));
        input.files = list.files;
        return say("shrunk");
      }
    } catch {
      // an old phone sends the photo as it is; the server makes it small
    }
    say("");
  };

  const send = async () => {
    await shrinking;
    say("sending");
    const answer = await fetch(form.action || location.href, { method: "POST", body: new FormData(form), redirect: "follow" });
    if (answer.redirected) return location.assign(answer.url);
    const page = await answer.text(); // the form with what is to be mended
    document.open();
    document.write(page);
    document.close();
  };

  input.addEventListener("change", () => { shrinking = shrink(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send().catch(() => {
      say("failed");
      form.removeAttribute("data-busy");
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });
})();
