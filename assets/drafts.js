/* Forms that keep themselves: what is typed is sent as a draft soon after the last key, and each
   submit button says in the hidden box "intent" what it is for. What was typed as a sign-in ended is
   too late to be kept: it stays in this page's memory, and is put back when its person goes on. */
(() => {
  "use strict";
  const PAUSE = 700; // milliseconds after the last key
  const LONGEST = 1500; // and at most so long after the first
  const LATELY = 10000; // what was typed so long before a sign-in ended may not have been kept
  const PATIENCE = 10000; // and so long its form may take to come back
  const waiting = new WeakMap();
  const typedAt = new WeakMap();

  const keep = (form) => {
    waiting.delete(form);
    const button = form.querySelector("button[data-keeps]");
    if (form.isConnected && button) form.requestSubmit(button);
  };
  const typed = (event) => {
    const form = event.target.closest?.("form[data-intents]");
    if (!form) return;
    const now = Date.now();
    typedAt.set(form, now);
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

  /* ---- the end of a sign-in ---- */
  const forms = () => [...document.querySelectorAll("form[data-intents]")];
  const boxes = (form) =>
    [...form.elements].filter((each) => each.name && !["hidden", "file", "submit"].includes(each.type));
  const isTick = (box) => box.type === "checkbox" || box.type === "radio";
  const idOf = (box) => (isTick(box) ? `${box.name}=${box.value}` : box.name);
  const read = (box) => (isTick(box) ? box.checked : box.value);
  /* Through the element's own setter and an event, as a person's hand would: React hears of it. */
  const put = (box, was) => {
    const name = isTick(box) ? "checked" : "value";
    if (isTick(box)) box.click();
    else Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), name).set.call(box, was);
    for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true }));
  };

  let isCovered = false;
  let lately = [];
  const remember = () => {
    const since = Date.now() - LATELY;
    lately = forms().map((form) =>
      (typedAt.get(form) ?? 0) < since ? null : new Map(boxes(form).map((box) => [idOf(box), read(box)])),
    );
  };
  /* The page begins anew, and its forms may be made anew more than once while it does: every new box
     is filled once, until its person types, presses or has waited long enough. */
  const putBack = () => {
    const then = lately;
    const filled = new WeakSet();
    const mine = (form, place) => then[place] && form;
    const look = () => {
      if (document.documentElement.dataset.ready !== "true") return;
      for (const form of forms().filter(mine)) {
        for (const box of boxes(form).filter((each) => !filled.has(each))) {
          const was = then[forms().indexOf(form)].get(idOf(box));
          filled.add(box);
          if (was !== undefined && was !== read(box)) put(box, was);
        }
      }
    };
    const watch = new MutationObserver(look);
    const stop = () => {
      watch.disconnect();
      clearTimeout(timer);
      hands.forEach((kind) => document.removeEventListener(kind, byHand, true));
    };
    const hands = ["input", "submit", "click"];
    const byHand = (event) => event.isTrusted && stop();
    hands.forEach((kind) => document.addEventListener(kind, byHand, true));
    const timer = setTimeout(() => {
      stop();
      forms().filter(mine).forEach(keep); // also those whose boxes had stayed
    }, PATIENCE);
    watch.observe(document, { subtree: true, childList: true, attributeFilter: ["data-ready"] });
  };
  new MutationObserver(() => {
    if (isCovered === "covered" in document.documentElement.dataset) return;
    isCovered = !isCovered;
    if (isCovered) remember();
    else if (lately.some(Boolean)) putBack();
  }).observe(document.documentElement, { attributeFilter: ["data-covered"] });
})();
