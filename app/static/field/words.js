/* The form's declaration and the pages' words, in the language of the page. */

export const lang = () => (document.documentElement.lang.startsWith("en") ? "en" : "zh");

let declared = null;

export const load = async (address) => {
  declared ??= await (await fetch(address)).json();
  return declared;
};

export const form = () => declared;
export const label = (texts) => texts[lang()];

const fill = (words, values) => words.replace(/%\((\w+)\)s/g, (_all, key) => String(values[key] ?? ""));

export const say = (name, values = {}) => fill(declared.words[lang()][name], values);

/* Why a class or a day came out, by the code under which the server says the same. */
export const sayBecause = (code, values) => fill(label(declared.because[code]), values);

export const sayDay = (iso) => {
  const [year, month, day] = iso.split("-").map(Number);
  return new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "zh-CN", { timeZone: "UTC", month: lang() === "en" ? "short" : "long", day: "numeric" })
    .format(new Date(Date.UTC(year, month - 1, day)));
};

export const sayTime = (ms) =>
  new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", month: lang() === "en" ? "short" : "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false })
    .format(new Date(ms));
