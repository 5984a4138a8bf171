/* The decision table of a visit (domain 2.3) for the offline page: the same answer as app/visits/rules/classification.py on every
   combination of answers, which a test asks of both. The server computes again when the form arrives. */

const UNSTABLE = 1, BASICALLY_STABLE = 2, STABLE = 3;
const POOR = 3, NOT_APPLICABLE = 9;

const READ = ["risk_level", "psychotic_symptoms", "insight", "adverse_severity", "physical_illness", "other_abnormal"];

const isSociallyPoor = (codes, rules) => {
  const poor = codes.filter((code) => code === POOR).length;
  if (rules.social_poor === "any") return poor > 0;
  return 2 * poor > codes.filter((code) => code !== NOT_APPLICABLE).length;
};

const social = (answers, rules) => rules.social_function.map((name) => answers[name]);
const poorItems = (answers, rules) => rules.social_function.filter((name) => answers[name] === POOR);

// [code of the sentence, whether it holds, its arguments]: any of these decides, whatever else is answered
const DECISIVE = [
  ["visit.class.risk", (a, rules) => a.risk_level >= rules.police_level, (a, rules) => ({ level: a.risk_level, threshold: rules.police_level })],
  ["visit.class.symptoms", (a) => a.psychotic_symptoms === 2],
  ["visit.class.insight", (a) => a.insight === 3],
  ["visit.class.adverse", (a) => a.adverse_severity === 2],
  ["visit.class.physical", (a) => a.physical_illness === 2],
];

// what keeps somebody from being stable
const GAPS = [
  ["visit.class.low_risk", (a) => a.risk_level > 0, (a) => ({ level: a.risk_level })],
  ["visit.class.symptoms_present", (a) => a.psychotic_symptoms !== 0],
  ["visit.class.insight_partial", (a) => a.insight !== 1],
  ["visit.class.social", (a, rules) => isSociallyPoor(social(a, rules), rules), (a, rules) => ({ items: poorItems(a, rules) })],
  ["visit.class.physical_unstable", (a) => a.physical_illness !== 0],
  ["visit.class.other_abnormal", (a) => a.other_abnormal === 1],
];

const speaking = (rows, answers, rules) => rows
  .filter(([, holds]) => holds(answers, rules))
  .map(([code, , args]) => ({ code, args: args ? args(answers, rules) : {} }));

const isWhole = (answers, rules) => [...READ, ...rules.social_function].every((name) => answers[name] !== undefined && answers[name] !== null);

/* `answers` are numbers by name. Answers {visitClass, because: [{code, args}]}; null while what is answered does not decide. */
export const decide = (answers, rules) => {
  const unstable = speaking(DECISIVE, answers, rules);
  if (unstable.length) return { visitClass: UNSTABLE, because: unstable };
  if (!isWhole(answers, rules)) return null;
  const gaps = speaking(GAPS, answers, rules);
  if (gaps.length) return { visitClass: BASICALLY_STABLE, because: gaps };
  return { visitClass: STABLE, because: [{ code: "visit.class.stable", args: {} }] };
};

const addDays = (iso, days) => new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);

/* The same day so many months later, or the last day of a shorter month. */
const addMonths = (iso, months) => {
  const [year, month, day] = iso.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day, last.getUTCDate()))).toISOString().slice(0, 10);
};

/* The latest day of the next visit {on, code, args}; null where it depends on the visit before, which a phone does not hold. */
export const nextDue = (visitedOn, visitClass, rules) => {
  const [days, months] = [rules.unstable_days, rules.stable_months];
  if (visitClass === UNSTABLE) return { on: addDays(visitedOn, days), code: "visit.due.unstable", args: { days } };
  if (visitClass === STABLE) return { on: addMonths(visitedOn, months), code: "visit.due.stable", args: { months } };
  return null;
};
