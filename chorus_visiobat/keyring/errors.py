"""What can go wrong with keys and secrets. No message ever holds a key or a secret."""


class KeyringError(Exception):
    """Any failure of the keyring; ``str()`` is a French sentence for the user, with the cure."""


class KeyMissing(KeyringError):
    """There is no key at all, or not the one that a secret was encrypted with.

    :ivar key_id: the name (str) of the absent key, or None when no key is configured anywhere. Only the
        latter may be cured by making a local key: a named key exists somewhere and must be brought back.
    """

    def __init__(self, key_id=None):
        self.key_id = key_id
        if key_id is None:
            message = "Aucune clé de chiffrement n'est configurée sur ce serveur."
        else:
            message = (
                f"La clé de chiffrement « {key_id} » est absente de ce serveur. Remettez-la parmi les clés "
                "(fichier de clés ou variable CHORUS_VISIOBAT_KEYS) ; si elle est perdue, ressaisissez "
                "le secret."
            )
        super().__init__(message)


class SecretUnreadable(KeyringError):
    """An encrypted value cannot be read back although its key is known, or is no encrypted value at all.

    :ivar reason: ``"damaged"`` (altered, truncated, or not ours) or ``"moved"`` (sound, but written for
        another record or field: someone copied it).
    """

    MESSAGES = {
        "damaged": "Le secret enregistré est illisible : il a été altéré. Ressaisissez-le.",
        "moved": "Le secret enregistré vient d'un autre enregistrement : il est refusé. Ressaisissez-le.",
    }

    def __init__(self, reason):
        self.reason = reason
        super().__init__(self.MESSAGES[reason])


class KeysInvalid(KeyringError):
    """A source of keys is configured but unusable: file absent or unreadable, line malformed, name twice."""


class KeysFileUnsafe(KeyringError):
    """The keys file can be read by other users of the machine.

    :ivar path: the file (Path).
    """

    def __init__(self, path):
        self.path = path
        super().__init__(
            f"Le fichier de clés {path} est accessible à d'autres utilisateurs de la machine : il est "
            f"refusé. Protégez-le avec « chmod 600 {path} » (pour un secret Docker, déclarez « mode: 0400 »)."
        )
