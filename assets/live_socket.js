/* A socket that is kept open while its page is: it says when it is away, and comes back by itself.
   The server speaks at least every 20 seconds; silence is a connection that died without a word. */
const ENDED = { 4401: "Signed out", 4403: "Not part of your role" };
const SILENCE = 50_000;
const LONGEST = 10_000;

/* `where` gives the address to open; `turned` hears "live", "away" or why it is over for good. */
export function keepSocket(where, heard, turned) {
  let socket = null;
  let timer;
  let pause = 500;
  let over = false;
  let last = 0;
  let unsaid = null; // what was said before the socket was open
  const leave = (leaving) => {
    if (!leaving) return;
    leaving.onmessage = leaving.onclose = null;
    if (leaving.readyState === WebSocket.CONNECTING) leaving.onopen = () => leaving.close();
    else leaving.close(); // closing one that still connects is a warning in every browser
  };
  const lost = () => {
    turned("away");
    last = Date.now();
    clearTimeout(timer);
    timer = setTimeout(open, pause * (0.5 + Math.random())); // not everybody in the same moment
    pause = Math.min(pause * 2, LONGEST);
  };
  function open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}${where()}`);
    socket = mine;
    last = Date.now();
    unsaid = null;
    mine.onopen = () => {
      if (unsaid !== null) mine.send(unsaid);
    };
    mine.onmessage = (event) => {
      pause = 500;
      last = Date.now();
      const said = JSON.parse(event.data);
      turned(said.away ? "away" : "live");
      heard(said);
    };
    mine.onclose = (event) => {
      if (ENDED[event.code]) {
        over = true;
        turned(ENDED[event.code]);
      } else lost();
    };
  }
  const look = () => {
    if (over || document.hidden || Date.now() - last < SILENCE) return;
    leave(socket);
    lost();
  };
  const watch = setInterval(look, 5_000);
  const back = () => {
    if (over || socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(timer);
    open();
  };
  window.addEventListener("online", back);
  document.addEventListener("visibilitychange", look);
  open();
  return {
    say: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else unsaid = text;
    },
    end: () => {
      over = true;
      clearTimeout(timer);
      clearInterval(watch);
      window.removeEventListener("online", back);
      document.removeEventListener("visibilitychange", look);
      leave(socket);
    },
  };
}
