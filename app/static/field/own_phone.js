/* Turning offline work on for this phone. */

import { importPart, newLock, seal } from "./crypto.js";
import * as store from "./store.js";
import { isSecure, keepPages, LIST, takeList, turnOn, unsent } from "./sync.js";
import { form as declared, load, say, sayTime } from "./words.js";

const note = document.getElementById("field-note");
const form = document.querySelector("[data-turn-on]");
const error = document.querySelector("[data-turn-on-error]");

const isWeak = (pin) => {
  const steps = new Set(Array.from(pin).slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
  return steps.size === 1 && [0, 1, -1].includes([...steps][0]);
};

const fault = (pin, again) => {
  if (!new RegExp(`^\\d{${declared().lock.pin_digits}}$`).test(pin)) return "pin_shape";
  if (pin !== again) return "pins_differ";
  return isWeak(pin) ? "pin_weak" : null;
};

const refuse = (name) => {
  error.textContent = name ? say(name) : "";
  error.hidden = !name;
  form.removeAttribute("data-busy");
};

const submit = async (event) => {
  event.preventDefault();
  const pin = form.querySelector("#pin").value;
  const wrong = fault(pin, form.querySelector("#pin-again").value);
  if (wrong) return refuse(wrong);
  refuse(null);
  form.querySelector(".btn-go").disabled = true;
  try {
    const told = await turnOn(form.querySelector("#label").value, form.querySelector("[name=csrf_token]").value);
    const { lock, dataKey } = await newLock(pin, await importPart(told.server_part), declared().lock.rounds);
    await store.clear("drafts");
    await store.remove("meta", LIST);
    await store.remove("meta", "wiped");
    await store.put("meta", "device", { id: told.device, sealTo: told.seal_to });
    await store.put("meta", "lock", lock);
    await store.put("meta", LIST, await seal(dataKey, { ...await takeList(), done: {} }, LIST));
    await navigator.storage?.persist?.();
    await keepPages();
    await navigator.serviceWorker.ready;
    location.assign(location.pathname);
  } catch {
    refuse("turn_on_failed");
    form.querySelector(".btn-go").disabled = false;
  }
  return null;
};

const begin = async () => {
  await load(note.dataset.declaration);
  if (!isSecure()) {
    document.querySelector("[data-insecure]").hidden = false;
    return;
  }
  const [device, lock] = await Promise.all([store.get("meta", "device"), store.get("meta", "lock")]);
  const isOn = Boolean(device && lock) && document.querySelector(`[data-device="${device.id}"]`) !== null;
  document.querySelector("[data-is-on]").hidden = !isOn;
  const { count, oldest } = await unsent();
  // what was sealed for the earlier device can only be sent as that device
  form.hidden = isOn || count > 0;
  if (count) {
    document.querySelector("[data-is-on]").hidden = false;
    document.querySelector("[data-unsent]").textContent = say("unsent", { n: count, at: sayTime(oldest) });
  }
  form.addEventListener("submit", submit);
};

begin();
