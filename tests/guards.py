"""Removes guards one by one, each in a copy of the code, and runs the test that must notice: ``make mutants``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINKED = ("configs", "deployments", "docs", "flows")


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard, the edits that remove it from a file, and the test that must then fail."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    test: str

    def removed_from(self, text: str) -> str:
        """Return the text of the file without the guard.

        Raises:
            ValueError: an edit does not occur exactly once.
        """
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: «{old}» occurs {text.count(old)} times in {self.file}")
            text = text.replace(old, new)
        return text


GUARDS = (
    Guard(
        "the version guard",
        "store/ledger.py",
        (
            (', tables.chain.c.version == bindparam("expected_version"))', ")"),
            ('"expected_version": head.version, ', ""),
        ),
        "tests/store/test_ledger.py::test_an_entry_on_a_head_that_others_moved_is_refused",
    ),
    Guard(
        "the idempotency key",
        "engine/transaction.py",
        (("if earlier is not None:", "if earlier is not None and not context.key:"),),
        "tests/engine/test_record.py::test_the_same_key_is_done_once_and_means_one_thing",
    ),
    Guard(
        "publish first, then commit that it was published",
        "prefect/publish.py",
        (("        try:\n            with working_on(initiative=span.chain):\n                done = done.plus(",
          "        outbox.mark_published(context, span)\n"
          "        try:\n            with working_on(initiative=span.chain):\n                done = done.plus("),),
        "tests/crash/test_relay.py::test_new_facts_do_not_change_the_events_that_are_repeated",
    ),
    Guard(
        "the actor in the hash of an entry",
        "store/ledger.py",
        (("at.isoformat(), actor, command, kind", "at.isoformat(), command, kind"),),
        "tests/store/test_ledger.py::test_every_part_of_an_entry_is_in_its_hash",
    ),
    Guard(
        "the hash of a fact",
        "engine/verify.py",
        (('.digest(row["salt"]) == digest', '.digest(row["salt"]) != ""'),),
        "tests/engine/test_lifecycle.py::test_what_was_changed_past_the_ledger_is_found",
    ),
    Guard(
        "the weekly cap of messages",
        "rules/delivery_policy.py",
        (("self._count(not_counted=Urgency.DIGEST) < self.cap - 1 and self.has_room_for_digest()", "True"),),
        "tests/services/notifications/test_batching.py::test_the_eleventh_message_of_a_week_waits_for_the_digest",
    ),
    Guard(
        "the lease of a notice that is still being sent is renewed",
        "services/notifications/sending.py",
        (("                    self._renew(in_flight.values())", "                    pass"),),
        "tests/services/notifications/test_sending.py::test_a_notice_that_takes_longer_than_its_lease_is_sent_by_nobody_else",
    ),
    Guard(
        "what was delivered is recorded though nothing more can be claimed",
        "services/notifications/sending.py",
        (("self._settle(connection, answers, now)\n            raise", "pass\n            raise"),),
        "tests/services/notifications/test_sending.py::test_what_was_delivered_is_recorded_even_if_no_further_notice_can_be_claimed",
    ),
    Guard(
        "a chain whose notices cannot be written holds up no other",
        "services/notifications/dispatch.py",
        (("                made, wrong = 0, [log_failure(span.chain, problem)]", "                raise"),),
        "tests/services/notifications/test_failures.py::test_an_entry_that_nobody_can_tell_of_holds_up_no_other_initiative_and_is_not_lost",
    ),
    Guard(
        "a go over what blocks needs votes that let it pass",
        "rules/settlement.py",
        ((" or _may_go(verdict, proposal):", " or True:"),),
        "tests/rules/test_settlement.py::TestVotesThatDoNotSuffice::test_a_go_over_what_blocks_needs_that_the_votes_let_all_of_it_pass",
    ),
    Guard(
        "the right to decide: whom a gate excludes",
        "rules/quorum.py",
        (("sorted((voter.decider.helixes | voter.caster.helixes) & set(rule.never))", "list[str]()"),),
        "tests/engine/test_quorum.py::test_the_government_decides_no_management_gate_in_any_name",
    ),
    Guard(
        "a link to sign in works once",
        "store/sign_in.py",
        (
            ("table.c.used_at.is_(None), table.c.expires_at > now", "table.c.expires_at > now"),
            ("(table.c.digest == digest, table.c.used_at.is_(None))", "(table.c.digest == digest)"),
        ),
        "tests/web/test_sign_in.py::test_a_link_works_once",
    ),
    Guard(
        "the hash of links and cookies",
        "services/sign_in.py",
        (('return context.keyed_hash(f"web {purpose}", secret)', "return secret"),),
        "tests/web/test_sign_in.py::test_the_database_holds_no_secret_of_a_link_or_a_session",
    ),
    Guard(
        "the hash of a token of the API",
        "services/api_tokens.py",
        (('return context.keyed_hash("api token", token)', "return token"),),
        "tests/web/test_me.py::test_the_database_holds_no_token",
    ),
    Guard(
        "the table of rights",
        "services/access.py",
        (("if right in rights_in(context, person, initiative):", "if rights_in(context, person, initiative):"),),
        "tests/web/test_access.py::test_each_capacity_may_do_what_the_table_says_and_nothing_at_another_initiative",
    ),
    Guard(
        "a workbook is not undone over later corrections",
        "services/intake/workbook/hand_in.py",
        (("if any(now.superseded_by is not None for now, _ in pairs):", "if False:"),),
        "tests/web/test_workbook.py::test_a_workbook_is_not_undone_once_one_of_its_facts_was_corrected",
    ),
    Guard(
        "the validity of a rule of a rulebook",
        "rules/rulings.py",
        (("if not rule.is_in_force(day):", "if False:"),),
        "tests/rules/test_rulings.py::test_a_rule_counts_only_on_its_own_days",
    ),
    Guard(
        "the validity of the text of a rulebook",
        "domain/rulebook.py",
        (("if not text.draft and text.is_in_force(day)", "if not text.draft"),),
        "tests/services/test_rulebooks.py::test_a_day_before_the_rules_is_not_in_force",
    ),
    Guard(
        "the lock of machines that migrate together",
        "store/migrations/env.py",
        (("connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))", "pass"),),
        "tests/store/test_schema.py::test_machines_that_migrate_an_empty_database_together_all_end_well",
    ),
    Guard(
        "the least that prevents a loss is the least",
        "rules/prevention.py",
        (("while most - too_few > 1:", "while False:"),),
        "tests/rules/test_prevention.py::test_the_least_helps_and_one_less_does_not",
    ),
    Guard(
        "a veto bars a go",
        "rules/tally.py",
        (("self.decision in GOES and any(vote.kind is Stance.VETO for vote in standing)", "False"),),
        "tests/rules/test_tally.py::TestCarried::test_a_veto_bars_each_go",
    ),
    Guard(
        "a vote falls with the right to cast it",
        "rules/quorum.py",
        (("if not rights.roles & ({vote.role} if special else set(rule.roles)):", "if False:"),),
        "tests/engine/test_rights.py::test_the_vote_of_a_seat_that_was_entered_by_mistake_does_not_count",
    ),
)  # fmt: skip


def run_tests(tests: list[str], guard: Guard | None = None) -> bool:
    """Run tests on a copy of the code, without a guard; return whether they pass.

    Raises:
        RuntimeError: the tests could not be run.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        for name in LINKED:
            (Path(folder) / name).symlink_to(ROOT / name)
        if guard is not None:
            file = source / "clusterflow" / guard.file
            file.write_text(guard.removed_from(file.read_text(encoding="utf-8")), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": str(source)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout)
        return done.returncode == 0


def main() -> int:
    if not run_tests([guard.test for guard in GUARDS]):
        print("the tests fail with every guard in its place; correct that first")
        return 1
    overlooked = 0
    for guard in GUARDS:
        unnoticed = run_tests([guard.test], guard)
        overlooked += unnoticed
        print(f"{'OVERLOOKED' if unnoticed else 'noticed   '} {guard.name}: {guard.test}", flush=True)
    return 1 if overlooked else 0


if __name__ == "__main__":
    sys.exit(main())
