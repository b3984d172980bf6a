/* What was typed and kept in this browser (budget_kept.js) goes at sign-out, when it is another
   person's, and after twelve hours: on every page, before anybody looks. */
(() => {
  "use strict";
  const PREFIX = "cma-kept:";
  const OLDEST = 12 * 3600 * 1000; // milliseconds
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const sweep = (goes) => {
    try {
      for (const name of names()) if (goes(name)) localStorage.removeItem(name);
    } catch {
      // storage is switched off: nothing was kept
    }
  };
  const isOld = (name) => !(Date.now() - Number(localStorage.getItem(name)?.split(".")[0]) < OLDEST);

  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out") sweep(() => true);
  }, true);

  const look = () => {
    const person = document.querySelector(".app")?.dataset.person ?? "0";
    if (person === "0") return;
    waiting.disconnect();
    sweep((name) => !name.startsWith(`${PREFIX}${person}:`) || isOld(name));
  };
  const waiting = new MutationObserver(look);
  waiting.observe(document, { subtree: true, childList: true, attributeFilter: ["data-person"] });
})();
