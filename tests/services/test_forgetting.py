"""Forgetting: listed, confirmed, done whole or not at all, and nothing of it left anywhere."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from cma_app import jobs
from cma_app.access.actor import Actor
from cma_app.clock import at, now, today
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.retention_jobs import keep_centre, sweep_store
from cma_app.services.case_steps import reopen_case
from cma_app.services.document_changes import remove_document, restore_document
from cma_app.services.document_intake import keep_document
from cma_app.services.forgetting import (
    confirm_list,
    confirmed_items,
    forget,
    list_today,
    write_list,
)
from cma_app.services.forgetting_page import ListSeen, read_retention
from cma_app.services.forgetting_sweep import empty_removed, forget_old_log
from cma_app.services.retention import hold_person, lift_hold, place_hold
from cma_app.services.rights import decide_right, record_right
from cma_app.session import CentreSession
from cma_app.settings import settings, use_settings
from cma_app.vault import store
from models import Case, Client, RetentionItem, RetentionRun
from tests.people import Cast
from tests.services.forgetting import (
    age_log,
    columns_with,
    plant_enquiry,
    plant_person,
    where_found,
    years_ago,
)
from tests.services.money import make_case
from tests.services.test_documents import made_safe, paper, told
from tests.services.test_retention import restrict
from tests.services.test_rights import ASKED

pytestmark = pytest.mark.database
SOON = {"kind": "complaint", "reason": "A complaint came", "review_on": ""}


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, owner: Engine) -> Iterator[None]:
    """A store of one's own, so that what lies in it is this test's; no version outlives it."""
    before = settings()
    newest = one(owner, "SELECT coalesce(max(id), 0) FROM document_versions")
    use_settings(before.model_copy(update={"document_store": str(tmp_path / "documents")}))
    yield
    use_settings(before)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM document_versions WHERE id > :n"), {"n": newest})
        connection.execute(
            text(
                "UPDATE documents d SET encryption_key_id = NULL WHERE NOT EXISTS (SELECT FROM"
                " document_versions v WHERE v.centre_id = d.centre_id AND v.document_id = d.id)"
            )
        )


def items(cast: Cast, actor: Actor | None = None) -> dict[int, RetentionItem]:
    """Return the newest item of each person, as one sees them."""
    with cast.open(actor or cast.ashdown_system) as session:
        found = session.exec(select(RetentionItem).order_by(col(RetentionItem.id)))
        return {each.client_id: each for each in found}


def confirm_shown(session: CentreSession, run: ListSeen) -> int:
    """Confirm a list as its reader was shown it."""
    assert run.listed_on is not None
    people = [each.client_id for each in run.people]
    return confirm_list(
        session, run.id, version=run.version, listed_on=run.listed_on, people=people
    )


def confirm(cast: Cast, manager: Actor | None = None) -> int:
    with cast.open(manager or cast.maria) as session:
        return confirm_shown(session, read_retention(session).shown)


def keep(centre_id: int) -> bool:
    return asyncio.run(keep_centre(jobs._in_centre, jobs._held, centre_id))


def relist(cast: Cast) -> None:
    with cast.open(cast.ashdown_system) as session:
        write_list(session)


def one(owner: Engine, statement: str, **given: object) -> object:
    with owner.connect() as connection:
        return connection.execute(text(statement), given).scalar_one()


def test_nothing_is_left_of_who_is_forgotten_and_all_of_everybody_else(
    cast: Cast, owner: Engine
) -> None:
    gone = plant_person(owner, cast.amina, "qanarygone", years_ago(7))
    client_id, case_id = gone["clients"], gone["cases"]
    plant_person(owner, cast.amina, "qanarystays", years_ago(5))
    plant_person(owner, cast.colin, "qanaryother", years_ago(7))
    before = {word: where_found(owner, word) for word in ("qanarystays", "qanaryother")}
    assert len(where_found(owner, "qanarygone")) > 40
    lines = "SELECT count(*) FROM audit_logs WHERE centre_id = :c AND client_id = :p"
    logged = one(owner, lines, c=cast.amina.centre_id, p=client_id)

    assert keep(cast.amina.centre_id)  # the dry run: nothing goes by it
    assert len(where_found(owner, "qanarygone")) > 40
    listed = items(cast)[client_id]
    assert (listed.covers, listed.state, listed.what["cases"]) == ("case", "due", [case_id])
    assert confirm(cast) == 1
    assert not keep(cast.amina.centre_id)

    assert items(cast)[client_id].state == "done"
    assert columns_with(owner, "qanarygone") == []
    assert where_found(owner, "qanarygone") == {}
    assert one(owner, "SELECT sum(balance) FROM debts WHERE case_id = :k", k=case_id) == 1
    with owner.connect() as connection:
        client = connection.execute(
            text("SELECT * FROM clients WHERE id = :p"), {"p": client_id}
        ).one()
        values = connection.execute(
            text(
                "SELECT DISTINCT e.value FROM audit_logs l,"
                " jsonb_each(coalesce(l.old_values, '{}') || coalesce(l.new_values, '{}')) e"
                " WHERE l.centre_id = :c AND l.action <> 'retention:forget'"
                " AND (l.client_id = :p OR l.case_id = :k)"
            ),
            {"c": cast.amina.centre_id, "p": client_id, "k": case_id},
        ).scalars()
        assert set(values) == {"removed"}
    assert (client.first_name, client.last_name) == ("Anonymised", "client")
    assert client.client_reference.startswith("X-")
    assert client.anonymised_at is not None
    assert one(owner, lines, c=cast.amina.centre_id, p=client_id) == logged + 1  # type: ignore[operator]
    with pytest.raises(Conflict, match="anonymous"), cast.open(cast.maria) as session:
        reopen_case(session, case_id, reason="They came back")
    with pytest.raises(Conflict, match="anonymous"), cast.open(cast.maria) as session:
        soon = {"review_on": (today() + timedelta(days=9)).isoformat()}
        hold_person(session, client_id, SOON | soon)

    relist(cast)
    assert items(cast)[client_id].covers == "financial"
    assert confirm(cast) == 1
    keep(cast.amina.centre_id)
    assert one(owner, "SELECT count(*) FROM clients WHERE id = :p", p=client_id) == 0
    assert one(owner, "SELECT count(*) FROM debts WHERE case_id = :k", k=case_id) == 0
    with owner.connect() as connection:
        (left,) = connection.execute(
            text("SELECT * FROM retention_statistics WHERE centre_id = :c"),
            {"c": cast.amina.centre_id},
        ).all()
    assert (left.ended_year, left.owed_from, left.debts_from) == (years_ago(7).year, 1, 1)
    assert one(owner, lines, c=cast.amina.centre_id, p=client_id) == logged + 2  # type: ignore[operator]
    assert {word: where_found(owner, word) for word in before} == before
    with cast.open(cast.maria) as session:
        page = read_retention(session)
    assert page.kept_figures == 1
    assert [(each.done, each.left) for each in page.earlier] == [(1, 0), (1, 0)]


def test_a_worker_that_dies_has_done_whole_people_and_another_goes_on(
    cast: Cast, owner: Engine
) -> None:
    first = plant_person(owner, cast.amina, "qanaryfirst", years_ago(6, days=9))["clients"]
    second = plant_person(owner, cast.amina, "qanarynext", years_ago(6))["clients"]
    keep(cast.amina.centre_id)
    confirm(cast)
    with cast.open(cast.ashdown_system) as session:
        number, other = confirmed_items(session)
    before = where_found(owner, "qanaryfirst")
    with pytest.raises(ZeroDivisionError), cast.open(cast.ashdown_system) as session:
        assert forget(session, number)
        raise ZeroDivisionError
    assert where_found(owner, "qanaryfirst") == before
    with cast.open(cast.ashdown_system) as session:
        forget(session, number)  # and dies before the bytes: the rows are gone, a sweep finds them
    with cast.open(cast.ashdown_system) as session:
        assert confirmed_items(session) == [other]
        assert forget(session, number) == []  # once
    assert where_found(owner, "qanaryfirst") == {"the store": 1}
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanarynext") == {}
    assert {items(cast)[each].state for each in (first, second)} == {"done"}
    for file in Path(settings().documents_at).rglob("*"):
        os.utime(file, (time.time() - 90_000,) * 2)
    assert asyncio.run(sweep_store(jobs._in_centre, [cast.amina.centre_id])) == 1
    assert where_found(owner, "qanaryfirst") == {}


def test_what_is_held_after_the_confirmation_stays_and_so_does_who_shares_a_case(
    cast: Cast, owner: Engine
) -> None:
    held = plant_person(owner, cast.amina, "qanaryheld", years_ago(6))
    shares = plant_person(owner, cast.amina, "qanaryshares", years_ago(6))
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO case_people (centre_id, case_id, client_id, role, joined_on, left_on)"
                " VALUES (:c, :k, :p, 'partner', '2015-01-01', '2016-01-01')"
            ),
            {"c": cast.amina.centre_id, "k": held["cases"], "p": shares["clients"]},
        )
    keep(cast.amina.centre_id)
    assert confirm(cast) == 2
    soon = SOON | {"review_on": (today() + timedelta(days=30)).isoformat()}
    with cast.open(cast.maria) as session:
        hold = hold_person(session, held["clients"], soon)
        number, version = hold.id, hold.version
    before = {word: where_found(owner, word) for word in ("qanaryheld", "qanaryshares")}
    keep(cast.amina.centre_id)
    assert {word: where_found(owner, word) for word in before} == before
    found = items(cast)
    assert {each.skipped_because for each in found.values()} == {"hold"}
    relist(cast)
    found = items(cast)
    assert [each["code"] for each in found[held["clients"]].reasons] == ["hold"]
    assert [each["code"] for each in found[shares["clients"]].reasons] == ["shared_held"]
    with cast.open(cast.maria) as session:
        lift_hold(session, number, reason="It is over", version=version)
    relist(cast)
    confirm(cast)
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanaryheld") == where_found(owner, "qanaryshares") == {}


def test_who_may(cast: Cast, owner: Engine) -> None:
    mine = plant_person(owner, cast.amina, "qanarymay", years_ago(6))["clients"]
    keep(cast.amina.centre_id)
    for who in (cast.amina, cast.tess, cast.root):
        with pytest.raises(Refused), cast.open(who) as session:
            read_retention(session)
        with pytest.raises(Refused), cast.open(who) as session:
            confirm_list(session, 1, version=1, listed_on=today(), people=[])
        assert items(cast, who) == {}
    with cast.open(cast.maria) as session:
        run = read_retention(session).shown
        assert [each.client_id for each in run.people] == [mine]
    assert run.listed_on is not None
    with pytest.raises(NotFound), cast.open(cast.bea) as session:
        assert read_retention(session).shown.id == 0
        confirm_shown(session, run)
    for wrong in ({"version": run.version + 1}, {"listed_on": today() - timedelta(days=1)}):
        with pytest.raises(Conflict, match="renewed"), cast.open(cast.maria) as session:
            confirm_shown(session, replace(run, **wrong))
    confirm(cast)
    (number,) = (each.id for each in items(cast).values())
    for who in (cast.maria, cast.bea):  # the owner's function is for the worker of the centre
        with pytest.raises((DBAPIError, Refused)), cast.open(who) as session:
            forget(session, number)
    with cast.open(cast.brook_system) as session:
        assert forget(session, number) == []
    assert len(where_found(owner, "qanarymay")) > 40


def test_nothing_goes_without_a_confirmation_or_before_its_day(cast: Cast, owner: Engine) -> None:
    """Whoever writes the lists as the app: the database asks the days and the holds itself."""
    young = plant_person(owner, cast.amina, "qanaryyoung", years_ago(5))
    before = where_found(owner, "qanaryyoung")
    with cast.open(cast.ashdown_system) as session:
        run = RetentionRun(listed_on=today(), status="confirmed", confirmed_at=now())
        session.add(run)
        session.flush()
        item = RetentionItem(
            run_id=run.id,
            client_id=young["clients"],
            covers="case",
            state="confirmed",
            kept_until=today(),
        )
        session.add(item)
        session.flush()
        number = item.id
        assert forget(session, number) == []  # nobody confirmed it
        item.confirmed_at = now()
        session.flush()
        assert forget(session, number) == []
    assert items(cast)[young["clients"]].skipped_because == "undated"
    assert where_found(owner, "qanaryyoung") == before


def test_a_fresh_proof_is_asked_for(cast: Cast, owner: Engine) -> None:
    plant_person(owner, cast.amina, "qanaryproof", years_ago(6))
    keep(cast.amina.centre_id)
    with owner.begin() as connection:
        number = connection.execute(
            text(
                "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at, created_at)"
                " VALUES (:c, :u, :t, now() + interval '1 hour', now() - interval '1 hour')"
                " RETURNING id"
            ),
            {"c": cast.maria.centre_id, "u": cast.maria.user_id, "t": f"t{cast.maria.user_id}"},
        ).scalar_one()
    stale = replace(cast.maria, session_id=number)
    with cast.open(stale) as session:
        assert not read_retention(session).is_fresh
    with pytest.raises(Refused, match="Show first that it is you"):
        confirm(cast, stale)


def test_a_restricted_file_waits_for_a_manager_who_is_named_on_it(
    cast: Cast, owner: Engine
) -> None:
    hidden = plant_person(owner, cast.amina, "qanaryhidden", years_ago(6))["clients"]
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM file_access WHERE client_id = :p"), {"p": hidden})
    restrict(owner, hidden, cast.amina.user_id)
    keep(cast.amina.centre_id)
    assert items(cast, cast.maria) == {}
    with cast.open(cast.maria) as session:
        assert read_retention(session).shown.counts == {}
    with pytest.raises(Conflict, match="Nothing"):
        confirm(cast)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM file_access WHERE client_id = :p"), {"p": hidden})
    restrict(owner, hidden, cast.maria.user_id)
    assert confirm(cast) == 1
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanaryhidden") == {}


def test_an_erasure_is_done_on_its_day_and_one_in_part_by_hand(cast: Cast) -> None:
    numbers = []
    for outcome in ("fulfilled", "partly"):
        with cast.open(cast.maria) as session:
            client = Client(
                client_reference=session.next_reference("client"),
                first_name="Nell",
                last_name=f"Qanary{outcome}",
            )
            session.add(client)
            session.flush()
            request = record_right(session, client.id, ASKED | {"kind": "erasure"})
            said = {"outcome": outcome, "answer": "As agreed", "action_on": today().isoformat()}
            said |= {"ground": "legal_claims"} if outcome == "partly" else {}
            decide_right(session, request.id, said, version=request.version)
            numbers.append(client.id)
    keep(cast.amina.centre_id)
    found = items(cast)
    assert [found[each].state for each in numbers] == ["due", "held"]
    assert found[numbers[0]].reasons[0]["code"] == "erasure"
    assert confirm(cast) == 1
    keep(cast.amina.centre_id)
    with cast.open(cast.maria) as session:
        assert session.require(Client, numbers[0]).last_name == "client"
        assert session.require(Client, numbers[1]).last_name == "Qanarypartly"


def test_who_never_had_a_case_is_gone_after_the_confirmation_and_one_too_young_is_not(
    cast: Cast, owner: Engine
) -> None:
    old, young, returns = (
        plant_enquiry(owner, cast.amina, f"qanary{word}", last)
        for word, last in (
            ("enquired", years_ago(2)),
            ("lately", years_ago(1, days=300)),
            ("returns", years_ago(2)),
        )
    )
    stays = {word: where_found(owner, word) for word in ("qanarylately", "qanaryreturns")}
    assert len(where_found(owner, "qanaryenquired")) >= 8

    keep(cast.amina.centre_id)
    found = items(cast)
    assert {number: each.state for number, each in found.items()} == {
        old: "due",
        young: "coming",
        returns: "due",
    }
    assert [each["code"] for each in found[old].reasons] == ["enquiry"]
    assert confirm(cast) == 2
    with cast.open(cast.amina) as session:  # they ring again before their turn has come
        session.require(Client, returns).phone_primary = "07700900123"
    stays["qanaryreturns"] = where_found(owner, "qanaryreturns")
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanaryenquired") == {}
    assert {word: where_found(owner, word) for word in stays} == stays
    assert items(cast)[returns].skipped_because == "undated"

    relist(cast)
    assert set(items(cast)) == {old, young, returns}
    assert items(cast)[old].covers == "financial"
    assert confirm(cast) == 1
    keep(cast.amina.centre_id)
    assert one(owner, "SELECT count(*) FROM clients WHERE id = :p", p=old) == 0
    assert one(owner, "SELECT count(*) FROM clients WHERE id = :p", p=young) == 1


def test_whatever_a_list_says_nobody_goes_within_a_year_of_the_last_contact(
    cast: Cast, owner: Engine
) -> None:
    """Whoever writes the lists as the app, and a referral that waits."""
    lately = plant_enquiry(owner, cast.amina, "qanaryrecent", years_ago(0, days=300))
    waits = plant_enquiry(owner, cast.amina, "qanarywaits", years_ago(3))
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE referrals SET status = 'waiting' WHERE client_id = :p"), {"p": waits}
        )
    with cast.open(cast.ashdown_system) as session:
        run = RetentionRun(listed_on=today(), status="confirmed", confirmed_at=now())
        session.add(run)
        session.flush()
        for number in (lately, waits):
            item = RetentionItem(
                run_id=run.id,
                client_id=number,
                covers="case",
                state="confirmed",
                confirmed_at=now(),
                kept_until=years_ago(1),
                what={"last_contact": today().isoformat()},
            )
            session.add(item)
            session.flush()
            assert forget(session, item.id) == []
    assert {items(cast)[each].skipped_because for each in (lately, waits)} == {"undated"}
    relist(cast)
    assert items(cast)[waits].skipped_because == "undated"  # no list since has them on it


def test_the_list_is_written_once_a_day_and_renewed_until_it_is_confirmed(
    cast: Cast, owner: Engine
) -> None:
    mine = plant_person(owner, cast.amina, "qanarydaily", years_ago(6))
    case_id = mine["cases"]
    with cast.open(cast.ashdown_system) as session:
        assert list_today(session)
        assert not list_today(session)
    with cast.open(cast.maria) as session:
        place_hold(session, case_id, {"kind": "legal_claim", "reason": "A claim"})
    with at(now() + timedelta(days=1)), cast.open(cast.ashdown_system) as session:
        assert list_today(session)
        assert len(list(session.exec(select(RetentionRun)))) == 1
    assert items(cast)[mine["clients"]].state == "held"


class TestSweep:
    def kept(self, cast: Cast, case_id: int) -> int:
        content = paper("Removed words")
        with cast.open(cast.amina) as session:
            safe = made_safe(content)
            return keep_document(session, case_id, safe, told(content, "Removed.pdf")).id

    def removed(self, cast: Cast, owner: Engine, number: int, days: int) -> None:
        with at(now() - timedelta(days=days)), cast.open(cast.amina) as session:
            remove_document(session, number)
        age_log(owner, "documents", number, days=days)

    def test_removed_documents_lose_their_bytes_after_the_days_of_the_rule(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id, held_case = make_case(cast, cast.amina), make_case(cast, cast.amina)
        old, young = self.kept(cast, case_id), self.kept(cast, make_case(cast, cast.amina))
        held = self.kept(cast, held_case)
        for number, days in ((old, 31), (young, 29), (held, 31)):
            self.removed(cast, owner, number, days)
        with cast.open(cast.maria) as session:
            place_hold(session, held_case, {"kind": "legal_claim", "reason": "A claim"})
        assert keep(cast.amina.centre_id)
        versions = "SELECT count(*) FROM document_versions WHERE document_id = :d"
        assert [one(owner, versions, d=each) for each in (old, young, held)] == [0, 1, 1]
        assert len(list(store.everything())) == 2
        with pytest.raises(Conflict, match="removed for good"), cast.open(cast.amina) as session:
            restore_document(session, old)
        with cast.open(cast.amina) as session:
            assert restore_document(session, young)
        gone = "SELECT count(*) FROM audit_logs WHERE action = 'document:empty' AND record_id = :d"
        assert one(owner, gone, d=old) == 1

    def test_orphans_of_a_day_go_and_nothing_of_another_centre(self, cast: Cast) -> None:
        centre, other = cast.amina.centre_id, cast.bea.centre_id
        old, young, theirs = (store.new_path(each) for each in (centre, centre, other))
        for path in (old, young, theirs):
            store.put(path, b"left")
        for path in (old, theirs):
            os.utime(Path(settings().documents_at) / path, (time.time() - 90_000,) * 2)
        assert asyncio.run(sweep_store(jobs._in_centre, [centre])) == 1
        assert {path for path, _ in store.everything()} == {young, theirs}

    def test_is_the_workers_alone(self, cast: Cast) -> None:
        with pytest.raises(DBAPIError), cast.open(cast.maria) as session:
            empty_removed(session)
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            empty_removed(session)


def test_a_hold_says_when_somebody_looks_again_and_who_may_place_it(
    cast: Cast, owner: Engine
) -> None:
    mine = plant_person(owner, cast.amina, "qanaryagain", years_ago(6))["clients"]
    for day in ("", today().isoformat()):
        with pytest.raises(Invalid) as invalid, cast.open(cast.maria) as session:
            hold_person(session, mine, SOON | {"review_on": day})
        assert list(invalid.value.fields) == ["review_on"]
    soon = SOON | {"review_on": (today() + timedelta(days=1)).isoformat()}
    with pytest.raises(NotFound), cast.open(cast.bea) as session:
        hold_person(session, mine, soon)
    with pytest.raises((Refused, NotFound)), cast.open(cast.tess) as session:
        hold_person(session, mine, soon)
    with cast.open(cast.amina) as session:
        hold_person(session, mine, soon)
    with at(now() + timedelta(days=2)), cast.open(cast.maria) as session:
        (hold,) = read_retention(session).holds
    assert hold.is_to_review
    assert hold.client_id == mine


@pytest.fixture(scope="class")
def long_ago(owner: Engine) -> Iterator[None]:
    """A place in the log for years before the first that this installation wrote in."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE audit_logs_long_ago PARTITION OF audit_logs"
                " FOR VALUES FROM ('2000-01-01 00:00+00') TO ('2020-01-01 00:00+00')"
            )
        )
    yield
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE audit_logs_long_ago"))


