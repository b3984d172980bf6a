/* An open letter: what is still to write is found in its box and selected, so that typing replaces
   it. A part's link puts the cursor into its box. */
(() => {
  "use strict";
  /* what was sent while the connection was cut is sent again until it was heard */
  const PATIENCE = 3000; // milliseconds
  const again = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-heard]")) return;
    const before = form.dataset.heard;
    clearTimeout(again.get(form));
    const look = () => {
      const keeps = form.querySelector("button[data-keeps]");
      if (form.isConnected && keeps && form.dataset.heard === before) form.requestSubmit(keeps);
    };
    again.set(form, setTimeout(look, PATIENCE));
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
