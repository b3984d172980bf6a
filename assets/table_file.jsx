/* Chooses a text file and puts what is in it into a text box of the same page. It is read here: no
   file is sent anywhere. Excel saves CSV as UTF-8 or as Windows-1252, so both are read. */
import { useState } from "react";

const LARGEST = 100_000; // bytes
const decoded = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
};
const isBinary = (bytes) => bytes.slice(0, 4000).includes(0) || (bytes[0] === 80 && bytes[1] === 75);

export function TableFile({ name, label, hint, target }) {
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState("");
  const fill = async (file) => {
    setSaid("");
    setWrong("");
    if (!file) return;
    if (file.size > LARGEST) {
      setWrong("This file is too large for a table of guidelines.");
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (isBinary(bytes)) {
      setWrong("This is not a text file. Save the table as CSV and choose that file.");
      return;
    }
    const box = document.getElementById(target);
    const text = decoded(bytes);
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setSaid(`${file.name} is in the box below. Look at the preview next.`);
  };
  const described = [`${name}-hint`, wrong ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={wrong ? "field full wrong" : "field full"}>
      <label htmlFor={name}>{label}</label>
      <p className="hint" id={`${name}-hint`}>{hint}</p>
      {wrong ? <p className="field-error" id={`${name}-error`} role="alert">{wrong}</p> : null}
      <input type="file" id={name} accept=".csv,.txt,.tsv,text/csv,text/plain" aria-describedby={described}
        onChange={(event) => fill(event.target.files[0])} />
      <p className="hint" role="status">{said}</p>
    </div>
  );
}
