"""Files by HTTP."""

import hashlib

import pytest

from application.files import LARGEST
from domain.messages import Role
from tests.stories import CUSTOMER

PHOTO = b"\x89PNG" + bytes(range(256)) * 3000
NAME = hashlib.sha256(PHOTO).hexdigest()


def stored(api):
    with_files = api.as_(Role.CLAIMS_MANAGER)
    return api.client.get(f"/files/{NAME}", headers=with_files.headers)


def test_a_file_comes_back_as_it_was_under_the_name_of_what_it_contains(api):
    api = api.as_(Role.ENGINEER)
    headers = api.headers | {"Content-Type": "image/png"}
    answer = api.client.post("/files", content=iter([PHOTO[:9], PHOTO[9:]]), headers=headers)
    assert answer.status_code == 201
    assert answer.json() == {"sha256": NAME, "size": len(PHOTO)}
    back = api.client.get(answer.headers["location"], headers=api.headers)
    assert back.content == PHOTO
    assert back.headers["content-disposition"] == "attachment"
    again = api.client.post("/files", content=PHOTO, headers=headers)
    assert again.json() == answer.json()


def test_what_is_not_there_is_not_found(still):
    headers = still.as_(Role.AUDITOR).headers
    for name in (NAME, "nonsense"):
        assert still.client.get(f"/files/{name}", headers=headers).status_code == 404


@pytest.mark.parametrize("roles", [[Role.DEALER], [Role.AUDITOR], [Role.ADMIN]])
def test_who_may_not_store_files_stores_none(still, roles):
    answer = still.client.post("/files", content=PHOTO, headers=still.as_(*roles).headers)
    assert answer.status_code == 403
    assert stored(still).status_code == 404


def test_nobody_stores_or_reads_without_a_token(still):
    assert still.client.post("/files", content=PHOTO).status_code == 401
    assert still.client.get(f"/files/{NAME}").status_code == 401
    assert stored(still).status_code == 404


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(api):
    api = api.as_(Role.ENGINEER)
    content, chunk = hashlib.sha256(), bytes(1 << 20)

    def endless():
        for _ in range(LARGEST // len(chunk) + 1):
            content.update(chunk)
            yield chunk

    answer = api.client.post("/files", content=endless(), headers=api.headers)
    assert answer.status_code == 413
    name = content.hexdigest()
    assert api.client.get(f"/files/{name}", headers=api.headers).status_code == 404


def test_a_file_about_a_person_is_lost_with_them(api):
    office = api.as_(Role.STATION_MANAGER)
    office.do("registerCustomer", {"customerId": str(CUSTOMER), "name": "Wang Fang"})
    address = f"/files?subject={CUSTOMER}"
    assert api.client.post(address, content=PHOTO, headers=office.headers).status_code == 201
    erased = api.do("eraseCustomer", {"customerId": str(CUSTOMER), "legalBasis": "GDPR 17"})
    assert erased["__typename"] == "Receipt"
    assert stored(api).status_code == 404
    again = api.client.post(address, content=PHOTO, headers=office.headers)
    assert again.status_code == 409


def test_the_subject_is_named_by_an_id(still):
    headers = still.as_(Role.ENGINEER).headers
    answer = still.client.post("/files?subject=Wang", content=PHOTO, headers=headers)
    assert answer.status_code == 400
    assert stored(still).status_code == 404


def test_an_empty_file_is_a_file(api):
    api = api.as_(Role.ENGINEER)
    answer = api.client.post("/files", content=b"", headers=api.headers)
    assert answer.json() == {"sha256": hashlib.sha256().hexdigest(), "size": 0}
    assert api.client.get(answer.headers["location"], headers=api.headers).content == b""
