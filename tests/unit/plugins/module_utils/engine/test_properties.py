# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Random histories of a home keep the promises.

The home is as the spec says, nothing of the user's is lost, and the past reads as it did.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

NAMES = ["a", "b", "d/x", "d/y", "d/e/z", "f/g"]
TEXTS = ["one\n", "two\n", "three\n"]


def entries():
    text = st.sampled_from(TEXTS)
    copy = st.fixed_dictionaries({"text": text, "method": st.just("copy")})
    return st.one_of(text, text, copy)


SPECS = st.dictionaries(st.sampled_from(NAMES), entries(), max_size=5)


class Histories(RuleBasedStateMachine):
    """Switches, edits, rollbacks, expiries and crashes in any order."""

    def __init__(self, make):
        super().__init__()
        self.sandbox = make()
        self.spec = None
        self.specs = {}
        # Contents that only the user has: they must be somewhere in the home (or in its drift folder) at all times.
        self.precious = set()
        self.foreign = {}
        self.count = 0

    def go(self, spec, **options):
        answer = self.sandbox.switch(spec, backup_extension="bak", **options)
        assert "failed" not in answer
        assert not answer["collisions"]
        self.spec = spec
        self.specs[answer["generation"]] = spec
        return answer

    @rule(spec=SPECS)
    def switch(self, spec):
        self.go(spec)
        assert not self.go(spec)["changed"]
        assert self.sandbox.probe(spec)["unchanged"]

    @rule(spec=SPECS)
    def switch_and_fail(self, spec):
        before = self.sandbox.tree()
        answer = self.sandbox.switch(
            spec, backup_extension="bak", activation=[{"name": "no", "script": "exit 1", "phase": "write"}]
        )
        assert answer["failed"]["undone"]
        after = self.sandbox.tree()
        mended = {path for path in after if path not in before or before[path] != after[path]}
        # An undo mends what the user had broken, and changes nothing else.
        assert all(
            self.spec and (path in self.spec or any(t.startswith(path + "/") for t in self.spec)) for path in mended
        )

    @rule(spec=SPECS, point=st.integers(1, 120))
    def crash(self, spec, point):
        child = os.fork()
        if child == 0:
            left = [point]

            def observe(_phase, _call, _what):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)

            filesystem.observer = observe
            try:
                self.sandbox.switch(spec, backup_extension="bak")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        self.sandbox.ask("verify")
        assert self.sandbox.tidy()
        # Wherever it ended, the same switch now gets there.
        self.go(spec)

    @rule(name=st.sampled_from([*NAMES, "mine", "d/mine"]))
    def edit(self, name):
        """A user writes as an editor does: a new file renamed over the old one."""
        self.count += 1
        text = f"precious {self.count}\n"
        path = self.sandbox.home / name
        if any(os.path.lexists(above) and not above.is_dir() for above in path.parents if above != self.sandbox.home):
            return
        if path.is_dir() and not path.is_symlink():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(".editor")
        temporary.write_text(text)
        temporary.rename(path)
        self.written(text)
        if name not in NAMES:
            self.foreign[name] = text

    def written(self, text):
        """The user wrote this; what it replaced, the user gave up."""
        self.precious.add(text)
        self.precious &= self.everything()

    @rule(name=st.sampled_from(NAMES))
    def write_in_place(self, name):
        """What `vim :w!` does to a link: the object itself is rewritten."""
        path = self.sandbox.home / name
        if not path.is_file():
            return
        self.count += 1
        text = f"precious {self.count}\n"
        mode = path.stat().st_mode
        path.chmod(0o644)
        path.write_text(text)
        path.chmod(mode & 0o7777)
        self.written(text)

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name):
        path = self.sandbox.home / name
        if path.is_symlink():
            path.unlink()

    @precondition(lambda self: self.spec is not None)
    @rule()
    def rollback(self):
        numbers = [n for n in self.kept() if n < self.current() and n in self.specs]
        failed = {item["generation"] for item in self.sandbox.ask("list")["generations"] if item["failed"]}
        numbers = [n for n in numbers if n not in failed]
        if numbers:
            answer = self.sandbox.ask("rollback", backup_extension="bak")
            assert "failed" not in answer
            assert answer["generation"] == max(numbers)
            self.spec = self.specs[max(numbers)]

    @precondition(lambda self: self.spec is not None)
    @rule(keep=st.integers(1, 3))
    def expire(self, keep):
        before = self.current()
        self.sandbox.ask("expire", keep=keep)
        assert self.current() == before
        assert len(self.kept()) <= keep + 1

    @rule()
    def verify(self):
        self.sandbox.ask("verify", repair=True)

    def current(self):
        return int(self.sandbox.current().split("/")[1])

    def kept(self):
        return [item["generation"] for item in self.sandbox.ask("list")["generations"]]

    def everything(self):
        return {
            value[1].decode("utf-8", "replace")
            for value in self.sandbox.tree(state=True).values()
            if value[0] == "file"
        }

    @invariant()
    def nothing_precious_is_lost(self):
        assert self.precious <= self.everything()

    @invariant()
    def unmanaged_paths_are_untouched(self):
        for name, text in self.foreign.items():
            assert text in self.everything(), name

    @invariant()
    def nothing_is_left_lying_about(self):
        assert self.sandbox.tidy()


class Pasts(Histories):
    """The same, and at the end every generation that is kept is activated and reads as it did when made."""

    def teardown(self):
        if self.spec is None:
            return
        for number in self.kept():
            if number not in self.specs:
                continue
            answer = self.sandbox.ask("activate", generation=number, backup_extension="bak")
            assert "failed" not in answer
            for target, entry in self.specs[number].items():
                text = self.sandbox.read(target)
                # A copy that the user edited stays as it is, unless an older generation is put back.
                if isinstance(entry, str) or text not in self.precious:
                    assert text == (entry if isinstance(entry, str) else entry["text"])
        self.sandbox.ask("uninstall")
        assert self.precious <= self.everything()


@pytest.mark.slow
def test_histories(make_sandbox):
    run_state_machine_as_test(
        lambda: Pasts(make_sandbox),
        settings=settings(
            max_examples=settings.default.max_examples * 40 // 100,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
