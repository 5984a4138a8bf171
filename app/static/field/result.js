/* Class and next day while the form is being filled in, as far as the phone may know: it holds no earlier answers. */

import { decide, nextDue } from "./classify.js";
import { el } from "./draw.js";
import { titleOf } from "./questions.js";
import { form as declared, label, say, sayBecause, sayDay } from "./words.js";

const NO_REACTION = "1";

const numbersOf = (typed) => {
  const numbers = Object.fromEntries(Object.entries(typed).filter(([, [value]]) => /^\d$/.test(value)).map(([name, [value]]) => [name, Number(value)]));
  if (typed.adverse_reaction?.[0] === NO_REACTION) numbers.adverse_severity = 0;
  return numbers;
};

const inWords = ({ code, args }) => sayBecause(code, { ...args, items: args.items?.map(titleOf).join(say("comma")) });

/* {visitClass, because: [words], due: {on} or null}; null while what is answered does not decide. */
export const judge = (typed) => {
  const { rules } = declared();
  const found = decide(numbersOf(typed), rules);
  if (!found) return null;
  const due = typed.visited_on ? nextDue(typed.visited_on[0], found.visitClass, rules) : null;
  const because = found.because.map(inWords);
  if (due) because.push(sayBecause(due.code, { ...due.args, on: sayDay(due.on) }));
  return { visitClass: found.visitClass, because, due };
};

const TONES = { 1: "late", 2: "soon", 3: "good" };

/* Two lines: what comes out and when to come again; because of what. `left` questions are open. */
export const resultLines = (typed, left = 0) => {
  const found = judge(typed);
  const open = left ? el("span", { class: "push sub", text: say("missing", { n: left }) }) : null;
  if (!found) return [el("div", { class: "row-line" }, el("b", { text: say("later") }), open)];
  const next = found.due ? say("next_by", { day: sayDay(found.due.on) }) : say("next_later");
  return [
    el("div", { class: "row-line" },
      el("span", { class: `pill ${TONES[found.visitClass]}`, text: label(declared().classes[found.visitClass]) }), el("b", { text: next }), open),
    el("div", { class: "because result-short" }, el("span", { class: "because-word", text: say("because") }), " ", found.because.join(say("semicolon"))),
  ];
};
