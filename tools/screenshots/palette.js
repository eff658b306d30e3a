/**
 * A picture in at most 256 colours, by median cut: each group of alike colours is shown as the most frequent of them,
 * so that surfaces keep theirs to the last bit. Two runs give the same.
 *
 * @param {string} source a data URL
 * @returns {Promise<{width: number, height: number, palette: number[][], pixels: string}>} pixels: base64, a byte each
 */
async (source) => {
  const image = await createImageBitmap(await (await fetch(source)).blob());
  const { width, height } = image;
  const drawing = new OffscreenCanvas(width, height).getContext("2d");
  drawing.drawImage(image, 0, 0);
  const colours = new Uint32Array(drawing.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);

  const channels = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const group = (members) => {
    const spans = [0, 1, 2].map((channel) => {
      const values = members.map((colour) => channels(colour)[channel]);
      return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
    });
    const span = Math.max(...spans);
    const area = members.reduce((sum, colour) => sum + counts.get(colour), 0);
    // A wide surface shows the least difference, a shadow most of all; an emoji hides a large one.
    return { members, span, widest: spans.indexOf(span), need: span * Math.sqrt(area) };
  };
  const groups = [group([...counts.keys()].sort((a, b) => a - b))];
  while (groups.length < 256) {
    groups.sort((a, b) => b.need - a.need);
    const { members, span, widest } = groups[0];
    if (span === 0) break;
    members.sort((a, b) => channels(a)[widest] - channels(b)[widest] || a - b);
    const middle = channels(members[0])[widest] + span / 2;
    const cut = members.findIndex((colour) => channels(colour)[widest] > middle);
    groups.splice(0, 1, group(members.slice(0, cut)), group(members.slice(cut)));
  }

  const index = new Map();
  const palette = groups.map(({ members }, place) => {
    for (const colour of members) index.set(colour, place);
    return channels(members.reduce((a, b) => (counts.get(b) > counts.get(a) ? b : a)));
  });
  const pixels = Uint8Array.from(colours, (colour) => index.get(colour));
  let text = "";
  for (let at = 0; at < pixels.length; at += 0x8000) text += String.fromCharCode(...pixels.subarray(at, at + 0x8000));
  return { width, height, palette, pixels: btoa(text) };
}
