"""Encryption: what goes in comes out, in its place and under its key only."""

import base64
import copy
import json
import pickle

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, strategies as st

from keyring import KeyMissing, Keyring, KeysInvalid, SecretUnreadable, Source

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PLACE = {"model": "chorus.account", "record": "6f1c2b", "field": "password"}
PASSWORD = "Chantier-2026!val"


def ring(*keys):
    return Keyring(list(keys), Source.ENVIRONMENT)


@given(value=st.text(), record=st.text(), field=st.text())
def test_any_text_comes_back(value, record, field):
    keys = ring(("a", NEW))
    token = keys.encrypt(value, model="m", record=record, field=field)
    assert keys.decrypt(token, model="m", record=record, field=field) == value


def test_token_names_its_key_and_hides_its_content():
    token = ring(("2026-11", NEW)).encrypt(PASSWORD, **PLACE)
    version, key_id, body = token.split(":")
    assert (version, key_id) == ("v1", "2026-11")
    assert Keyring.key_id_of(token) == "2026-11"
    assert PASSWORD.encode() not in base64.urlsafe_b64decode(body)
    # Readable with the Fernet specification alone, should this package be lost.
    assert json.loads(Fernet(NEW).decrypt(body)) == {
        "m": "chorus.account",
        "r": "6f1c2b",
        "f": "password",
        "v": PASSWORD,
    }


def test_equal_secrets_give_different_tokens():
    keys = ring(("a", NEW))
    assert keys.encrypt(PASSWORD, **PLACE) != keys.encrypt(PASSWORD, **PLACE)


@pytest.mark.parametrize("moved", [{"model": "res.company"}, {"record": "other"}, {"field": "client_secret"}])
def test_a_token_copied_elsewhere_is_refused(moved):
    keys = ring(("a", NEW))
    token = keys.encrypt(PASSWORD, **PLACE)
    with pytest.raises(SecretUnreadable, match="vient d'un autre enregistrement") as caught:
        keys.decrypt(token, **{**PLACE, **moved})
    assert caught.value.reason == "moved"


@pytest.mark.parametrize("action", ["decrypt", "rotate"])
def test_any_altered_character_is_noticed(action):
    keys = ring(("a", NEW))
    token = keys.encrypt(PASSWORD, **PLACE)
    start = len("v1:a:")
    for position in range(start, len(token.rstrip("=")) - 1):
        altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(SecretUnreadable) as caught:
            keys.decrypt(altered, **PLACE) if action == "decrypt" else keys.rotate(altered)
        assert caught.value.reason == "damaged"


@pytest.mark.parametrize("text", ["", "secret", "v1:a", "v2:a:Zm9v", "v1::Zm9v", "v1:a:Zm 9v", "v1:a:Zm9v\n"])
def test_what_is_no_token_is_refused(text):
    keys = ring(("a", NEW))
    for read in (Keyring.key_id_of, keys.rotate, lambda token: keys.decrypt(token, **PLACE)):
        with pytest.raises(SecretUnreadable, match="Ressaisissez"):
            read(text)


def test_a_foreign_content_under_our_key_does_not_leak_it():
    body = Fernet(NEW).encrypt(PASSWORD.encode()).decode()
    with pytest.raises(SecretUnreadable) as caught:
        ring(("a", NEW)).decrypt(f"v1:a:{body}", **PLACE)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert PASSWORD not in str(caught.value)


def test_an_absent_key_is_named():
    token = ring(("2025-01", OLD)).encrypt(PASSWORD, **PLACE)
    keys = ring(("2026-11", NEW))
    for read in (keys.rotate, lambda token: keys.decrypt(token, **PLACE)):
        with pytest.raises(KeyMissing, match="« 2025-01 » est absente") as caught:
            read(token)
        assert caught.value.key_id == "2025-01"


def test_the_same_name_with_another_key_reads_nothing():
    token = ring(("a", OLD)).encrypt(PASSWORD, **PLACE)
    with pytest.raises(SecretUnreadable):
        ring(("a", NEW)).decrypt(token, **PLACE)


def test_rotation_changes_the_key_and_nothing_else():
    old = Fernet(OLD)
    content = json.dumps({"m": "chorus.account", "r": "6f1c2b", "f": "password", "v": PASSWORD}).encode()
    token = "v1:old:" + old.encrypt_at_time(content, 1_700_000_000).decode()
    rotated = ring(("new", NEW), ("old", OLD)).rotate(token)

    assert Keyring.key_id_of(rotated) == "new"
    assert Fernet(NEW).extract_timestamp(rotated.split(":")[2]) == 1_700_000_000
    alone = ring(("new", NEW))
    assert alone.decrypt(rotated, **PLACE) == PASSWORD
    with pytest.raises(SecretUnreadable):
        alone.decrypt(rotated, **{**PLACE, "record": "other"})


def test_the_first_key_encrypts_and_all_decrypt():
    both = ring(("new", NEW), ("old", OLD))
    assert (both.primary_id, both.key_ids) == ("new", ["new", "old"])
    assert Keyring.key_id_of(both.encrypt(PASSWORD, **PLACE)) == "new"
    assert both.decrypt(ring(("old", OLD)).encrypt(PASSWORD, **PLACE), **PLACE) == PASSWORD


def test_all_bad_keys_are_reported_at_once_and_never_shown():
    with pytest.raises(KeysInvalid) as caught:
        ring(("a", NEW), ("a", OLD), ("b", NEW[:-8]), (OLD, OLD), ("", NEW))
    message = str(caught.value)
    for expected in ("« a » sert déjà", "clé « b »", "clé n° 4", "clé n° 5"):
        assert expected in message
    assert not any(key[:8] in message for key in (NEW, OLD))


def test_a_keyring_is_neither_shown_nor_serialised():
    keys = ring(("a", NEW))
    assert "a" in repr(keys) and "environment" in repr(keys)
    assert NEW not in repr(keys) + str(keys)
    for escape in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            escape(keys)
