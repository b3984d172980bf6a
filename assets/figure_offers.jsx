/* Figures that papers of the case name, under the box that each would fill. To use one is to type
   it: the box is filled and focused, and nothing is kept until the person saves. */
import { useState } from "react";
import { Link } from "react-router";

const textOf = (kind) => Object.getOwnPropertyDescriptor(kind.prototype, "value").set;

/* Put texts into named boxes of a form, so that all who listen hear of them as if typed. */
function fill(form, fills) {
  const boxes = Object.keys(fills).map((name) => form.elements[name]).filter(Boolean);
  boxes[0]?.focus();
  for (const box of boxes) {
    const isList = box instanceof HTMLSelectElement;
    textOf(isList ? HTMLSelectElement : HTMLInputElement).call(box, fills[box.name]);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    if (isList) box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  boxes[0]?.select?.();
}

export function Offer({ row, label, isUsed, onUse, onDismiss }) {
  const what = `${row.shown} of ${row.paper}`;
  return (
    <li className="figure-offer" data-figure={row.id}>
      <span>
        <Link to={row.to}>{row.paper}</Link>, {row.day}: <strong className="fig">{row.shown}</strong>
        {row.is_unsure ? <span className="hint"> Read badly: check it.</span> : null}
      </span>
      {isUsed ? (
        <span className="hint">Filled in, not saved yet.</span>
      ) : (
        <span className="inline">
          <button type="button" className="button small" aria-label={`Use ${what}, as ${label}`}
            onClick={onUse}>Use</button>
          <button type="button" className="button plain small" aria-label={`Dismiss ${what}, for ${label}`}
            onClick={onDismiss}>Dismiss</button>
        </span>
      )}
    </li>
  );
}

export function FigureOffers({ rows, label, onDismiss }) {
  const [used, setUsed] = useState(0);
  return (
    <>
      {rows?.length ? (
        <ul className="figure-offers" aria-label={`From documents: ${label}`}>
          {rows.map((row) => (
            <Offer key={row.id} row={row} label={label} isUsed={used === row.id}
              onUse={(event) => {
                fill(event.target.closest("form"), row.fills);
                setUsed(row.id);
              }}
              onDismiss={(event) => {
                event.target.closest("form").elements[Object.keys(row.fills)[0]]?.focus();
                onDismiss(row.id);
              }} />
          ))}
        </ul>
      ) : null}
      <span className="sr" role="status">{used ? `${label} filled in, not saved yet.` : ""}</span>
    </>
  );
}
