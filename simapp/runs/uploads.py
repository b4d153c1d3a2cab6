"""Files that members hand in: people, graphs, and tables whose columns are yet to be named."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from simapp.models import Upload
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.importers.graph_people import PREFIX
from simapp.scenarios.importers.people import read_people
from simapp.scenarios.importers.to_population import check_authors

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario
    from simapp.scenarios.importers.findings import PeopleImport

# A table that waits for a member to say what its columns are: no run reads it.
TABLE = "table"


def store_upload(*, owner: Any, name: str, data: bytes, graph: bool = False) -> tuple[Upload, PeopleImport]:
    """Check a file of people, or of a graph, and keep it; what cannot be read raises WrongInput, nothing is kept."""
    people = read_people(data, name=name, graph=graph)
    return _kept(owner, name, data, people.format), people


def hold_table(*, owner: Any, name: str, data: bytes) -> Upload:
    """Keep a table as it came until its columns are named, see `let_go`."""
    return _kept(owner, name, data, TABLE)


def let_go(upload_id: int) -> None:
    """Forget a table that was held; a file that scenarios may use stays."""
    Upload.objects.filter(pk=upload_id, format=TABLE).delete()


def people_in(upload: Upload) -> PeopleImport:
    """Return the people of a kept file."""
    return read_people(bytes(upload.bytes), name=upload.name, graph=upload.format.startswith(PREFIX))


def with_people(document: Scenario, upload: Upload, people: PeopleImport) -> Scenario:
    """Return the document with its population, follows and seed posts replaced by a file's; nobody is added.

    The document's own network and seed posts stay written in it and are not used. WrongInput names an
    intervention by a user whom the file does not have.
    """
    check_authors(people, document)
    raw = as_dict(document)
    raw["population"] = {
        **raw["population"],
        "users": people.users,
        "people": {"upload": upload.sha256, "format": upload.format, "name": upload.name},
    }
    return load_scenario(raw)


def _kept(owner: Any, name: str, data: bytes, format: str) -> Upload:
    upload, _ = Upload.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        defaults={"name": name[:255], "format": format, "bytes": data, "size": len(data), "owner": owner},
    )
    return upload
