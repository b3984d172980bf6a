/* Days as columns, half hours as rows. One tab stop: arrow keys move, Enter follows. An appointment
   can be dragged onto another time, which only fills in the form that moves it. */
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";

function plan(column, rows) {
  const cells = new Array(rows).fill(null);
  for (const block of column.blocks) {
    cells[block.row] = block;
    for (let row = block.row + 1; row < block.row + block.span; row += 1) cells[row] = "under";
  }
  const works = (row) => column.open.some(([from, to]) => row >= from && row < to);
  return { cells, works };
}

const words = (column) => [column.head, column.sub].filter(Boolean).join(", ");

function Appointment({ item, time, drag }) {
  const inside = (
    <>
      <span className="fig">{item.when}</span> <strong>{item.who}</strong>
      {item.what ? <span className="what">{item.what}</span> : null}
    </>
  );
  if (!item.id) return <span className="slot taken">{inside}</span>;
  return (
    <Link to={`/appointments/${item.id}`} className={item.stands ? "slot" : "slot over"} tabIndex={-1}
      data-step="" draggable={item.stands ? "true" : "false"}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", String(item.id));
        event.dataTransfer.effectAllowed = "move";
        drag.current = { id: item.id, time };
      }}
      onDragEnd={() => { drag.current = null; }}>
      {inside}
    </Link>
  );
}

export function CalendarGrid({ times, columns, label }) {
  const go = useNavigate();
  const drag = useRef(null);
  const table = useRef(null);
  const [over, setOver] = useState("");
  const plans = useMemo(() => columns.map((each) => plan(each, times.length)), [columns, times]);

  /* one of the steps can be reached by Tab: the last one that had focus, or the first */
  const settle = (chosen) => {
    const steps = [...(table.current?.querySelectorAll("[data-step]") ?? [])];
    const kept = chosen ?? steps.find((each) => each.tabIndex === 0) ?? steps[0];
    for (const each of steps) each.tabIndex = each === kept ? 0 : -1;
  };
  useEffect(() => settle(), [columns, times]);

  const at = (row, column) => {
    const cell = table.current?.querySelector(`[data-cell~="${row}-${column}"]`);
    return cell ? [...cell.querySelectorAll("[data-step]")] : [];
  };
  const keys = (event) => {
    const step = event.target.closest?.("[data-step]");
    const cell = event.target.closest?.("td");
    if (!step || !cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = cell.dataset.cell.split(" ")[0].split("-").map(Number);
    const span = cell.rowSpan;
    const here = [...cell.querySelectorAll("[data-step]")];
    const place = here.indexOf(step);
    let found = null;
    if (event.key === "ArrowDown") {
      found = here[place + 1] ?? null;
      for (let next = row + span; !found && next < times.length; next += 1) [found] = at(next, column);
    } else if (event.key === "ArrowUp") {
      found = here[place - 1] ?? null;
      for (let next = row - 1; !found && next >= 0; next -= 1) found = at(next, column).at(-1);
    } else if (event.key === "ArrowRight") {
      for (let next = column + 1; !found && next < columns.length; next += 1) [found] = at(row, next);
    } else if (event.key === "ArrowLeft") {
      for (let next = column - 1; !found && next >= 0; next -= 1) [found] = at(row, next);
    } else if (event.key === "Home") [found] = at(row, 0);
    else if (event.key === "End") [found] = at(row, columns.length - 1);
    else return;
    event.preventDefault();
    if (found) {
      settle(found);
      found.focus();
    }
  };
  const booking = (column, time) =>
    `/calendar/book?day=${column.day}&time=${time}${column.who ? `&who=${column.who}` : ""}`;
  const dropped = (event, column, time) => {
    event.preventDefault();
    setOver("");
    const moved = drag.current;
    drag.current = null;
    if (!moved) return;
    const who = column.who ? `&who=${column.who}` : "";
    go(`/appointments/${moved.id}?day=${column.day}&time=${time}${who}`);
  };

  return (
    <div className="scroll" role="region" aria-label={label}>
      <table className="calendar" role="grid" ref={table} onKeyDown={keys}
        onFocus={(event) => event.target.closest?.("[data-step]") && settle(event.target)}>
        <caption className="sr">{label}. Arrow keys move, Enter opens or books.</caption>
        <thead>
          <tr>
            <th scope="col" className="time"><span className="sr">Time</span></th>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.is_today ? "today" : undefined}>
                {column.head}
                {column.is_today ? <span className="sub">Today</span> : null}
                {column.sub ? <span className="sub">{column.sub}</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, row) => (
            <tr key={time} className={time.endsWith(":00") ? "hour" : undefined}>
              <th scope="row" className="time">{time}</th>
              {columns.map((column, number) => {
                const { cells, works } = plans[number];
                const cell = cells[row];
                if (cell === "under") return <Fragment key={column.key} />;
                const span = cell ? cell.span : 1;
                const covered = Array.from({ length: span }, (_, each) => `${row + each}-${number}`);
                const name = covered[0];
                const classes = [
                  cell ? "booked" : works(row) ? "open" : "shut", over === name ? "over" : "",
                ].join(" ").trim();
                return (
                  <td key={column.key} rowSpan={span} className={classes} data-cell={covered.join(" ")}
                    onDragOver={(event) => {
                      if (!drag.current || !column.bookable) return;
                      event.preventDefault();
                      if (over !== name) setOver(name);
                    }}
                    onDragLeave={() => over === name && setOver("")}
                    onDrop={(event) => dropped(event, column, time)}>
                    {cell
                      ? cell.items.map((item, each) => (
                        <Appointment key={item.id || `taken-${each}`} item={item} time={time} drag={drag} />
                      ))
                      : column.bookable
                        ? (
                          <Link to={booking(column, time)} className="free" tabIndex={-1} data-step="">
                            <span className="sr">{`Book ${words(column)}, ${time}`}</span>
                            <span aria-hidden="true">{time}</span>
                          </Link>
                        )
                        : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
