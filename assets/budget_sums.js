/* A sheet's sums while its lines are typed: exact, in whole pence, by the dated rules that the
   server sends (cma_app/rules/typing_rules.py). It reads a box as cma_app/rules/entries.py and
   payslips.py do and says nothing (null) of what those refuse; a test holds the two equal. */

const PLAIN = /^[\n\x20-\x7e\xa0£−–]*$/;
const MONEY = /^(?:(?:([0-9]+)|([0-9]{1,3}(?:,[0-9]{3})+))(?:\.([0-9]*))?|\.([0-9]+))$/;
const ENTRY = /^([£\s]*[0-9.,]+)(\s*[a-z/].*|\s+[0-9]+\s*-?[a-z].*)?$/;
const EITHER_WAY = /^([0-9]{3,})([24])(w|wk|weekly|m|monthly)$/;
const MINUS = ["-", "−", "–", "£-", "£−", "("];
const bare = (text) => (text.startsWith("£") ? text.slice(1) : text).trim();

function tidy(rules, text) {
  if (text.length > rules.longest || !PLAIN.test(text)) return "";
  return text.replaceAll("\xa0", " ").trim().toLowerCase();
}

function money(rules, text) {
  const typed = tidy(rules, text);
  if (!typed || MINUS.some((sign) => typed.startsWith(sign))) return null;
  const found = MONEY.exec(bare(typed));
  if (!found) return null;
  const pennies = found[3] ?? found[4] ?? "";
  if (pennies.length > 2) return null;
  const whole = (found[1] ?? found[2] ?? "0").replaceAll(",", "");
  const pence = BigInt(whole) * 100n + BigInt(pennies.padEnd(2, "0"));
  return pence > BigInt(rules.most) ? null : pence;
}

function often(rules, text) {
  const word = text.replace(/[\s_\-/.]+/g, "");
  for (const start of rules.starts) {
    if (!word.startsWith(start)) continue;
    const rest = word.slice(start.length);
    if (Object.hasOwn(rules.words, rest)) return rules.words[rest];
  }
  return null;
}

function entry(rules, text, frequency) {
  const typed = tidy(rules, text);
  const found = ENTRY.exec(typed);
  if (!found?.[2]) {
    const pence = money(rules, typed);
    return pence === null ? null : { pence, frequency };
  }
  const either = EITHER_WAY.exec(bare(typed));
  if (either && rules.digit_forms.includes(either[2] + either[3][0])) return null;
  const pence = money(rules, found[1]);
  const said = often(rules, found[2]);
  return pence === null || said === null ? null : { pence, frequency: said };
}

function payslips(rules, text, frequency) {
  if (text.length > rules.most_payslips * rules.longest) return null;
  const parts = text.trim().replace(/[;+]+$/, "").trimEnd().split(/[;+\n]/);
  if (parts.length > rules.most_payslips) return null;
  const last = entry(rules, parts.at(-1), frequency);
  if (!last) return null;
  const read = parts.map((part) => entry(rules, part, last.frequency));
  if (read.some((each) => each?.frequency !== last.frequency)) return null;
  const pence = read.reduce((sum, each) => sum + each.pence, 0n);
  return { pence, count: BigInt(parts.length), frequency: last.frequency };
}

/* Return the pence a month that a box stands for, nil for an empty one, null for a doubtful one. */
export function monthOf(rules, text, frequency) {
  if (!Object.hasOwn(rules.factors, frequency)) return null;
  if (!text.trim()) return 0n;
  const several = /[;+\n]/.test(text.trim());
  const read = several ? payslips(rules, text, frequency) : entry(rules, text, frequency);
  if (!read) return null;
  const [times, by] = rules.factors[read.frequency];
  const above = read.pence * BigInt(times);
  const below = BigInt(by) * (read.count ?? 1n);
  const month = (2n * above + below) / (2n * below); // halves go up
  return month > BigInt(rules.most_a_month) ? null : month;
}

function savingsOf(rules, surplus) {
  if (surplus <= 0n) return 0n;
  const least = (one, other) => (one < other ? one : other);
  if (rules.chosen !== null) return least(BigInt(rules.chosen), surplus);
  const [part, whole] = rules.share.map(BigInt);
  const cap = BigInt(rules.cap);
  if (surplus * part >= cap * whole) return rules.whole_pounds ? (cap / 100n) * 100n : cap;
  if (rules.whole_pounds) return ((surplus * part) / whole / 100n) * 100n;
  return (2n * surplus * part + whole) / (2n * whole);
}

/* Return the sums of months by line, in pence; null where they come to more than is believed. */
export function sumsOf(rules, groups, months) {
  const sections = { income: 0n, fixed: 0n, flexible: 0n };
  const byGroup = {};
  for (const group of groups) {
    const sum = group.lines.reduce((total, line) => total + (months[line.code] ?? 0n), 0n);
    byGroup[group.key] = sum;
    sections[group.section] += sum;
  }
  const outgoings = sections.fixed + sections.flexible;
  const most = BigInt(rules.most_a_month);
  if (sections.income > most || outgoings > most) return null;
  const surplus = sections.income - outgoings;
  const savings = savingsOf(rules, surplus);
  const available = surplus - savings - BigInt(rules.fee);
  return { ...sections, outgoings, surplus, savings, available, groups: byGroup };
}

/* Return pence as a person reads them: 1,234.50, or −£12.00 with the sign of pounds. */
export function moneyText(pence, sign = "") {
  const size = pence < 0n ? -pence : pence;
  const pounds = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${pence < 0n ? "−" : ""}${sign}${pounds}.${String(size % 100n).padStart(2, "0")}`;
}

/* Return the pence of a figure as the server writes it. */
export const penceOf = (text) => BigInt(text.replace(/[^0-9]/g, ""));