@pytest.mark.usefixtures("long_ago")
class TestOldLog:
    """Lines of the log whose own years have passed, and who may have them removed."""

    def line(self, owner: Engine, actor: Actor, years: int, **about: int | None) -> int:
        """Write a line of the log so many years and a day ago; return its number."""
        said = {"client": None, "case": None, "record": 1} | about
        with owner.begin() as connection:
            return connection.execute(
                text(
                    'INSERT INTO audit_logs (centre_id, action, table_name, record_id, "timestamp",'
                    " client_id, case_id) VALUES (:centre, 'a:line', 'rooms', :record, :at,"
                    " :client, :case) RETURNING id"
                ),
                {"centre": actor.centre_id, "at": years_ago(years), **said},
            ).scalar_one()

    def left(self, owner: Engine, *lines: int) -> list[bool]:
        with owner.connect() as connection:
            found = set(
                connection.execute(
                    text("SELECT id FROM audit_logs WHERE id = ANY (:lines)"),
                    {"lines": list(lines)},
                ).scalars()
            )
        return [each in found for each in lines]

    def done(self, cast: Cast, owner: Engine, client_id: int, case_id: int, until: date) -> None:
        """Keep that somebody's figures went, and until when the log about them is kept."""
        with cast.open(cast.ashdown_system) as session:
            run = RetentionRun(listed_on=today(), status="confirmed", confirmed_at=now())
            session.add(run)
            session.flush()
            session.add(
                RetentionItem(
                    run_id=run.id,
                    client_id=client_id,
                    covers="financial",
                    state="done",
                    confirmed_at=now(),
                    kept_until=years_ago(3),
                    what={"cases": [case_id], "log_until": until.isoformat()},
                )
            )

    def test_what_goes_and_what_stays(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            client_id = session.require(Case, case_id).client_id
        gone, passed, absent = 900_001, 900_002, 900_003  # numbers of nobody who is here
        self.done(cast, owner, gone, gone, today())
        self.done(cast, owner, passed, passed, today() - timedelta(days=1))
        amina = cast.amina
        goes = [
            self.line(owner, amina, 10),
            self.line(owner, amina, 10, client=absent, case=absent),
            self.line(owner, amina, 10, client=passed),
            self.line(owner, amina, 10, case=passed),
        ]
        stays = [
            self.line(owner, amina, 9),
            self.line(owner, amina, 10, client=client_id),
            self.line(owner, amina, 10, case=case_id),
            self.line(owner, amina, 10, client=gone),
            self.line(owner, amina, 10, case=gone),
            self.line(owner, cast.bea, 10),
            self.line(owner, cast.bea, 10, client=client_id),
        ]
        with cast.open(cast.ashdown_system) as session:
            assert forget_old_log(session) == len(goes)
        assert self.left(owner, *goes) == [False] * len(goes)
        assert self.left(owner, *stays) == [True] * len(stays)
        with cast.open(cast.ashdown_system) as session:
            assert forget_old_log(session) == 0

    def test_the_worker_does_it_with_the_day_s_round(self, cast: Cast, owner: Engine) -> None:
        old, young = (self.line(owner, cast.amina, years) for years in (10, 9))
        assert keep(cast.amina.centre_id)
        assert self.left(owner, old, young) == [False, True]

    def test_is_the_worker_s_alone_and_never_of_what_is_young(
        self, cast: Cast, owner: Engine
    ) -> None:
        old = self.line(owner, cast.amina, 12)
        for who in (cast.maria, cast.amina, cast.tess, cast.root, cast.bea):
            with pytest.raises((DBAPIError, Refused)), cast.open(who) as session:
                forget_old_log(session)
            with pytest.raises(DBAPIError, match="the worker alone"), cast.open(who) as session:
                session.execute(self.ASKED, {"before": now() - timedelta(days=3653)})
        with cast.open(cast.brook_system) as session:
            assert forget_old_log(session) == 0  # another centre's worker has none of it
        for before in (now(), now() - timedelta(days=1800)):
            with (
                pytest.raises(DBAPIError, match="the worker alone"),
                cast.open(cast.ashdown_system) as session,
            ):
                session.execute(self.ASKED, {"before": before})
        with owner.connect() as connection:
            may = connection.execute(
                text(
                    "SELECT has_function_privilege(:app, f.oid, 'EXECUTE'), EXISTS (SELECT FROM"
                    " aclexplode(f.proacl) a WHERE a.grantee = 0) FROM pg_proc f"
                    " WHERE f.proname = 'cma_forget_old_log'"
                ),
                {"app": app_engine().url.username},
            ).one()
        assert tuple(may) == (True, False)  # the app, and not everybody
        assert self.left(owner, old) == [True]

    ASKED = text("SELECT cma_forget_old_log(:before)")
