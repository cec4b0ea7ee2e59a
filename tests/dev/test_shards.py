from dev import paths, shards


def test_every_test_file_runs_in_one_process_and_one_only():
    found = shards.split(paths.ADDON / "tests", most=2)
    files = [file for shard in found for file in shard.files]
    assert sorted(files) == sorted((paths.ADDON / "tests").glob("test_*.py"))
    assert len({shard.port for shard in found}) == len(found)
    assert all(shard.files for shard in found)


def test_the_failure_of_any_process_is_known_and_its_output_shown(capfd):
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    commands = {"one": ["sh", "-c", "echo of the first"], "two": ["sh", "-c", "echo of the second; exit 3"]}
    assert shards.run(commands, {"PATH": "/usr/bin:/bin"}) == {"one": 0, "two": 3}
    shown = capfd.readouterr().out
    assert "of the first" in shown
    assert "of the second" in shown
