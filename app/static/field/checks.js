/* What can be said at a field at once. The server checks everything again when the form arrives. */

import { form as declared, say } from "./words.js";

const plain = (value) => value.normalize("NFKC").trim();

const columnOf = (name) => {
  const found = /^(?:medicines|guidance)_\d_(\w+)$/.exec(name);
  return found ? declared().medicine.columns.find((column) => column.name === found[1]) : null;
};

/* The words of what is wrong with a typed answer; empty when nothing is, or nothing was typed. */
export const faultOf = (name, value, today) => {
  if (!value) return "";
  if (columnOf(name)?.is_number) return /^\d+(\.\d+)?$/.test(plain(value)) ? "" : say("not_a_number");
  const kind = declared().fields[name]?.kind;
  if (kind === "count") return /^[1-9]\d{0,2}$/.test(plain(value)) ? "" : say("not_a_count");
  return kind === "day" && value > today ? say("in_future") : "";
};
