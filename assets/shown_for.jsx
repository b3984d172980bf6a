/* Shows something for so many seconds and no longer, also in a tab that nobody looks at. */
import { useEffect, useState } from "react";

export function ShownFor({ seconds, onOver, children }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setOver(true); // here first: the server may be out of reach
      onOver();
    }, seconds * 1000);
    return () => clearTimeout(timer);
  }, []);
  return over ? null : children;
}
