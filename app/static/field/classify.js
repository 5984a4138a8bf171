/* The decision table of a visit (domain 2.3) for the offline page: the same answer as app/visits/rules/classification.py on every
   combination of answers, which a test asks of both. The server computes again when the form arrives. */

const UNSTABLE = 1, BASICALLY_STABLE = 2, STABLE = 3;
const POOR = 3, NOT_APPLICABLE = 9;

const READ = ["risk_level", "psychotic_symptoms", "insight", "physical_illness", "other_abnormal"];

const isSociallyPoor = (codes, rules) => {
  const poor = codes.filter((code) => code === POOR).length;
  if (rules.social_poor === "any") return poor > 0;
  return 2 * poor > codes.filter((code) => code !== NOT_APPLICABLE).length;
};

/* `answers` are numbers by name; null while the table lacks one of them. */
export const classify = (answers, rules) => {
  const social = rules.social_function.map((name) => answers[name]);
  if ([...READ.map((name) => answers[name]), ...social].some((code) => code === undefined || code === null)) return null;
  const severity = answers.adverse_severity ?? 0;
  if (answers.risk_level >= rules.police_level || answers.psychotic_symptoms === 2 || answers.insight === 3) return UNSTABLE;
  if (severity === 2 || answers.physical_illness === 2) return UNSTABLE;
  const hasGap = answers.risk_level > 0 || answers.psychotic_symptoms !== 0 || answers.insight !== 1
    || isSociallyPoor(social, rules) || answers.physical_illness !== 0 || answers.other_abnormal === 1;
  return hasGap ? BASICALLY_STABLE : STABLE;
};

const addDays = (iso, days) => new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);

/* The same day so many months later, or the last day of a shorter month. */
const addMonths = (iso, months) => {
  const [year, month, day] = iso.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day, last.getUTCDate()))).toISOString().slice(0, 10);
};

/* The latest day of the next visit; null where it depends on the visit before, which a phone does not hold. */
export const nextDue = (visitedOn, visitClass, rules) => {
  if (visitClass === UNSTABLE) return addDays(visitedOn, rules.unstable_days);
  if (visitClass === STABLE) return addMonths(visitedOn, rules.stable_months);
  return null;
};
