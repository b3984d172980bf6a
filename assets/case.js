/* A case's pages: Alt+N writes a note from anywhere, inputs too; a saved dialog closes itself. */
(() => {
  "use strict";
  const note = () => document.getElementById("note");
  const write = () => {
    const dialog = note();
    if (!(dialog instanceof HTMLDialogElement)) return false;
    if (!dialog.open) {
      document.querySelector("dialog[open]")?.close();
      dialog.showModal();
    }
    dialog.querySelector("textarea")?.focus();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.code !== "KeyN" || !note()) return;
    event.preventDefault();
    write();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-opens='note']")) write();
  });

  /* where the row of tabs is too narrow for all, the one that is open stands in its middle */
  let current = null;
  const reveal = () => {
    const tab = document.querySelector(".tabs a[aria-current]");
    if (tab === current) return;
    current = tab;
    const row = tab?.closest(".tabs");
    if (!row || row.scrollWidth <= row.clientWidth) return;
    const [at, box] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += at.left + at.width / 2 - (box.left + box.width / 2);
  };

  /* every form in a dialog carries a mark whose number grows when it was saved */
  let marks = new Map();
  const look = () => {
    const seen = new Map();
    for (const dialog of document.querySelectorAll("dialog[id]")) {
      const mark = dialog.querySelector("[data-saved]")?.dataset.saved;
      if (mark === undefined) continue;
      seen.set(dialog.id, mark);
      if (dialog.open && marks.has(dialog.id) && marks.get(dialog.id) !== mark) dialog.close();
    }
    marks = seen;
  };
  let looking = false;
  new MutationObserver(() => {
    if (looking) return;
    looking = true;
    queueMicrotask(() => {
      looking = false;
      look();
      reveal();
    });
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-saved", "aria-current"],
  });
})();
