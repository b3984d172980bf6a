/* What is typed on the budget sheet and not saved yet, and the sums with it: one sheet a page.
   Where nothing is typed the server's own figures are shown, and those alone are stored. */
import { useSyncExternalStore } from "react";
import { moneyText, monthOf, penceOf, sumsOf } from "./budget_sums.js";

const heard = new Set();
let sheet = { groups: [], months: {}, rules: null };
let typed = new Map(); // code -> { typed, frequency, isKept }
let now = { sums: null, count: 0, kept: [], codes: "," };

/* Return the text of a line's month as typed: "" for an emptied box, null where it is doubtful. */
export function monthText(text, frequency) {
  const month = sheet.rules ? monthOf(sheet.rules, text, frequency) : null;
  if (month === null) return null;
  return text.trim() ? moneyText(month) : "";
}

function asShown(sums) {
  const plain = (name) => moneyText(sums[name]);
  const signed = (name) => moneyText(sums[name], "£");
  return {
    income: plain("income"), fixed: plain("fixed"), flexible: plain("flexible"),
    total_income: signed("income"), outgoings: signed("outgoings"), surplus: signed("surplus"),
    is_deficit: sums.surplus < 0n, savings: signed("savings"), available: signed("available"),
    groups: Object.fromEntries(Object.entries(sums.groups).map(([key, sum]) => [key, moneyText(sum)])),
  };
}

function tell() {
  let sums = null;
  if (typed.size && sheet.rules) {
    const months = { ...sheet.months };
    for (const [code, each] of typed) {
      const month = monthOf(sheet.rules, each.typed, each.frequency);
      if (month !== null) months[code] = month; // of a doubtful box the stored line still counts
    }
    const found = sumsOf(sheet.rules, sheet.groups, months);
    sums = found && asShown(found);
  }
  const kept = [...typed].filter(([, each]) => each.isKept).map(([code]) => code);
  now = { sums, count: typed.size, kept, codes: `,${[...typed.keys()].join(",")},` };
  for (const each of heard) each();
}

export function hold(groups, lines, rules) {
  const months = Object.entries(lines).map(([code, line]) => [code, penceOf(line.monthly)]);
  sheet = { groups, months: Object.fromEntries(months), rules: rules.factors ? rules : null };
  if (typed.size) tell();
}

export function type(code, text, isKept = false) {
  if (text) typed.set(code, { ...text, isKept });
  else if (!typed.delete(code)) return;
  tell();
}

export function forget() {
  typed = new Map();
  tell();
}

const listen = (hear) => {
  heard.add(hear);
  return () => heard.delete(hear);
};
const look = () => now;

/* Return the sums with what is typed (null: nothing is, or it cannot be added up), how many lines
   are not saved, and which of them were kept from before. */
export const useTyped = () => useSyncExternalStore(listen, look, look);

/* Return the codes of the lines that are typed in, between commas; it changes with the set alone. */
const codes = () => now.codes;
export const useTypedCodes = () => useSyncExternalStore(listen, codes, codes);
