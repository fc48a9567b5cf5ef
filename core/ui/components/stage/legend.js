// What the colours of the stage mean: of those that are on it now.

export function fillLegend({ root, data, stages }) {
  const legend = root.querySelector(".legend");
  const [image, ...layers] = stages;
  const rising = layers.find((stage) => stage.low >= 0);
  const signed = layers.some((stage) => stage.low < 0);
  const kernels = data.kernels.length > 0;
  fillScale(legend, "ink", image.channels === 3 ? null : image.colours);
  fillScale(legend, "rising", rising?.colours);
  fillScale(legend, "signed", signed || kernels ? data.signed : null);
  legend.querySelector(".signed em").textContent = nameOf(kernels, signed);
}

function nameOf(kernels, signed) {
  if (kernels && signed) return "Kernels, and maps with negative numbers:";
  return kernels ? "Kernels:" : "Maps with negative numbers:";
}

function fillScale(legend, name, colours) {
  const one = legend.querySelector(`.${name}`);
  one.hidden = !colours;
  if (colours) one.querySelector("i").style.backgroundImage = `linear-gradient(to right, ${colours.join(",")})`;
}
