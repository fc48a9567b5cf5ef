// Numbers as they are typed and shown, and a sum written out.

import { counted } from "../words.js";

const TERMS = 30; // of a sum that are written

// A number in a cell: at most five letters for numbers of everyday size; a true minus.
export function short(number) {
  const size = Math.abs(number);
  if (size >= 10_000) return signed(number.toExponential(0).replace("e+", "e"));
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = String(Number(number.toFixed(digits)));
  return text === "0" && number ? `${number < 0 ? "−" : ""}0.0` : signed(text);
}

// A number with up to six digits.
export const long = (number) => signed(String(Number(number.toPrecision(6))));

const signed = (text) => (text === "-0" ? "0" : text.replace("-", "−"));

const factor = (number) => (number < 0 ? `(${long(number)})` : long(number));

// The number that was typed, with a point or a comma; or a sentence with what is wrong.
export function readNumber(text, most) {
  const words = text.trim().replace("−", "-").replace(",", ".");
  const range = `from −${most.toLocaleString("en")} to ${most.toLocaleString("en")}`;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(words))
    return `“${text.trim().slice(0, 20)}” is no number. Type one ${range}, such as 0.5.`;
  const number = Number(words);
  return Math.abs(number) <= most ? number : `${words.slice(0, 20)} is too large. Numbers go ${range}.`;
}

// `1·0.5 + 0·(−2) + bias 3 = 3.5`
export function sumWords(products, bias, value) {
  const written = products.slice(0, TERMS).map(([one, other]) => `${factor(one)}·${factor(other)}`);
  if (products.length > TERMS) written.push(`… (${counted(products.length - TERMS, "more product")})`);
  if (bias !== null) written.push(`bias ${factor(bias)}`);
  return `${written.join(" + ") || "nothing"} = ${long(value)}`;
}
