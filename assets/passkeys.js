/* Passkeys, and the recovery codes' buttons. The pages that the server makes load this as it is, and
   the cover of an open page (session.js) imports it. Nothing here decides: the server does. */

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const described = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

/* Ask the server at `path` what to ask, ask the browser that, and return its answer as text. */
export async function askPasskey(path) {
  const answer = await fetch(path, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).sentence ?? "");
  const asked = await answer.json();
  const publicKey = { ...asked, challenge: toBytes(asked.challenge) };
  if (asked.user) {
    publicKey.user = { ...asked.user, id: toBytes(asked.user.id) };
    publicKey.excludeCredentials = described(asked.excludeCredentials);
  } else {
    publicKey.allowCredentials = described(asked.allowCredentials);
  }
  const made = await (asked.user
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey }));
  const said = made.response;
  const response = { clientDataJSON: toText(said.clientDataJSON) };
  if (asked.user) {
    response.attestationObject = toText(said.attestationObject);
    response.transports = said.getTransports?.() ?? [];
  } else {
    response.authenticatorData = toText(said.authenticatorData);
    response.signature = toText(said.signature);
    if (said.userHandle) response.userHandle = toText(said.userHandle);
  }
  return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
}

export const whyNot = (error) =>
  error instanceof DOMException
    ? "The passkey was not used. Try again, or choose another way."
    : error.message || "The connection is interrupted. Try again in a moment.";

function arm(part) {
  const [button, box, sentence] = ["button", "input", ".field-error"].map((each) =>
    part.querySelector(each),
  );
  part.hidden = false;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-disabled", "true");
    sentence.hidden = true;
    try {
      box.value = await askPasskey(part.dataset.passkey);
      box.disabled = false;
      const form = part.closest("form");
      form.noValidate = true; // a code left empty is no fault where a passkey answers
      form.requestSubmit(part.querySelector("button[type=submit]"));
    } catch (error) {
      sentence.textContent = whyNot(error);
      sentence.hidden = false;
      button.removeAttribute("aria-disabled");
      button.focus();
    }
  });
}

if ("PublicKeyCredential" in window) document.querySelectorAll("[data-passkey]").forEach(arm);

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const codes = [...document.querySelectorAll(".recovery-codes li")].map((li) => li.textContent);
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Could not copy: print or write them down";
    }
  });
}
