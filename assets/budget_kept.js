/* What is typed and not saved outlives a cut connection, a reload and a closed tab: it is kept in
   this browser under a key that the server gives to the signed-in person alone and that is nowhere
   written down here. Without that person's sign-in the machine holds bytes that nobody can read;
   kept.js removes them at sign-out, when another person signs in, and after twelve hours. */

const PREFIX = "cma-kept:";
const OLDEST = 12 * 3600 * 1000; // milliseconds; kept.js has the same
const NONE = { read: async () => ({}), put: () => {} };

const bytesOf = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const textOf = (bytes) =>
  btoa(Array.from(new Uint8Array(bytes), (each) => String.fromCharCode(each)).join(""));
const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

/* Return what keeps texts by their box for one place ("7:42", a person and a sheet). */
export function keeperOf(secret, place) {
  if (!/^[0-9a-f]{64}$/.test(secret) || !globalThis.crypto?.subtle) return NONE;
  const mine = `${PREFIX}${place}:${crypto.randomUUID()}`;
  const about = new TextEncoder().encode(place);
  const key = crypto.subtle.importKey("raw", bytesOfHex(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
  const texts = {};
  let writing = false;
  let again = false;

  const seal = async () => {
    if (!Object.keys(texts).length) return null;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(texts));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, await key, plain);
    return `${Date.now()}.${textOf(iv)}.${textOf(sealed)}`;
  };
  const write = async () => {
    again = true;
    if (writing) return;
    writing = true;
    while (again) {
      again = false;
      try {
        const sealed = await seal();
        if (sealed === null) localStorage.removeItem(mine);
        else if (!again) localStorage.setItem(mine, sealed);
      } catch {
        // storage is full or switched off: the text is still in its box
      }
    }
    writing = false;
  };
  const unseal = async (name) => {
    const [at, iv, sealed] = (localStorage.getItem(name) ?? "").split(".");
    if (!(Date.now() - Number(at) < OLDEST)) return {};
    const how = { name: "AES-GCM", iv: bytesOf(iv), additionalData: about };
    const plain = await crypto.subtle.decrypt(how, await key, bytesOf(sealed));
    return JSON.parse(new TextDecoder().decode(plain));
  };
  const read = async () => {
    const found = {};
    try {
      const names = Object.keys(localStorage).filter(
        (name) => name.startsWith(`${PREFIX}${place}:`) && name !== mine,
      );
      const age = (name) => Number(localStorage.getItem(name).split(".")[0]);
      for (const name of names.sort((one, other) => age(one) - age(other))) {
        Object.assign(found, await unseal(name).catch(() => ({})));
        localStorage.removeItem(name);
      }
    } catch {
      return found;
    }
    for (const [box, text] of Object.entries(found)) texts[box] ??= text;
    await write();
    return found;
  };
  const put = (box, text) => {
    if (text === null && !(box in texts)) return;
    if (text === null) delete texts[box];
    else texts[box] = text;
    write();
  };
  return { read, put };
}

/* The keeper of the sheet on the page, for boxes that stand beside its grid. */
let here = null; // { put, kept }
const takers = new Map();
const give = (box) => {
  if (!here?.kept.has(box) || !takers.has(box)) return;
  const text = here.kept.get(box);
  here.kept.delete(box);
  takers.get(box)(text);
};
export function openHere(keeper) {
  here = keeper;
  for (const box of takers.keys()) give(box);
}
export const keepHere = (box, text) => here?.put(box, text);
export function onKept(box, take) {
  takers.set(box, take);
  give(box);
  return () => takers.delete(box);
}

export const personHere = () => document.querySelector(".app")?.dataset.person ?? "0";
