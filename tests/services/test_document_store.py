"""Where documents lie: an S3-compatible store by a setting, and nothing left by a kill -9."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr
from sqlalchemy import Engine, text

from cma_app.commands.documents import sweep
from cma_app.services.documents import DocumentDamaged, open_bytes
from cma_app.settings import ROOT, Settings, child_environment, settings, use_settings
from cma_app.vault import store
from cma_app.vault.store import StoreAway
from tests.papers import keep
from tests.people import Cast
from tests.served import free_port
from tests.services.money import make_case

pytestmark = pytest.mark.database


@pytest.fixture
def bucket() -> Iterator[str]:
    """Set a store that speaks S3, on loopback, and give its address."""
    import boto3

    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    boto3.client(
        "s3",
        endpoint_url=address,
        region_name="eu-west-2",
        aws_access_key_id="tester",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    before = settings()
    use_settings(
        before.model_copy(
            update={
                "document_store": "s3://papers/of/ours",
                "s3_endpoint": address,
                "s3_region": "eu-west-2",
                "s3_access_key_id": "tester",
                "s3_password": SecretStr("secret"),
            }
        )
    )
    try:
        yield address
    finally:
        use_settings(before)
        server.stop()


def test_an_s3_store_keeps_gives_back_sweeps_and_says_when_it_is_away(
    cast: Cast, owner: Engine, bucket: str
) -> None:
    case_id = make_case(cast, cast.amina)
    number = keep(cast, case_id)
    with cast.open(cast.amina) as session:
        assert open_bytes(session, number, purpose="test").startswith(b"%PDF")
    (path,) = {path for path, _ in store.everything()}
    assert b"%PDF" not in store.get(path)
    orphan = store.new_path(cast.amina.centre_id)
    store.put(orphan, b"left")
    assert sweep(owner, lambda _: None, older_than=timedelta(seconds=-5)).removed == 1
    assert {each for each, _ in store.everything()} == {path}
    store.remove(path)
    store.remove(path)  # nothing there is well
    with cast.open(cast.amina) as session, pytest.raises(DocumentDamaged):
        open_bytes(session, number, purpose="test")


def test_a_store_that_does_not_answer_is_a_sentence_and_marks_nothing(
    cast: Cast, owner: Engine
) -> None:
    case_id = make_case(cast, cast.amina)
    number = keep(cast, case_id)
    before = settings()
    use_settings(
        before.model_copy(
            update={
                "document_store": "s3://papers",
                "s3_endpoint": f"http://127.0.0.1:{free_port()}",
                "s3_access_key_id": "x",
                "s3_password": SecretStr("y"),
            }
        )
    )
    try:
        with cast.open(cast.amina) as session, pytest.raises(StoreAway, match="does not answer"):
            open_bytes(session, number, purpose="test")
        with pytest.raises(StoreAway):
            keep(cast, case_id)
    finally:
        use_settings(before)
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT upload_status FROM documents WHERE case_id = :c"), {"c": case_id}
        ).scalars()
        assert list(rows) == ["stored"]


def test_a_wrong_store_is_a_sentence() -> None:
    for wrong in ("documents", "s3://", "https://x.example/bucket"):
        with pytest.raises(ValueError, match="must be a folder's full path"):
            Settings(CMA_DOCUMENT_STORE=wrong)


@pytest.mark.deep
def test_kill_minus_nine_loses_nothing_that_was_told_and_leaves_no_orphan(
    cast: Cast, owner: Engine
) -> None:
    case_id = make_case(cast, cast.amina)
    given = settings()
    environment = child_environment(
        CMA_HOME=str(given.home),
        DATABASE_URL=given.serving_url,
        DATABASE_OWNER_URL=given.owner_url,
    )
    who = (case_id, cast.amina.centre_id, cast.amina.user_id)
    told: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.services.uploader", *map(str, who)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as uploader:
        assert uploader.stdin is not None
        assert uploader.stdout is not None
        for turn in range(12):
            uploader.stdin.write("go\n")
            uploader.stdin.flush()
            pid, after, is_doomed = 0, 2 + turn % 3, False
            for line in uploader.stdout:
                word, _, number = line.strip().partition(" ")
                if word == "gone":
                    break
                if word == "pid":
                    pid = int(number)
                if word == "id":
                    told.append(int(number))
                    after -= 1
                if pid and after <= 0 and not is_doomed:  # in the middle of the next one
                    is_doomed = True
                    moment = random.Random(turn).uniform(0, 0.02)
                    threading.Timer(moment, os.kill, (pid, signal.SIGKILL)).start()
        uploader.stdin.close()
    assert len(told) >= 24
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT d.id, d.upload_status, v.file_path FROM documents d"
                " LEFT JOIN document_versions v ON v.document_id = d.id WHERE d.case_id = :c"
            ),
            {"c": case_id},
        ).all()
    assert set(told) <= {row.id for row in rows}
    assert {row.upload_status for row in rows} == {"stored"}
    with cast.open(cast.amina) as session:
        assert all(open_bytes(session, row.id, purpose="test") for row in rows)
    sweep(owner, lambda _: None, older_than=timedelta(seconds=-5))
    root = Path(given.documents_at)
    left = {file for file in (root / str(cast.amina.centre_id)).rglob("*") if file.is_file()}
    assert left == {root / row.file_path for row in rows}
