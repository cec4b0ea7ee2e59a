"""Archives of flows: what any program reads back, never over the limits."""

import io
import random
import tarfile

import pytest
from hypothesis import given, settings, strategies as st

from chorus_api.flow_archive import FlowArchive


def members(archive):
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as found:
        return {member.name: found.extractfile(member).read() for member in found}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=30), st.integers(500, 20_000))
def test_what_is_packed_is_read_back_and_never_passes_the_limit(contents, limit):
    archive, packed = FlowArchive(limit), {}
    for rank, content in enumerate(contents):
        if archive.add(f"{rank}.pdf", content):
            packed[f"{rank}.pdf"] = content
    flow = archive.close()
    assert members(flow) == packed
    assert len(flow) <= limit or len(packed) == 1, "Only a file too large by itself may pass it"


def test_no_more_papers_than_a_flow_may_hold():
    archive = FlowArchive(most=3)
    assert [archive.add(f"{rank}.pdf", b"%PDF-") for rank in range(4)] == [True, True, True, False]
    assert len(archive) == len(members(archive.close())) == 3


def test_a_large_file_lets_smaller_ones_in_after_it():
    archive = FlowArchive(limit=4000)
    noise = random.Random(1).randbytes(5000)
    assert archive.add("1.pdf", b"%PDF-1")
    assert not archive.add("2.pdf", noise)
    assert archive.add("3.pdf", b"%PDF-3")
    assert members(archive.close()) == {"1.pdf": b"%PDF-1", "3.pdf": b"%PDF-3"}


def test_same_files_same_bytes():
    def flow():
        archive = FlowArchive()
        archive.add("1.pdf", b"%PDF-1")
        archive.add("2.pdf", b"%PDF-2")
        return archive.close()

    assert flow() == flow()


def test_two_files_of_one_name_are_refused():
    archive = FlowArchive()
    archive.add("1.pdf", b"a")
    with pytest.raises(ValueError, match=r"1\.pdf"):
        archive.add("1.pdf", b"b")
