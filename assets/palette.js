/* The command palette: Ctrl or Cmd and K from anywhere, inputs too. A combobox over one list: the
   page's own links and acts at once, clients and cases when the server answered for what is typed.
   An answer to anything else is never shown, so that Enter opens nobody by an older list. */
(() => {
  "use strict";
  const LEAST = 2;
  const PATIENCE = 6000;
  const HURRY = 2000;
  const SLOW =
    "No answer yet. Wait a moment; if nothing comes, close this and try again, or look under Clients.";
  const dialog = () => document.getElementById("palette");
  const box = () => dialog()?.querySelector("[role=combobox]");
  const list = () => document.getElementById("palette-list");
  const group = (key) => list().querySelector(`[data-group=${key}]`);
  const options = () => [...list().querySelectorAll("[role=option]:not([hidden])")].filter(
    (each) => !each.parentElement.parentElement.hidden,
  );
  const set = (element, name, value) => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const words = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  /* ---- what the page has already ---- */
  const sources = new WeakMap();
  let made = 0;
  const make = (word, source, by) => {
    const option = document.createElement("div");
    option.id = `palette-made-${++made}`;
    option.setAttribute("role", "option");
    option.textContent = word;
    if (by) option.dataset.also = by;
    sources.set(option, source);
    return option;
  };
  const wordOf = (element) =>
    (element.querySelector(".word") ?? element).textContent.trim() || element.title;
  const fill = (key, found) => group(key).lastElementChild.replaceChildren(...found);
  const collect = () => {
    const taken = new Set(
      [...group("acts").querySelectorAll("a")].map((each) => each.getAttribute("href")),
    );
    const fresh = (element) => {
      const to = element.getAttribute("href");
      if (to === null) return true;
      if (taken.has(to)) return false;
      taken.add(to);
      return true;
    };
    for (const act of group("acts").querySelectorAll("[data-press]")) {
      act.toggleAttribute("data-absent", document.querySelector(act.dataset.press) === null);
    }
    const main = [...document.querySelectorAll("main [data-shortcut='n']")].slice(0, 1);
    const name = document.querySelector(".identity-top h1")?.textContent;
    group("tabs").firstElementChild.textContent = name ? `In this case: ${name}` : "In this case";
    const tabs = [...document.querySelectorAll(".identity-bar .tabs a")];
    const rail = [...document.querySelectorAll(".rail [data-menu]")];
    const own = [...document.querySelectorAll(".bell a, .who a")];
    const help = [...document.querySelectorAll(".rail-foot")];
    fill("page", main.filter(fresh).map((each) => make(wordOf(each), each)));
    fill("tabs", tabs.filter(fresh).map((each) => make(wordOf(each), each)));
    fill("places", [
      ...rail.filter(fresh).map((each) => make(wordOf(each), each)),
      ...own.filter(fresh).map((each) => make(each.title, each)),
      ...help.map((each) => make(wordOf(each), each)),
    ]);
  };

  /* ---- which of it what is typed means, and what is chosen ---- */
  let chosen = null;
  const choose = (option) => {
    chosen = option ?? null;
    for (const each of list().querySelectorAll("[role=option]")) {
      set(each, "aria-selected", String(each === chosen));
    }
    if (chosen) {
      set(box(), "aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else box().removeAttribute("aria-activedescendant");
  };
  let slow = null;
  let isSlow = false;
  const asks = () => box().dataset.asks === "yes" && box().value.trim().length >= LEAST;
  const answered = () => list().dataset.asked === box().value;
  const sentence = (number) => {
    if (asks() && !answered()) return isSlow ? SLOW : "Looking…";
    if (asks() && list().dataset.trouble) return list().dataset.trouble;
    const people = list().querySelectorAll("[data-group=clients] a, [data-group=cases] a").length;
    if (asks() && !people) {
      const nobody = "Nobody found. Try how a name begins, or the whole reference.";
      return number ? `${nobody} Pages found: ${number}.` : nobody;
    }
    if (!number) return "No page of that name.";
    return box().value.trim() ? `${number} found.` : "";
  };
  const show = () => {
    const typed = words(box().value);
    for (const key of ["page", "acts", "tabs", "places"]) {
      let any = false;
      for (const option of group(key).querySelectorAll("[role=option]")) {
        const known = words(option.textContent);
        const meant = typed.every((each) => known.some((word) => word.startsWith(each)));
        option.hidden = !meant || "absent" in option.dataset;
        any ||= !option.hidden;
      }
      group(key).hidden = !any;
    }
    for (const key of ["clients", "cases"]) {
      const part = group(key);
      if (part) part.hidden = !asks() || !answered() || !part.querySelector("a");
    }
    const shown = options();
    list().hidden = !shown.length;
    set(box(), "aria-expanded", String(shown.length > 0));
    const said = sentence(shown.length);
    const status = dialog().querySelector(".palette-status");
    if (status.textContent !== said) status.textContent = said;
    choose(shown.includes(chosen) ? chosen : shown[0]);
  };
  const typed = () => {
    clearTimeout(slow);
    isSlow = false;
    slow = setTimeout(() => {
      isSlow = true;
      if (dialog()?.open) show();
    }, PATIENCE);
    chosen = null;
    show();
    list().scrollTop = 0;
  };

  /* ---- open, close, go ---- */
  const watching = new MutationObserver(() => dialog()?.open && show());
  const isReady = () => document.documentElement.dataset.ready === "true";
  const ready = new MutationObserver(() => {
    if (!isReady()) return;
    ready.disconnect();
    open();
  });
  /* Asked for while one page gives way to the next, it opens on the next. */
  const openSoon = () => {
    ready.observe(document.documentElement, { attributeFilter: ["data-ready"] });
    setTimeout(() => ready.disconnect(), HURRY);
  };
  const open = () => {
    const covered = document.querySelector("#session-warning[open], #session-cover[open]");
    if (covered || !dialog()) return;
    if (!isReady()) {
      openSoon();
      return;
    }
    collect();
    chosen = null;
    dialog().showModal();
    box().focus();
    show();
    list().scrollTop = 0;
    watching.observe(list(), {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-asked", "data-trouble"],
    });
  };
  /* The question goes with the palette, here and on the server, which keeps the answer to "". */
  const empty = (input) => {
    if (!input?.value) return;
    const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    own.set.call(input, "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const emptied = () => {
    watching.disconnect();
    clearTimeout(slow);
    empty(box());
  };
  const shut = () => {
    dialog().close(); // which gives the focus back
    emptied(); // at once: the page may be another before the event comes
  };
  document.addEventListener("close", (event) => event.target === dialog() && emptied(), true);
  document.addEventListener("keydown", (event) => {
    const chord = event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
    if (chord && event.key.toLowerCase() === "k" && !event.repeat && dialog()) {
      event.preventDefault();
      if (dialog().open) shut();
      else open();
      return;
    }
    if (event.isComposing || event.target !== box() || !dialog().open) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = options();
    const at = shown.indexOf(chosen);
    if (event.key === "ArrowDown") choose(shown[(at + 1) % shown.length]);
    else if (event.key === "ArrowUp") choose(shown.at(at <= 0 ? -1 : at - 1));
    else if (event.key === "Enter") chosen?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    if (dialog()?.open && event.target === box()) typed();
  });
  document.addEventListener("mousemove", (event) => {
    const option = event.target.closest?.("#palette [role=option]");
    if (option && option !== chosen) choose(option);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-palette=open]")) open();
    const here = event.target === dialog();
    const option = event.target.closest?.("#palette [role=option]");
    if (!here && !option) return;
    shut();
    if (!option) return;
    const source = option.dataset.press
      ? document.querySelector(option.dataset.press)
      : sources.get(option);
    source?.click();
  });
})();
