/** Names for things that this browser makes: of their time, random beside it, and never made twice. */

/**
 * A version 7 UUID: what somebody says one after the other stands side by side in the database's index of it, so a
 * server writes less. (`crypto.randomUUID` makes version 4, and only on secure origins.)
 *
 * @param {Crypto} [source]
 * @param {number} [now] milliseconds since 1970
 */
export function nonce(source = globalThis.crypto, now = Date.now()) {
  const bytes = source.getRandomValues(new Uint8Array(16));
  const time = new DataView(bytes.buffer);
  time.setUint16(0, Math.floor(now / 2 ** 32));
  time.setUint32(2, now % 2 ** 32);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
