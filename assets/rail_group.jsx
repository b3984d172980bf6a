/* Lines of the rail under a head that folds them. A group stays as its reader left it on this device,
   and is unfolded on its own pages; known before it is drawn, so that nothing jumps. */
import { Children, useState } from "react";

const at = (name) => `cma-rail-${name}`;
const keep = (name, open) => {
  try {
    localStorage.setItem(at(name), open ? "open" : "folded");
  } catch {
    /* a browser that keeps nothing: it is folded again on the next page */
  }
  return open;
};
const wasOpen = (name) => {
  try {
    return localStorage.getItem(at(name)) === "open";
  } catch {
    return false;
  }
};

export function RailGroup({ folds, children, ...group }) {
  const [head, ...lines] = Children.toArray(children);
  if (!folds) return <div className="rail-lines begins">{lines}</div>;
  return <Folding {...group} head={head} lines={lines} />;
}

function Folding({ name, holdsPage, head, lines }) {
  const [open, setOpen] = useState(() => holdsPage || wasOpen(name));
  const turn = (event) => {
    event.preventDefault();
    setOpen(keep(name, !open));
  };
  return (
    <details className="rail-group" open={open}>
      <summary onClick={turn}>{head}</summary>
      <div className="rail-lines">{lines}</div>
    </details>
  );
}
