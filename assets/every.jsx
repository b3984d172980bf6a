/* Asks the server again every few seconds while something is under way. */
import { useEffect } from "react";

export function Every({ seconds, onTick }) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) onTick();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return null;
}
