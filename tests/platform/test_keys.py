import stat
from pathlib import Path

import pytest

from cma_app.keys import (
    KeyTrouble,
    decrypt_field,
    encrypt_field,
    keys_present,
    load_or_make_keys,
    match_index,
)

CONTEXT = "clients:ni_number:1:7"
PLAIN = "QQ 12 34 56 C"


def test_the_keys_are_made_once_and_are_ours_alone(tmp_path: Path):
    assert not keys_present(tmp_path)
    first = load_or_make_keys(tmp_path)
    assert keys_present(tmp_path)
    assert load_or_make_keys(tmp_path) == first
    assert first.field_encryption != first.field_index
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_size == 32


def test_what_goes_in_comes_out_and_never_looks_the_same(tmp_path: Path):
    keys = load_or_make_keys(tmp_path)
    one, two = (keys.encrypt(PLAIN, context=CONTEXT) for _ in range(2))
    assert one != two
    assert one.startswith("v1:")
    assert "123456" not in one.replace(" ", "")
    assert keys.decrypt(one, context=CONTEXT) == keys.decrypt(two, context=CONTEXT) == PLAIN


def test_a_value_moved_to_another_client_does_not_open(tmp_path: Path):
    keys = load_or_make_keys(tmp_path)
    stored = keys.encrypt(PLAIN, context=CONTEXT)
    with pytest.raises(KeyTrouble):
        keys.decrypt(stored, context="clients:ni_number:1:8")


@pytest.mark.parametrize("place", [3, 20, -2])
def test_a_changed_character_is_noticed(tmp_path: Path, place: int):
    keys = load_or_make_keys(tmp_path)
    stored = keys.encrypt(PLAIN, context=CONTEXT)
    other = "A" if stored[place] != "A" else "B"
    characters = list(stored)
    characters[place] = other
    with pytest.raises(KeyTrouble):
        keys.decrypt("".join(characters), context=CONTEXT)


def test_another_spelling_of_the_same_bytes_is_noticed(tmp_path: Path):
    """The last letter before the filling has bits that mean nothing."""
    keys = load_or_make_keys(tmp_path)
    plain = next(each for each in ("1", "12", "123") if keys.encrypt(each, context="x")[-1] == "=")
    stored = keys.encrypt(plain, context="x")
    last = stored.rstrip("=")[-1]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(last) ^ 1]
    with pytest.raises(KeyTrouble):
        keys.decrypt(stored.rstrip("=")[:-1] + other + "=" * stored.count("="), context="x")


@pytest.mark.parametrize("stored", ["", "v1:", "v1:%%%", "v1:AAAA", "v2:AAAA", PLAIN])
def test_what_was_never_encrypted_is_refused(tmp_path: Path, stored: str):
    with pytest.raises(KeyTrouble):
        load_or_make_keys(tmp_path).decrypt(stored, context=CONTEXT)


def test_other_keys_open_nothing_and_find_nothing(tmp_path: Path):
    ours, theirs = load_or_make_keys(tmp_path / "a"), load_or_make_keys(tmp_path / "b")
    with pytest.raises(KeyTrouble):
        theirs.decrypt(ours.encrypt(PLAIN, context=CONTEXT), context=CONTEXT)
    assert ours.index(PLAIN) != theirs.index(PLAIN)
    assert ours.fingerprint() != theirs.fingerprint()


def test_equal_values_share_an_index_of_64_hex_characters(tmp_path: Path):
    keys = load_or_make_keys(tmp_path)
    assert keys.index("QQ123456C") == keys.index("QQ123456C") != keys.index("QQ123456D")
    assert len(bytes.fromhex(keys.index("QQ123456C"))) == 32


def test_a_damaged_key_is_a_sentence(tmp_path: Path):
    load_or_make_keys(tmp_path)
    (tmp_path / "keys" / "field_index").write_bytes(b"short")
    with pytest.raises(KeyTrouble, match="is damaged: it has 5 bytes and not 32"):
        load_or_make_keys(tmp_path)


def test_no_key_shows_in_a_log(tmp_path: Path):
    keys = load_or_make_keys(tmp_path)
    assert repr(keys) == "Keys()"


def test_the_three_verbs_use_the_keys_of_cma_home(environment, tmp_path: Path):
    environment.setenv("CMA_HOME", str(tmp_path))
    stored = encrypt_field(PLAIN, context=CONTEXT)
    assert decrypt_field(stored, context=CONTEXT) == PLAIN
    keys = load_or_make_keys(tmp_path)
    assert keys.decrypt(stored, context=CONTEXT) == PLAIN
    assert match_index(PLAIN) == keys.index(PLAIN)
