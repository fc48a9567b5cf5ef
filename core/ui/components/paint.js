// Numbers as pixels, and frames around them: how every picture of a layer is drawn.

// A map as a canvas of one pixel a unit; the map "rgb" is a colour image.
export function painted(stage, map) {
  const canvas = document.createElement("canvas");
  canvas.width = stage.columns;
  canvas.height = stage.rows;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(stage.columns, stage.rows);
  const size = stage.rows * stage.columns;
  for (let at = 0; at < size; at++) {
    const level = (n) => stage.levels[n * size + at] >> 8;
    for (let k = 0; k < 3; k++) {
      pixels.data[at * 4 + k] = map === "rgb" ? level(k) : stage.table[level(map) * 3 + k];
    }
    pixels.data[at * 4 + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

export function frame(context, x, y, box, cell, colour) {
  if (!box || box[2] <= box[0] || box[3] <= box[1]) return;
  const place = [x + box[1] * cell, y + box[0] * cell, (box[3] - box[1]) * cell, (box[2] - box[0]) * cell];
  for (const [width, style] of [
    [4, "rgba(0,0,0,.65)"],
    [2, colour],
  ]) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.strokeRect(...place);
  }
}
