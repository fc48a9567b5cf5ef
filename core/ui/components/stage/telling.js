// What of the network is out of sight: folded away, or where the stage is scrolled elsewhere. The server is told, and
// sends nothing of it, so that the layers one looks at get the room.

const REST_MS = 120; // after which a scrolled stage has come to rest

export function tellUnseen(view) {
  const { own, data, act } = view;
  const text = unseen(view, view.board.scrollLeft).join(" ");
  if (text === (data.folded ?? "") || text === own.told) return;
  own.told = text;
  act("folded", { ids: text });
}

// Tells again when the stage has been scrolled.
export function tellWhenScrolled(view) {
  const { own, board, root } = view;
  own.tell = () => root.isConnected && tellUnseen(view);
  board.onscroll = () => {
    clearTimeout(own.scrolling);
    own.scrolling = setTimeout(() => own.tell(), REST_MS);
  };
}

// The ids of the layers out of sight. What a layer in sight reads is needed beside it, and so is the number that is chosen.
export function unseen({ nodes, nodeOf, own, pitch, wide }, left) {
  const isSeen = ({ x }) => x !== null && x + pitch > left && x < left + wide;
  const chosen = nodeOf.get(own.unit?.id);
  const needed = new Set();
  for (const node of nodes) {
    if (node !== chosen && !isSeen(node)) continue;
    needed.add(node.id);
    if (node.window || node === chosen) for (const id of node.reads) needed.add(id);
  }
  return nodes.filter((node) => node.id !== "" && !needed.has(node.id)).map((node) => node.id);
}
