"""A value that must never be read by accident: the technical password, the client secret, the token."""

import hmac
import threading
import weakref

MASK = "•••"

_lock = threading.Lock()
_living = weakref.WeakSet()


class Secret:
    """A secret text. It shows as `•••`, cannot be pickled and is compared in constant time.

    Every living instance is known to the log filter (`log.py`), which masks its value wherever it would appear:
    wrapping a secret is what protects it.
    """

    __slots__ = ("__value", "__weakref__")

    def __init__(self, value: str):
        if not isinstance(value, str):
            raise TypeError("A secret is a text.")
        self.__value = value
        with _lock:
            _living.add(self)

    def reveal(self) -> str:
        """The clear value, to be used at the last moment and never kept."""
        return self.__value

    def matches(self, other: "Secret | None") -> bool:
        """Whether both hold the same value, without telling by the time taken where they differ."""
        return other is not None and hmac.compare_digest(self.__value.encode(), other.reveal().encode())

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce_ex__(self, protocol):
        raise TypeError("A secret is never serialised.")


def mask_living(text: str) -> str:
    """The text with every value held by a living `Secret` replaced by the mask."""
    with _lock:
        values = {secret.reveal() for secret in _living}
    # The longest first, since one secret may begin like another. Below four characters a "secret" is no
    # credential of PISTE or Chorus Pro, and masking it would eat ordinary words.
    for value in sorted((value for value in values if len(value) > 3), key=len, reverse=True):
        text = text.replace(value, MASK)
    return text
