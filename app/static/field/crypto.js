/* Keys of the store.

   A random data key seals list and drafts. It is kept wrapped under a key made of the PIN (PBKDF2) and the server's part (HKDF over
   both): neither alone opens it. The server's part lies here as a key that scripts can use and not read. Finished forms are sealed
   to the server's public key for this phone: no PIN is needed to send them, and nothing here opens them (app/core/sealed_box.py). */

const subtle = globalThis.crypto?.subtle;
const bytesOf = (text) => new TextEncoder().encode(text);
const NOTHING = new Uint8Array();
const STORE_PURPOSE = bytesOf("anhu-store");
const BOX_PURPOSE = "anhu-box:";
const AES = { name: "AES-GCM", length: 256 };

export const toText = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
export const fromText = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
export const randomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

/* Also where `crypto.randomUUID` does not exist. */
export const newKey = () => {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

export const importPart = (text) => subtle.importKey("raw", fromText(text), "HKDF", false, ["deriveKey"]);

const wrappingKey = async (pin, salt, part, rounds) => {
  const typed = await subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256);
  return subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: bits, info: STORE_PURPOSE }, part, AES, false, ["encrypt", "decrypt"]);
};

const usable = (raw) => subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/* A new lock and the data key behind it. */
export const newLock = async (pin, part, rounds) => {
  const [salt, iv, raw] = [randomBytes(16), randomBytes(12), randomBytes(32)];
  const wrapped = await subtle.encrypt({ name: "AES-GCM", iv }, await wrappingKey(pin, salt, part, rounds), raw);
  return { lock: { salt, iv, wrapped, part, rounds, wrong: 0 }, dataKey: await usable(raw) };
};

/* The data key, or null for a wrong PIN. */
export const unlock = async (pin, lock) => {
  const key = await wrappingKey(pin, lock.salt, lock.part, lock.rounds);
  try {
    return await usable(await subtle.decrypt({ name: "AES-GCM", iv: lock.iv }, key, lock.wrapped));
  } catch {
    return null;
  }
};

export const seal = async (dataKey, content, place) => {
  const iv = randomBytes(12);
  const body = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytesOf(place) }, dataKey, bytesOf(JSON.stringify(content)));
  return { iv, body };
};

export const unseal = async (dataKey, sealed, place) => {
  const plain = await subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: bytesOf(place) }, dataKey, sealed.body);
  return JSON.parse(new TextDecoder().decode(plain));
};

/* A box that only the server opens. */
export const closeBox = async (publicText, content, place) => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const server = await subtle.importKey("raw", fromText(publicText), curve, false, []);
  const once = await subtle.generateKey(curve, false, ["deriveBits"]);
  const shared = await subtle.deriveBits({ name: "ECDH", public: server }, once.privateKey, 256);
  const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: NOTHING, info: bytesOf(BOX_PURPOSE + place) }, secret, AES, false, ["encrypt"]);
  const iv = randomBytes(12);
  const body = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytesOf(place) }, key, bytesOf(JSON.stringify(content)));
  return { e: toText(await subtle.exportKey("raw", once.publicKey)), n: toText(iv), c: toText(body) };
};
