/* Forms that keep themselves: what is typed is sent as a draft soon after the last key, and each
   submit button says in the hidden box "intent" what it is for. */
(() => {
  "use strict";
  const PAUSE = 700; // milliseconds after the last key
  const LONGEST = 1500; // and at most so long after the first
  const waiting = new WeakMap();

  const keep = (form) => {
    waiting.delete(form);
    const button = form.querySelector("button[data-keeps]");
    if (form.isConnected && button) form.requestSubmit(button);
  };
  const typed = (event) => {
    const form = event.target.closest?.("form[data-intents]");
    if (!form) return;
    const now = Date.now();
    const before = waiting.get(form);
    if (before) clearTimeout(before.timer);
    const since = before?.since ?? now;
    const pause = Math.max(0, Math.min(PAUSE, since + LONGEST - now));
    waiting.set(form, { since, timer: setTimeout(keep, pause, form) });
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches?.("form[data-intents]")) return;
      const intent = event.submitter?.value || form.dataset.intents;
      form.querySelector("input[name=intent]").value = intent;
      if (waiting.has(form)) clearTimeout(waiting.get(form).timer);
      waiting.delete(form);
    },
    true,
  );
})();
