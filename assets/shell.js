/* The frame's own behaviour, for any page: ready mark, busy buttons, error summaries, dialogs,
   notices, shortcuts. Plain script, because the content policy forbids evaluated ones. */
(() => {
  "use strict";
  const root = document.documentElement;
  const frame = () => document.querySelector(".app");
  const typing = (target) =>
    target instanceof Element &&
    (target.isContentEditable || target.closest("input, textarea, select, dialog") !== null);

  /* ---- busy buttons: from the click until an event has settled ---- */
  const working = new Map();
  const start = (button, form) => {
    button.dataset.working = "";
    button.setAttribute("aria-disabled", "true");
    working.set(button, { form, timer: setTimeout(() => stop(button), 15000) });
  };
  const stop = (button) => {
    clearTimeout(working.get(button)?.timer);
    working.delete(button);
    delete button.dataset.working;
    button.removeAttribute("aria-disabled");
  };
  document.addEventListener(
    "submit",
    (event) => {
      const button =
        event.submitter ?? event.target.querySelector("button[type=submit][data-busy]");
      if (!(button instanceof HTMLElement) || !("busy" in button.dataset)) return;
      if (working.has(button)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      start(button, event.target);
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("button[data-busy][type=button]");
      if (!button) return;
      if (working.has(button)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else {
        start(button, null);
      }
    },
    true,
  );
  const settled = () => {
    for (const [button, { form }] of [...working]) {
      stop(button);
      form?.querySelector(".error-summary")?.focus();
    }
    for (const [dialog, { early }] of [...filling]) if (!early) filled(dialog);
    keepPlace();
  };

  /* ---- a pressed button that moved with its row keeps focus; gone with it, `data-then` has it ---- */
  let pressed = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[id]");
    pressed = button ? { id: button.id, then: button.dataset.then } : null;
  });
  const keepPlace = () => {
    if (!pressed || document.activeElement !== document.body) return;
    const at = document.getElementById(pressed.id) ?? document.getElementById(pressed.then);
    at?.focus();
  };

  /* ---- error summary: focus, links, and the title ---- */
  const errorsShown = () => {
    const shown = document.querySelector(".error-summary") !== null;
    const plain = document.title.replace(/^Error: /, "");
    const wanted = shown ? `Error: ${plain}` : plain;
    if (document.title !== wanted) document.title = wanted;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".error-summary a[data-field]");
    if (!link) return;
    event.preventDefault();
    const form = link.closest("form") ?? document;
    const name = CSS.escape(link.dataset.field);
    const box =
      form.querySelector(`[name="${name}"]`) ??
      form.querySelector(`[name^="${name}-"]`) ??
      document.getElementById(link.dataset.field);
    box?.focus();
    box?.scrollIntoView({ block: "center" });
  });

  /* ---- dialogs and notices ---- */
  const filling = new Map();
  const filled = (dialog) => {
    clearTimeout(filling.get(dialog)?.timer);
    filling.delete(dialog);
    delete dialog.dataset.filling;
  };
  const hydrated = () => frame()?.dataset.hydrated === "true";
  const show = (dialog, button) => {
    if (!dialog) return;
    if ("fills" in button.dataset) {
      dialog.dataset.filling = "";
      const timer = setTimeout(filled, 15000, dialog);
      filling.set(dialog, { timer, early: !hydrated() }); // early: the page's own events come first
    }
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-opens], [data-closes], .toast > button");
    if (!target) return;
    const { closes, opens } = target.dataset; // both: one dialog in place of the other
    if (closes) document.getElementById(closes)?.close();
    if (opens) show(document.getElementById(opens), target);
    if (!closes && !opens) target.closest(".toast").hidden = true;
  });
  let seenToast = null;
  const toastShown = () => {
    const toast = document.querySelector(".toast");
    if (!toast || toast === seenToast) return;
    seenToast = toast;
    const hide = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(hide, 2000);
      else toast.hidden = true;
    };
    setTimeout(hide, toast.classList.contains("late") ? 20000 : 8000);
  };

  /* ---- ready mark, and focus after a page change ---- */
  let address = location.pathname;
  const look = () => {
    const app = frame();
    const ready = app?.dataset.hydrated === "true" && app.dataset.person !== "0";
    if (ready !== (root.dataset.ready === "true")) {
      if (ready) root.dataset.ready = "true";
      else delete root.dataset.ready;
    }
    if (ready && location.pathname !== address) {
      address = location.pathname;
      document.getElementById("main")?.focus({ preventScroll: true });
    }
    errorsShown();
    toastShown();
  };
  let lastSettled = null;
  let looking = false;
  new MutationObserver(() => {
    if (looking) return;
    looking = true;
    queueMicrotask(() => {
      looking = false;
      if (hydrated()) for (const one of filling.values()) one.early = false;
      const now = frame()?.dataset.settled ?? null;
      if (now !== lastSettled) {
        lastSettled = now;
        settled();
      }
      look();
    });
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-hydrated", "data-settled", "data-person"],
  });

  /* ---- shortcuts: never while typing, never with another key held; they can be turned off ---- */
  const OFF = "cma-shortcuts-off";
  const follow = (selector) => {
    const target = document.querySelector(selector);
    target?.click();
    return target !== null;
  };
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.isComposing || typing(event.target) || localStorage.getItem(OFF) === "yes") return;
    const gone = Date.now() - afterG < 1500;
    afterG = 0;
    let done = true;
    if (event.key === "/") {
      const search = document.querySelector("main input[type=search]");
      if (search) search.focus();
      else {
        sessionStorage.setItem("cma-focus-search", "yes");
        done = follow("[data-shortcut='/']");
      }
    } else if (event.key === "g") afterG = Date.now();
    else if (event.key === "c" && gone) done = follow("[data-menu='cases']");
    else if (event.key === "n") done = follow("[data-shortcut='n']");
    else if (event.key === "?") document.getElementById("help")?.showModal();
    else done = false;
    if (done) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("a[data-shortcut='/']")) {
      sessionStorage.setItem("cma-focus-search", "yes");
    }
  });
  new MutationObserver(() => {
    if (sessionStorage.getItem("cma-focus-search") !== "yes") return;
    const search = document.querySelector("main input[type=search]");
    if (!search || root.dataset.ready !== "true") return;
    sessionStorage.removeItem("cma-focus-search");
    search.focus();
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-ready"] });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "shortcuts-off") return;
    localStorage.setItem(OFF, event.target.checked ? "yes" : "no");
  });
  document.addEventListener("toggle", () => {
    const box = document.getElementById("shortcuts-off");
    if (box) box.checked = localStorage.getItem(OFF) === "yes";
  }, true);
})();
