/* Tells the server whenever a value on the page has become another; an empty one is not told. */
import { useEffect } from "react";

export function WhenChanged({ value, onChange }) {
  useEffect(() => {
    if (value) onChange();
  }, [value]);
  return null;
}
