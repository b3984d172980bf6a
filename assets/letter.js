/* An open letter: what is still to write is found in its box and selected, so that typing replaces
   it. A part's link puts the cursor into its box. */
(() => {
  "use strict";
  /* What is typed is held here until the server said that it heard it: it is sent again where the
     connection was cut, and put back where the form was drawn anew meanwhile. */
  const PATIENCE = 3000; // milliseconds
  const unheard = new Map(); // address -> the texts of the boxes, and the mark they were sent with
  const known = new WeakSet();
  let count = 0;
  const here = () => document.querySelector("form[data-heard]");
  const texts = (form) => {
    const boxes = [...form.querySelectorAll("input:not([type=hidden])[name], textarea[name]")];
    return boxes.map((box) => [box.name, box.value]);
  };
  const keep = (form) => {
    const button = form?.isConnected && form.querySelector("button[data-keeps]");
    if (button && unheard.has(location.pathname)) form.requestSubmit(button);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-heard]");
    if (form) unheard.set(location.pathname, { texts: texts(form), mark: null });
  });
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches?.("form[data-heard]")) return;
      count += 1;
      const mark = `${Date.now()}-${count}`;
      form.elements.nonce.value = mark;
      const held = unheard.get(location.pathname);
      if (held) held.mark = mark;
      setTimeout(() => {
        if (unheard.get(location.pathname)?.mark === mark) keep(here());
      }, PATIENCE);
    },
    true,
  );
  const look = () => {
    const form = here();
    const held = unheard.get(location.pathname);
    if (!form || !held) {
      if (form) known.add(form);
      return;
    }
    if (!known.has(form)) {
      for (const [name, text] of held.texts) {
        if (form.elements[name]) form.elements[name].value = text;
      }
    }
    if (held.mark !== null && form.dataset.heard === held.mark) unheard.delete(location.pathname);
    else if (!known.has(form)) setTimeout(keep, 0, form);
    known.add(form);
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-heard"],
  });
  window.addEventListener("beforeunload", (event) => {
    if (unheard.has(location.pathname) && here()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const drops = event.target.closest?.("[data-drops]");
    if (drops) unheard.delete(location.pathname);
  });

  const show = (box, from, to) => {
    box.focus();
    box.setSelectionRange(from, to);
    const line = box.scrollHeight / Math.max(1, box.value.split("\n").length);
    box.scrollTop = Math.max(0, box.value.slice(0, from).split("\n").length * line - 60);
    box.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-gap]")?.dataset.gap;
    if (wanted === undefined) return;
    for (const box of document.querySelectorAll("form[data-intents] :is(input[type=text], textarea)")) {
      const from = box.value.indexOf(wanted);
      if (from < 0) continue;
      show(box, from, from + wanted.length);
      return;
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("dialog .gaps a[href^='#']");
    const box = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!box) return;
    event.preventDefault();
    link.closest("dialog").close();
    show(box, 0, 0);
  });
})();
