"""`deepgrade board`: competitions."""

from __future__ import annotations

import click

from deepgrade.cli.board import deciding, entering, looking, preparing


@click.group()
def command() -> None:
    """Competitions of a lab: prepare, enter, rank, reveal, score again.

    A lab's boards stand in solutions/LAB/competition/competition.toml. `prepare` makes their data, `grade` enters models of
    graded notebooks, `submit` enters files of predictions.
    """


for _one in (
    preparing.prepare,
    preparing.check,
    preparing.files,
    preparing.references,
    preparing.record,
    entering.update,
    entering.submit,
    entering.submissions,
    entering.choose,
    looking.leaderboard,
    looking.page,
    looking.points,
    looking.flags,
    deciding.reveal,
    deciding.hide,
    deciding.freeze,
    deciding.unfreeze,
    deciding.extend,
    deciding.withdraw,
    deciding.rescore,
):
    command.add_command(_one)
