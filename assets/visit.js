/* Emergency access: the time that is left, and the whole page anew once who acts has changed. */
(() => {
  "use strict";
  const PATIENCE = 1500; // so that the server's clock has come to the end too
  let told = "";
  let endsAt = 0;
  const words = (seconds) =>
    seconds >= 120 ? `${Math.floor(seconds / 60)} minutes left` : `${seconds} seconds left`;
  const count = () => {
    const shown = document.querySelector("[data-visit-left]");
    if (!shown) {
      told = "";
      return;
    }
    if (shown.dataset.visitLeft !== told) {
      told = shown.dataset.visitLeft;
      endsAt = Date.now() + Number(told) * 1000;
    }
    const left = endsAt - Date.now();
    const said = `, ${words(Math.max(0, Math.ceil(left / 1000)))}`;
    if (shown.textContent !== said) shown.textContent = said; // or the observer would never rest
    if (left < -PATIENCE) location.assign("/centres");
  };
  let going = false;
  const look = () => {
    const there = document.querySelector(".app")?.dataset.anew;
    if (there && !going) {
      going = true;
      location.assign(there);
    }
    count();
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-anew", "data-visit-left"],
  });
  setInterval(count, 1000);
})();
