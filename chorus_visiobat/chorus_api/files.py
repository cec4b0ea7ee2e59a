"""Files kept at Chorus Pro, to be named by a submission (chorus-pro-api.md §2.7)."""

import base64
from dataclasses import dataclass

from .gateway import Route
from .rules import extension_of
from .values import encode, text, whole
from .verbs import Verbs

ADD = Route(
    "add_file",
    "/transverses/v1/ajouter/fichier",
    effect=True,
    proof="pieceJointeId",
    settled_by="find_structure_files",
)
FIND = Route("find_structure_files", "/transverses/v1/rechercher/pj/structure", search=True)
FIND_OWN = Route("find_own_files", "/transverses/v1/rechercher/pj/moncompte", search=True)


@dataclass(frozen=True)
class FileUpload:
    """A file to keep at Chorus Pro.

    :param name: at most 50 characters, extension included
    :param mime_type: for instance `application/pdf`
    :param extension: without dot; that of the name when not given
    """

    content: bytes
    name: str
    mime_type: str
    extension: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request; the same for the same file."""
        return encode(
            {
                "pieceJointeFichier": base64.b64encode(self.content).decode(),
                "pieceJointeNom": self.name,
                "pieceJointeTypeMime": self.mime_type,
                "pieceJointeExtension": (self.extension or extension_of(self.name)).lstrip(".").upper(),
            }
        )


@dataclass(frozen=True)
class StoredFile:
    """A file that Chorus Pro holds."""

    file_id: int
    designation: str | None
    extension: str | None
    type_code: str | None


class FileVerbs(Verbs):
    """Files."""

    def add_file(self, upload: FileUpload | bytes) -> int:
        """Uploads a file and gives its `pieceJointeId`.

        :raise Refused: also above 10 MB (codeRetour 20003)
        :raise Unknown: also when no identifier comes back
        """
        return self._effect_number(ADD, upload, "l'identifiant de la pièce jointe")[1]

    def find_structure_files(self, structure_id: int, designation: str | None = None) -> tuple[StoredFile, ...]:
        """The files of a structure, to find back one whose upload was not answered."""
        criteria = {"codeLangue": "fr", "idStructureCPP": structure_id, "pieceJointeDesignation": designation}
        return self._files(FIND, criteria)

    def find_own_files(self, designation: str | None = None) -> tuple[StoredFile, ...]:
        """The files that our technical account itself uploaded, whatever the structure."""
        return self._files(FIND_OWN, {"codeLangue": "fr", "pieceJointeDesignation": designation})

    def _files(self, route, criteria) -> tuple[StoredFile, ...]:
        found = self._pages(route, criteria, block="parametresRecherche", rows_key="listePiecesJointes")
        return tuple(
            StoredFile(
                file_id=whole(row.get("pieceJointeId")),
                designation=text(row.get("pieceJointeDesignation")),
                extension=text(row.get("pieceJointeExtension")),
                type_code=text(row.get("pieceJointeTypeCode")),
            )
            for row in found
            if whole(row.get("pieceJointeId"))
        )
