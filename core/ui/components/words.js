// Numbers with their nouns, as `counted` of core.network.words has them.

// `1 parameter`, `2,416 parameters`
export function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
